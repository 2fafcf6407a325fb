"""The frame number: written, squeezed through a poor encoder, read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.testing.watching import luma
from vedette.core.media import Pixels
from vedette.testing.clips import Codec, Encoding, encode
from vedette.testing.counter import MAX_COUNT, draw_counter, read_counter


@pytest.mark.parametrize("count", [0, 1, 12_345, 0xAAAAAA, MAX_COUNT])
@pytest.mark.parametrize("size", [(320, 180), (640, 360), (1280, 720), (1920, 1080)])
def test_a_number_is_read_as_it_was_written(count: int, size: tuple[int, int]) -> None:
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    draw_counter(picture, count)
    assert read_counter(picture[:, :, 1]) == count


def test_planar_pictures_carry_the_same_code() -> None:
    picture = np.full((540, 640), 90, np.uint8)
    draw_counter(picture, 777)
    assert read_counter(picture[:360]) == 777


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_a_number_has_none(level: int) -> None:
    assert read_counter(np.full((360, 640), level, np.uint8)) is None


def test_a_damaged_code_is_not_trusted() -> None:
    picture = np.full((360, 640), 90, np.uint8)
    planar = np.vstack([picture, np.full((180, 640), 128, np.uint8)])
    draw_counter(planar, 5)
    planar[0:10, 60:70] = 255 - planar[0:10, 60:70]
    assert read_counter(planar[:360]) is None


def test_a_number_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="16777215"):
        draw_counter(np.zeros((90, 64), np.uint8), MAX_COUNT + 1)


def busy(frames: int) -> Iterator[Pixels]:
    chance = np.random.default_rng(3)
    wide = cv2.resize(chance.integers(0, 255, (20, 60, 3), dtype=np.uint8), (1280, 360))
    for index in range(frames):
        picture = np.ascontiguousarray(wide[:, index * 9 : index * 9 + 640]).astype(np.uint8)
        noise = chance.integers(0, 20, picture.shape, dtype=np.uint8)
        picture = cv2.add(picture, noise).astype(np.uint8)
        draw_counter(picture, index * 1001)
        yield picture


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_numbers_survive_a_busy_picture_at_256_kbps(codec: Codec, tmp_path: Path) -> None:
    how = Encoding(codec=codec, fps=10, bitrate_bps=256_000, preset="ultrafast")
    path = encode(busy(30), tmp_path / "busy.mp4", how)
    assert path.stat().st_size * 8 / 3.0 < 400_000
    with av.open(str(path)) as source:
        read = [read_counter(luma(frame)) for frame in source.decode(video=0)]
    assert read == [index * 1001 for index in range(30)]
