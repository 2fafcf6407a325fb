"""The last second's picture of a quiet scene, and how much each pixel trembles by itself."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Pixels

__all__ = ["Backdrop"]

_TREMBLE_S = 15.0
_TREMBLE_EVERY_S = 0.4
_TREMBLE_FIRST = 2.0
_TREMBLE_MOST = 24
"""Levels; a passer-by must not teach the pixels to expect passers-by."""
_TIMES = 5.0
"""A pixel must differ by so many times its usual deviation: four sigmas of noise."""
_LIMIT_MOST = 60
_STRIDE = 8
_LEAST_CONTRAST = 8.0


class Backdrop:
    """A running mean of small luma pictures."""

    def __init__(self, first: Pixels, least: float) -> None:
        self._least = least
        self._mean: NDArray[np.float32] = first.astype(np.float32)
        self._mean8 = first.copy()
        self._tremble: NDArray[np.float32] = np.full(first.shape, _TREMBLE_FIRST, np.float32)
        self._since_s = 0.0
        self._limit = self._limits()

    def differs(self, small: Pixels) -> Pixels:
        """uint8[H, W], 255 where the picture differs by more than it does by itself."""
        self._difference = np.asarray(cv2.absdiff(small, self._mean8), np.uint8)
        return np.asarray(cv2.compare(self._difference, self._limit, cv2.CMP_GT), np.uint8)

    def learn(self, small: Pixels, dt_s: float, memory_s: float) -> None:
        """Take in the picture that was just compared."""
        cv2.accumulateWeighted(small, self._mean, min(dt_s / memory_s, 1.0))
        self._mean8 = np.asarray(cv2.convertScaleAbs(self._mean), np.uint8)
        self._since_s += dt_s
        if self._since_s >= _TREMBLE_EVERY_S:
            self._since_s, weight = 0.0, min(self._since_s / _TREMBLE_S, 0.2)
            change = np.minimum(self._difference, np.uint8(_TREMBLE_MOST))
            cv2.accumulateWeighted(change, self._tremble, weight)
            self._limit = self._limits()

    def relight(self, small: Pixels) -> None:
        """Bring the mean to the picture's exposure: gain and offset from medians."""
        before = self._mean[::_STRIDE, ::_STRIDE].ravel()
        now = small[::_STRIDE, ::_STRIDE].ravel()
        dark, bright = np.array_split(np.argsort(before, kind="stable"), 2)
        x1, x2 = float(np.median(before[dark])), float(np.median(before[bright]))
        y1, y2 = float(np.median(now[dark])), float(np.median(now[bright]))
        gain = (y2 - y1) / (x2 - x1) if x2 - x1 >= _LEAST_CONTRAST else 1.0
        gain = min(max(gain, 0.1), 10.0)
        moved = np.clip(self._mean * gain + (y1 - gain * x1), 0.0, 255.0)
        self._mean = moved.astype(np.float32)
        self._mean8 = np.asarray(cv2.convertScaleAbs(self._mean), np.uint8)

    def replace(self, small: Pixels) -> None:
        """Everything changed: begin with this picture."""
        self._mean = small.astype(np.float32)
        self._mean8 = small.copy()

    def _limits(self) -> Pixels:
        limit = cv2.convertScaleAbs(self._tremble, alpha=_TIMES)
        return np.clip(limit, np.uint8(self._least), np.uint8(_LIMIT_MOST)).astype(np.uint8)
