"""How a camera's exposure moved since the background was learnt: one curve per channel."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Pixels

__all__ = ["ToneCurve"]

_BINS = 4
_STRIDE = 4
_ENOUGH = 400
"""Fewer sampled pixels than this say nothing about the whole picture."""


class ToneCurve:
    """Maps background values to the present exposure; from medians, which objects do not sway."""

    def __init__(self) -> None:
        self._lut: Pixels | None = None
        self.shift = 0.0
        """Largest change of any part of the curve, in grey levels."""

    def fit(self, background: Pixels, picture: Pixels, busy: Pixels) -> None:
        """Learn from uint8[H, W, 3] pictures where uint8[H, W] `busy` is 0."""
        free = busy[::_STRIDE, ::_STRIDE] == 0
        before = background[::_STRIDE, ::_STRIDE]
        now = picture[::_STRIDE, ::_STRIDE]
        if np.count_nonzero(free) >= max(_ENOUGH, free.size // 4):
            before, now = before[free], now[free]
        else:
            before, now = before.reshape(-1, 3), now.reshape(-1, 3)
        curves = [_curve(before[:, c], now[:, c]) for c in range(3)]
        self.shift = float(max(np.abs(offset).max() for _, offset in curves))
        self._lut = None
        if self.shift >= 1.0:
            self._lut = np.stack([_table(x, offset) for x, offset in curves], axis=-1)[None]

    def apply(self, background: Pixels) -> Pixels:
        """The background as it would look at the present exposure."""
        return (
            background
            if self._lut is None
            else np.asarray(cv2.LUT(background, self._lut), np.uint8)
        )


def _curve(before: Pixels, now: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Grey levels and how far each moved, from equally filled bins."""
    order = np.argsort(before, kind="stable")
    x, offset = [], []
    for part in np.array_split(order, _BINS):
        was = before[part]
        x.append(float(was.mean()))
        offset.append(float(np.median(now[part].astype(np.int16) - was)))
    return np.asarray(x), np.asarray(offset)


def _table(x: NDArray[np.float64], offset: NDArray[np.float64]) -> Pixels:
    """uint8[256]; beyond the outer bins the gain stays, so that black remains black."""
    top = 255.0 * (offset[-1] / max(x[-1], 1.0))
    levels = np.arange(256.0)
    moved = np.interp(levels, [0.0, *x, 255.0], [0.0, *offset, top])
    return np.asarray(np.clip(np.rint(levels + moved), 0, 255), np.uint8)
