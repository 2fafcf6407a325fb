"""The decode diet: true rates, key frames while quiet, nothing lost on waking, nothing fatal."""

from __future__ import annotations

import gc
import itertools
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.ingest.reading import numbered, origin, take_from
from vedette.core.media import Frame, Packet
from vedette.core.ports import Decoder
from vedette.ingest.decode import DietDecoder
from vedette.ingest.file import FileSource
from vedette.testing.clips import Codec, Encoding, encode
from vedette.testing.counter import read_counter


def packets_of(path: Path) -> list[Packet]:
    return take_from(FileSource(path=path, pace="fast"), 10_000, origin(path.parent))


@pytest.fixture(scope="module")
def sent(clip_files: dict[Codec, Path]) -> list[Packet]:
    """Two seconds of H.264 at 25 pictures a second, a key picture every 0.48 s."""
    return packets_of(clip_files["h264"])


@pytest.fixture(scope="module")
def endless(sent: list[Packet]) -> list[Packet]:
    """The same ten times over, times going on."""
    return [
        replace(one, pts_us=one.pts_us + n * 2_000_000, t_us=one.t_us + n * 2_000_000)
        for n in range(10)
        for one in sent
    ]


def later(packets: list[Packet], by_us: int) -> list[Packet]:
    """The same, shown later."""
    return [replace(one, pts_us=one.pts_us + by_us) for one in packets]


def decoded(decoder: DietDecoder, packets: list[Packet]) -> list[Frame]:
    return [frame for one in packets for frame in decoder.decode(one)]


def counts(frames: list[Frame]) -> list[int | None]:
    return [read_counter(frame.luma) for frame in frames]


def test_it_is_a_decoder(sent: list[Packet]) -> None:
    decoder: Decoder = DietDecoder()
    assert list(decoder.decode(sent[0]))
    decoder.close()
    decoder.close()


def test_frames_know_where_they_come_from(sent: list[Packet]) -> None:
    frames = decoded(DietDecoder(fps=60), sent)
    assert counts(frames) == list(range(50))
    assert [frame.seq for frame in frames] == list(range(1, 51))
    assert [(f.t_us, f.pts_us) for f in frames] == [(p.t_us, p.pts_us) for p in sent]
    assert (frames[0].camera, frames[0].stream) == ("cam", "main")
    assert (frames[0].width, frames[0].height) == (320, 192)


@pytest.mark.parametrize("stream_fps", [10.0, 15.0, 25.0, 30.0])
@pytest.mark.parametrize("fps", [2.0, 5.0, 8.0])
def test_the_analysed_rate_is_true_and_even(stream_fps: float, fps: float, tmp_path: Path) -> None:
    how = Encoding(fps=stream_fps, gop_s=2.0, preset="ultrafast")
    path = encode(numbered(round(stream_fps * 6), (128, 96)), tmp_path / "c.mp4", how)
    frames = decoded(DietDecoder(fps=fps), packets_of(path))
    times = [frame.pts_us for frame in frames]
    rate = (len(times) - 1) * 1e6 / (times[-1] - times[0])
    assert rate == pytest.approx(fps, abs=0.1)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert max(gaps) - min(gaps) <= 1e6 / stream_fps + 10


def test_pictures_nobody_needs_are_not_decoded(endless: list[Packet]) -> None:
    def work(fps: float) -> int:
        decoder, done = DietDecoder(fps=fps), 0
        real = decoder._decode_one

        def counted(packet: Packet) -> object:
            nonlocal done
            done += 1
            return real(packet)

        decoder._decode_one = counted  # type: ignore[method-assign, assignment]  # counts its calls
        decoded(decoder, endless)
        return done

    # Of each group only what leads up to the last wanted picture in it.
    assert work(1.0) < 0.6 * work(25.0)
    assert work(25.0) == len(endless)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_while_quiet_only_key_pictures_are_decoded(
    codec: Codec, clip_files: dict[Codec, Path]
) -> None:
    packets = packets_of(clip_files[codec])
    decoder = DietDecoder(fps=25)
    first = decoded(decoder, packets[:25])
    decoder.rouse(False)
    assert decoder.resting
    quiet = decoded(decoder, packets[25:])
    assert counts(first) == list(range(25))
    assert counts(quiet) == [36, 48]


def test_roused_in_the_middle_it_catches_up_on_what_it_left_out(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=25)
    decoded(decoder, sent[:13])
    decoder.rouse(False)
    assert decoded(decoder, sent[13:20]) == []
    decoder.rouse(True)
    assert counts(decoded(decoder, sent[20:22])) == list(range(13, 22))


def test_it_does_not_rest_where_key_pictures_are_rare(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=25, wake_s=0.4)
    decoder.rouse(False)
    assert counts(decoded(decoder, sent)) == list(range(50))
    assert not decoder.resting


def test_it_does_not_rest_before_it_knows_how_often_they_come(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=25)
    decoder.rouse(False)
    assert counts(decoded(decoder, sent[:12])) == list(range(12))


