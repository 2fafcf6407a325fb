"""Leaves in the wind: parts of the plate pushed to and fro."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.optics import Array
from vedette.testing.scenes.paste import Extent
from vedette.testing.scenes.textures import rough

__all__ = ["Foliage"]


class Foliage:
    """Sways one part of a picture; the edge of the part stays where it is."""

    def __init__(
        self, at: Extent, leaves: Pixels | None, *, push_px: float, loop_s: float, seed: int
    ) -> None:
        """Leaves uint8[H, W] move, what is beside them does not; gusts fit into the loop."""
        self._at = at
        self._gust_s = loop_s / max(1, round(loop_s / 12.0))
        height, width = at.bottom - at.top, at.right - at.left
        self._y, self._x = np.mgrid[0:height, 0:width].astype(np.float32)
        rim = np.minimum(self._x, width - 1 - self._x) / max(4.0, 0.15 * width)
        rim = np.minimum(rim, np.minimum(self._y, height - 1 - self._y) / max(4.0, 0.15 * height))
        phase = cv2.resize(rough(64, 16, seed), (width, height), interpolation=cv2.INTER_CUBIC)
        hold = np.clip(rim, 0, 1) * push_px
        if leaves is not None:
            green = leaves[at.top : at.bottom, at.left : at.right].astype(np.float32) / 255
            hold = hold * cv2.GaussianBlur(green, (0, 0), 1.5 + push_px)
        self._hold = hold.astype(np.float32)
        self._phase = (phase * 1.3).astype(np.float32)

    def sway(self, canvas: Pixels, t_s: float) -> None:
        """Move the leaves as they are at that time, in place."""
        gust = 0.55 + 0.45 * math.sin(2 * math.pi * t_s / self._gust_s)
        push = self._wave(t_s, gust)
        at = self._at
        part = canvas[at.top : at.bottom, at.left : at.right]
        moved = cv2.remap(
            part,
            self._x + push,
            self._y + 0.4 * push,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        part[:] = moved

    def _wave(self, t_s: float, gust: float) -> Array:
        # Both waves come round every two seconds, of which loops have a whole number.
        fast, slow = 2 * math.pi * 1.5 * t_s, 2 * math.pi * 0.5 * t_s
        wave = 0.5 * np.sin(self._phase * 3 + fast) + np.sin(self._phase + slow)
        return np.asarray(self._hold * gust * wave, np.float32)
