"""Sound of live streams: two tracks where browsers play it, and pictures whatever happens to it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from tests.live.film import clip, packets
from vedette.bus.packets import PacketServer, RemotePackets
from vedette.core.media import Packet, Sound, SoundCodec
from vedette.ingest.taps import PacketQueue
from vedette.live.queue import Chunk
from vedette.live.wrapping import Wrapping
from vedette.testing.sounds import code_sound, rising_clicks

RATES: dict[SoundCodec, int] = {"aac": 16_000, "opus": 48_000, "pcm_alaw": 8_000}


def sounds(codec: SoundCodec, film: Sequence[Packet], click_us: int) -> list[Sound]:
    """Sound as long as the film, with a click at that wall-clock time."""
    start_us = film[0].t_us
    seconds = (film[-1].t_us - start_us) / 1e6 + 0.2
    samples = rising_clicks(seconds, RATES[codec], ((click_us - start_us) / 1e6,))
    made = code_sound(samples, RATES[codec], codec)
    return [
        Sound(
            camera="gate",
            stream="main",
            t_us=start_us + one.ticks * 100 // 9,
            pts_us=one.ticks * 100 // 9,
            duration_us=one.lasts_ticks * 100 // 9,
            format=made.format,
            data=one.data,
        )
        for one in made.pieces
    ]


def wrapped(film: Sequence[Packet], heard: Sequence[Sound]) -> list[Chunk]:
    """What a viewer gets; sound comes when its last sample has been heard."""
    wrapping, left = Wrapping(), list(heard)
    wrapping.hear(left[:1])
    del left[:1]
    chunks = []
    for packet in film:
        while left and left[0].t_us + left[0].duration_us <= packet.t_us:
            wrapping.hear([left.pop(0)])
        chunk = wrapping.wrap(packet)
        if chunk is not None:
            chunks.append(chunk)
    return chunks


def click_of(chunks: Sequence[Chunk]) -> int:
    """The wall-clock time of the click."""
    opening = chunks[0].opening
    octets = opening.segment + b"".join(one.payload for one in chunks)
    with av.open(BytesIO(octets), "r") as file:
        for frame in file.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64).ravel()
            loud = np.flatnonzero(np.abs(samples) > (0.3 if frame.format.name == "fltp" else 9_000))
            if len(loud):
                at_s = (frame.time or 0.0) + int(loud[0]) / frame.sample_rate
                return opening.base_t_us + round(at_s * 1e6)
    raise AssertionError("nobody clicked")


@pytest.fixture
def film(tmp_path: Path) -> list[Packet]:
    """Thirty pictures, a key frame in every ten."""
    return packets(clip(tmp_path))


@pytest.mark.parametrize(("codec", "told"), [("aac", "mp4a.40.2"), ("opus", "opus")])
def test_a_click_is_heard_at_its_time(codec: SoundCodec, told: str, film: list[Packet]) -> None:
    click_us = film[20].t_us
    chunks = wrapped(film, sounds(codec, film, click_us))
    assert len(chunks) == len(film)
    assert chunks[0].opening.mime.endswith(f',{told}"')
    assert all(one.opening is chunks[0].opening for one in chunks)
    assert abs(click_of(chunks) - click_us) <= 40_000


def test_g711_is_left_out(film: list[Packet]) -> None:
    chunks = wrapped(film, sounds("pcm_alaw", film, film[20].t_us))
    assert len(chunks) == len(film)
    assert "," not in chunks[0].opening.mime


def test_pictures_go_on_alone_when_sound_ends(film: list[Packet]) -> None:
    heard = sounds("aac", film, film[2].t_us)[:2]
    chunks = wrapped(film, heard)
    assert len(chunks) == len(film)
    assert "mp4a" in chunks[0].opening.mime
    assert "mp4a" not in chunks[-1].opening.mime


def test_sound_comes_from_the_other_process(tmp_path: Path, film: list[Packet]) -> None:
    heard = sounds("opus", film, film[3].t_us)[:5]
    queue = PacketQueue()
    for sound in heard:
        queue.hear(sound)
    for packet in film[:3]:
        queue.take(packet)
    path = tmp_path / "packets.sock"
    server = PacketServer(path, lambda camera, stream: queue)
    server.start()
    with (
        closing(server),
        closing(RemotePackets(lambda camera: path).listen("gate", "main")) as inbox,
    ):
        got = None
        while got is None:
            got = inbox.get(5.0)
        assert got.t_us == film[0].t_us
        assert list(inbox.heard()) == heard
        assert not inbox.heard()
