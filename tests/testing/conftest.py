"""Small clips whose every frame carries its number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from vedette.core.media import Pixels
from vedette.testing.clips import Clip, Codec, Encoding, encode, load
from vedette.testing.counter import draw_counter

CLIP_FPS = 20.0
CLIP_FRAMES = 40


def numbered(size: tuple[int, int] = (320, 192), frames: int = CLIP_FRAMES) -> Iterator[Pixels]:
    """A moving, noisy picture in BGR with its number in the corner."""
    width, height = size
    chance = np.random.default_rng(1)
    coarse = chance.integers(40, 200, (9, 16, 3), dtype=np.uint8)
    still = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    for index in range(frames):
        noise = chance.integers(0, 12, still.shape, dtype=np.uint8)
        picture = np.roll(still, index * 5, axis=1) // 2 + 60 + noise
        draw_counter(picture, index)
        yield picture


@pytest.fixture(scope="session")
def clip_files(tmp_path_factory: pytest.TempPathFactory) -> dict[Codec, Path]:
    """One file of two seconds per codec, a key frame each half second."""
    folder = tmp_path_factory.mktemp("clips")
    codecs: tuple[Codec, ...] = ("h264", "hevc", "mjpeg")
    return {
        codec: encode(
            numbered(),
            folder / f"{codec}.mp4",
            Encoding(codec=codec, fps=CLIP_FPS, gop_s=0.5, quality=8 if codec == "mjpeg" else 26),
        )
        for codec in codecs
    }


@pytest.fixture(scope="session")
def clips(clip_files: dict[Codec, Path]) -> dict[Codec, Clip]:
    """The same in memory."""
    return {codec: load(path) for codec, path in clip_files.items()}
