"""Key frames alone while quiet, and nothing lost when something moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vedette.core.media import Frame, Packet, StreamFormat
from vedette.ingest.decode import DietDecoder
from vedette.testing.clips import Encoding, encode, load

FPS = 10


@pytest.fixture
def packets(tmp_path: Path) -> list[Packet]:
    """Four seconds with a key frame each second."""
    chance = np.random.default_rng(1)
    pictures = (chance.integers(0, 255, (64, 64, 3), np.uint8) for _ in range(4 * FPS))
    clip = load(encode(pictures, tmp_path / "clip.mp4", Encoding(fps=FPS, gop_s=1.0)))
    form = StreamFormat(codec="h264", width=64, height=64)
    return [
        Packet(
            camera="c",
            stream="main",
            t_us=unit.ticks * 100 // 9,
            pts_us=unit.ticks * 100 // 9,
            duration_us=1_000_000 // FPS,
            key=unit.key,
            format=form,
            data=clip.annexb(index),
        )
        for index, unit in enumerate(clip.units)
    ]


def tenths(frames: Iterator[Frame]) -> list[int]:
    """When frames were, in tenths of a second."""
    return [round(frame.pts_us / 100_000) for frame in frames]


def test_what_was_left_out_before_the_key_frame_that_woke_us_comes_after_all(
    packets: list[Packet],
) -> None:
    decoder = DietDecoder(fps=FPS)
    seen: list[int] = []
    for packet in packets[:31]:
        for frame in decoder.decode(packet):
            seen.append(round(frame.pts_us / 100_000))
            decoder.rouse(seen[-1] < 10)
    assert seen == [*range(11), 20, 30], "asleep from the second key frame on"
    assert decoder.can_rewind
    decoder.rouse(True)
    assert tenths(decoder.rewind()) == list(range(21, 31))
    assert tenths(decoder.rewind()) == [], "only once"
    after = [n for packet in packets[31:] for n in tenths(decoder.decode(packet))]
    assert after == list(range(31, 40)), "and then it goes on"


def test_awake_there_is_nothing_to_go_back_to(packets: list[Packet]) -> None:
    decoder = DietDecoder(fps=FPS)
    for packet in packets:
        list(decoder.decode(packet))
        assert not decoder.can_rewind


def test_at_half_the_rate_the_same_pictures_are_wanted(packets: list[Packet]) -> None:
    decoder = DietDecoder(fps=FPS / 2)
    seen = []
    for packet in packets[:31]:
        for frame in decoder.decode(packet):
            seen.append(round(frame.pts_us / 100_000))
            decoder.rouse(seen[-1] < 10)
    decoder.rouse(True)
    assert seen[-2:] == [20, 30]
    assert tenths(decoder.rewind()) == [22, 24, 26, 28, 30]


def test_what_was_seen_before_it_became_quiet_does_not_come_twice(packets: list[Packet]) -> None:
    decoder = DietDecoder(fps=FPS)
    seen = []
    for packet in packets[:31]:
        for frame in decoder.decode(packet):
            seen.append(round(frame.pts_us / 100_000))
            decoder.rouse(seen[-1] < 24)
    assert seen == [*range(25), 30], "quiet in the middle of a GOP"
    assert decoder.can_rewind
    decoder.rouse(True)
    assert tenths(decoder.rewind()) == list(range(25, 31))
