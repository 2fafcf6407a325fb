"""Sound of RTSP cameras: real AAC, G.711 and Opus, a flash and a click, and what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Literal

import av
import numpy as np
import pytest

from tests.ingest.reading import origin
from vedette.core.media import Packet, Sound, SoundCodec
from vedette.ingest.rtsp.source import RtspSource
from vedette.testing.clips import Clip, Encoding, encode, load
from vedette.testing.rtsp import Faults, MountOptions, RtspServer
from vedette.testing.sounds import SoundClip, code_sound, rising_clicks

RATES: dict[SoundCodec, int] = {
    "aac": 16_000,
    "opus": 48_000,
    "pcm_alaw": 8_000,
    "pcm_mulaw": 8_000,
}
CLICK_S, LENGTH_S, FPS = 1.0, 2.0, 25.0


@pytest.fixture(scope="session")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Two seconds of black with one white picture after one."""
    pictures = [np.full((96, 128, 3), 0, np.uint8) for _ in range(round(FPS * LENGTH_S))]
    pictures[round(CLICK_S * FPS)][:] = 255
    path = tmp_path_factory.mktemp("flash") / "flash.mp4"
    return load(encode(pictures, path, Encoding(fps=FPS, gop_s=0.4)))


@pytest.fixture(scope="session")
def clicks() -> dict[SoundCodec, SoundClip]:
    """The click that goes with the flash."""
    return {
        codec: code_sound(rising_clicks(LENGTH_S, rate_hz, (CLICK_S,)), rate_hz, codec)
        for codec, rate_hz in RATES.items()
    }


def listen(source: RtspSource, seconds: float) -> tuple[list[Packet], list[Sound]]:
    """What comes within that time of pictures."""
    pictures: list[Packet] = []
    sounds: list[Sound] = []
    with closing(source.open(origin())) as play:
        for one in play.packets():
            if isinstance(one, Sound):
                sounds.append(one)
                continue
            pictures.append(one)
            if one.pts_us - pictures[0].pts_us > seconds * 1e6:
                break
    return pictures, sounds


def click_us(sounds: Sequence[Sound]) -> int:
    """When the first loud sample of all was heard."""
    form = sounds[0].format
    coder = av.CodecContext.create({"opus": "libopus"}.get(form.codec, form.codec), "r")
    assert isinstance(coder, av.AudioCodecContext)
    coder.sample_rate, coder.layout = form.rate_hz, "mono"
    if form.config:
        coder.extradata = form.config
    for one in sounds:
        for frame in coder.decode(av.Packet(one.data)):
            samples = frame.to_ndarray().astype(np.float64).ravel()
            loud = np.flatnonzero(np.abs(samples) > (0.3 if samples.max() <= 2 else 9_000))
            if len(loud):
                return one.t_us + int(loud[0]) * 1_000_000 // frame.sample_rate
    raise AssertionError("nobody clicked")


def flash_us(pictures: Sequence[Packet]) -> int:
    """When the white picture was taken."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    shown = [one.t_us for one in pictures]
    at = 0
    for one in [*pictures, None]:
        for frame in decoder.decode(None if one is None else av.Packet(one.data)):
            if frame.to_ndarray(format="gray").mean() > 128:
                return shown[at]
            at += 1
    raise AssertionError("nothing flashed")


@pytest.mark.parametrize("codec", list(RATES))
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_click_and_flash_come_together(
    codec: SoundCodec,
    transport: Literal["tcp", "udp"],
    rtsp: RtspServer,
    flash: Clip,
    clicks: dict[SoundCodec, SoundClip],
) -> None:
    options = MountOptions(sound=clicks[codec], wall_offset_s=-7_200.0)
    rtsp.add("cam", flash, options)
    pictures, sounds = listen(RtspSource(url=rtsp.url("cam"), transport=transport), 2.2)
    flashed = flash_us([one for one in pictures if one.t_us > sounds[0].t_us])
    clicked = click_us([one for one in sounds if one.t_us > flashed - 200_000])
    assert sounds[0].format.codec == codec
    assert sounds[0].format.rate_hz == RATES[codec]
    steps = np.diff([one.pts_us for one in sounds])
    # Where the clip begins again there is a hole.
    assert np.count_nonzero(np.abs(steps - sounds[0].duration_us) > 2) <= 2
    # One picture lasts 40 ms, half of a frame of AAC 32.
    assert abs(clicked - flashed) < 20_000, (clicked - flashed) / 1000


def test_without_reports_sound_is_placed_by_when_it_comes(
    rtsp: RtspServer, flash: Clip, clicks: dict[SoundCodec, SoundClip]
) -> None:
    rtsp.add("cam", flash, MountOptions(sound=clicks["pcm_alaw"], report_s=0))
    pictures, sounds = listen(RtspSource(url=rtsp.url("cam")), 2.2)
    flashed = flash_us([one for one in pictures if one.t_us > sounds[0].t_us])
    clicked = click_us([one for one in sounds if one.t_us > flashed - 200_000])
    assert abs(clicked - flashed) < 40_000


@pytest.mark.parametrize("answer", [461, 404, 401, 500, 0])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_refused_sound_costs_no_picture(
    answer: int,
    transport: Literal["tcp", "udp"],
    rtsp: RtspServer,
    flash: Clip,
    clicks: dict[SoundCodec, SoundClip],
) -> None:
    """0 means that the camera hangs up when it is asked."""
    rtsp.add("cam", flash, MountOptions(sound=clicks["aac"], sound_answer=answer))
    pictures, sounds = listen(RtspSource(url=rtsp.url("cam"), transport=transport), 0.4)
    assert not sounds
    assert len(pictures) > 9


@pytest.mark.parametrize("codec", list(RATES))
def test_damaged_sound_costs_no_picture(
    codec: SoundCodec, rtsp: RtspServer, flash: Clip, clicks: dict[SoundCodec, SoundClip]
) -> None:
    mount = rtsp.add("cam", flash, MountOptions(sound=clicks[codec]))
    mount.inject(Faults(sound_corruption=0.7, sound_loss=0.2))
    pictures, sounds = listen(RtspSource(url=rtsp.url("cam")), 1.5)
    steps = np.diff([one.pts_us for one in pictures])
    assert np.all(np.abs(steps - 40_000) < 100)
    assert not any(one.damaged for one in pictures)
    assert all(0 < one.duration_us <= 120_000 for one in sounds)


def test_sound_nobody_wants_is_not_asked_for(
    rtsp: RtspServer, flash: Clip, clicks: dict[SoundCodec, SoundClip]
) -> None:
    rtsp.add("cam", flash, MountOptions(sound=clicks["aac"]))
    _, sounds = listen(RtspSource(url=rtsp.url("cam"), sound=False), 0.4)
    assert not sounds