def test_it_does_not_sleep_through_a_group_that_grows(sent: list[Packet], tmp_path: Path) -> None:
    how = Encoding(fps=25.0, gop_s=10, quality=26)
    long = packets_of(encode(numbered(80), tmp_path / "l.mp4", how))
    assert long[0].format == sent[0].format
    decoder = DietDecoder(fps=25, wake_s=0.5)
    decoder.rouse(False)
    decoded(decoder, sent[:24])
    assert decoder.resting
    # From here on only one key picture comes: after a second the pictures do, all of them.
    assert counts(decoded(decoder, later(long, 960_000))) == list(range(80))


def test_idling_can_be_switched_off(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=25, idle=False)
    decoder.rouse(False)
    assert len(decoded(decoder, sent)) == 50


def test_it_begins_with_a_key_picture(sent: list[Packet]) -> None:
    assert counts(decoded(DietDecoder(fps=25), sent[5:])) == list(range(12, 50))


def test_after_a_jump_of_the_clock_it_begins_anew(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=25)
    decoded(decoder, sent[:20])
    assert counts(decoded(decoder, later(sent[5:], 90_000_000))) == list(range(12, 50))


def test_a_new_connection_is_known_by_its_format(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=25)
    decoded(decoder, sent[:20])
    form = replace(sent[0].format)
    again = [replace(one, format=form) for one in sent[20:]]
    assert counts(decoded(decoder, again)) == list(range(24, 50))


@pytest.mark.parametrize("order", list(itertools.permutations(["h264", "hevc", "mjpeg"])))
def test_codec_and_size_may_change_at_any_time(
    order: tuple[Codec, ...], clip_files: dict[Codec, Path]
) -> None:
    decoder, found = DietDecoder(fps=60), []
    for n, codec in enumerate(order):
        packets = [
            replace(p, pts_us=p.pts_us + n * 2_000_000) for p in packets_of(clip_files[codec])
        ]
        found += counts(decoded(decoder, packets))
    assert found == [*range(50)] * 3


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_flipped_bits_cost_pictures_and_never_more(
    codec: Codec, clip_files: dict[Codec, Path]
) -> None:
    packets, chance = packets_of(clip_files[codec]), random.Random(11)
    decoder, seen = DietDecoder(fps=60), 0
    for n in range(8):
        for one in packets:
            spoilt = bytearray(one.data)
            for _ in range(chance.choice([0, 0, 1, 5, 50])):
                spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
            if chance.random() < 0.05:
                del spoilt[chance.randrange(len(spoilt)) :]
            packet = replace(one, data=bytes(spoilt), pts_us=one.pts_us + n * 2_000_000)
            for frame in decoder.decode(packet):
                assert frame.luma.shape == (frame.height, frame.width)
                frame.rgb((0.2, 0.2, 0.4, 0.6), (64, 64))
                seen += 1
    assert seen > 50
    # And afterwards all is well again.
    assert counts(decoded(decoder, later(packets, 16_000_000)))[-10:] == list(range(40, 50))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\1", b"\0\0\0\1\x65", b"\xff" * 1000])
def test_packets_of_nonsense_are_survived(data: bytes, sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=60)
    assert decoded(decoder, [replace(sent[0], data=data)]) == []
    assert counts(decoded(decoder, later(sent, 40_000))) == [*range(50)]


def test_frames_stay_valid_after_the_decoder_is_gone(sent: list[Packet]) -> None:
    decoder = DietDecoder(fps=60)
    frames = decoded(decoder, sent[:30])
    lumas = [frame.luma for frame in frames]
    decoder.close()
    del decoder
    gc.collect()
    decoded(DietDecoder(fps=60), sent)
    assert counts(frames) == list(range(30))
    del frames
    gc.collect()
    assert [read_counter(luma) for luma in lumas] == list(range(30))


def test_many_decoders_leave_no_memory_behind(sent: list[Packet]) -> None:
    process = psutil.Process()

    def rounds(count: int) -> int:
        for _ in range(count):
            decoder = DietDecoder(fps=60)
            decoded(decoder, sent[:14])
            decoder.close()
        gc.collect()
        return int(process.memory_info().rss)

    before = rounds(40)
    # A context takes megabytes: a hundred that stay would show.
    assert rounds(100) - before < 60_000_000


def test_leaving_out_the_loop_filter_changes_pixels_and_no_counts(sent: list[Packet]) -> None:
    plain, bare = (
        decoded(DietDecoder(fps=60, skip_loop_filter=skip), sent) for skip in (False, True)
    )
    assert counts(plain) == counts(bare) == list(range(50))
    assert any(not np.array_equal(a.luma, b.luma) for a, b in zip(plain, bare, strict=True))


def test_the_last_pictures_of_a_file_are_flushed_out(tmp_path: Path) -> None:
    how = Encoding(fps=25)
    packets = packets_of(encode(numbered(7), tmp_path / "c.mp4", how))
    decoder = DietDecoder(fps=25)
    frames = decoded(decoder, packets)
    assert counts([*frames, *decoder.flush()]) == list(range(7))
