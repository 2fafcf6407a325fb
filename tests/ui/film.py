"""A short film of somebody in red who walks to and fro: easy to see, and easy to measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vedette.core.media import Pixels
from vedette.testing.clips import Encoding, encode

__all__ = ["FPS", "LINE", "ZONE", "walk"]

FPS = 12.5
WIDTH, HEIGHT = 640, 360
LINE = ((0.5, 0.2), (0.5, 0.98))
"""The walker crosses it twice in a loop."""
ZONE = ((0.6, 0.3), (0.95, 0.3), (0.95, 0.98), (0.6, 0.98))
_LOOP_S = 16.0
_STILL_S = 3.0
_RED = (40, 40, 215)


def walk(folder: Path) -> Path:
    """The film's file; its ground is textured, and empty at the loop's beginning."""
    how = Encoding(fps=FPS, gop_s=1.0, preset="ultrafast", quality=20)
    return encode(_pictures(), folder / "walk.mp4", how)


def _pictures() -> Iterator[Pixels]:
    dice = np.random.default_rng(7)
    coarse = dice.integers(70, 150, (HEIGHT // 8, WIDTH // 8), np.uint8)
    ground = np.kron(coarse, np.ones((8, 8), np.uint8))
    for index in range(round(_LOOP_S * FPS)):
        noise = dice.integers(-2, 3, ground.shape)
        grey = np.clip(ground + noise, 0, 255).astype(np.uint8)
        picture = np.repeat(grey[:, :, None], 3, axis=2)
        _draw_walker(picture, index / FPS)
        yield picture


def _draw_walker(picture: Pixels, t_s: float) -> None:
    moving_s = _LOOP_S - _STILL_S
    share = (t_s - _STILL_S) / moving_s
    if share < 0:
        return
    # In from the left, over to the right, and out again where he came from.
    x = -0.1 + 1.0 * (1 - abs(1 - 2 * share))
    centre = round(x * WIDTH)
    swing = round(6 * np.sin(t_s * 7))
    _fill(picture, centre - 9, 150, 18, 22)
    _fill(picture, centre - 18, 172, 36, 60)
    _fill(picture, centre - 15 + swing, 232, 12, 58)
    _fill(picture, centre + 3 - swing, 232, 12, 58)


def _fill(picture: Pixels, left: int, top: int, width: int, height: int) -> None:
    first, last = max(0, left), max(0, min(WIDTH, left + width))
    picture[top : top + height, first:last] = _RED
