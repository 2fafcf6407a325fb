"""The camera's chip: colour to planar YUV, and noise that is new in every frame."""

from __future__ import annotations

import cv2
import numpy as np

from vedette.core.media import Pixels

__all__ = ["Sensor"]

_SPARE = 96
"""The noise is so many pixels larger than the picture; each frame takes another part of it."""


class Sensor:
    """Noise of one camera; cheap because it is drawn once and shifted."""

    def __init__(self, width: int, height: int, *, noise: float, seed: int) -> None:
        """`noise` is the standard deviation of luma, in steps of 0–255."""
        self._noise = noise
        chance = np.random.default_rng(seed)
        self._luma = _grains(chance, (height + _SPARE, width + _SPARE), noise, 0.45)
        half = (height // 2 + _SPARE, width // 2 + _SPARE)
        self._chroma = [_grains(chance, half, noise * 0.45, 0.7) for _ in range(2)]

    def disturb(self, luma: Pixels, chroma: Pixels, chance: np.random.Generator) -> None:
        """Add noise to luma uint8[H, W] and chroma uint8[2, H/2, W/2] in place."""
        if self._noise <= 0:
            return
        _add(luma, self._luma, chance)
        for plane, grains in zip(chroma, self._chroma, strict=True):
            _add(plane, grains, chance)


def _grains(
    chance: np.random.Generator, shape: tuple[int, int], deviation: float, blur: float
) -> Pixels:
    """Noise around 128, its neighbours slightly alike as after a colour filter."""
    white = chance.normal(0, 1, shape).astype(np.float32)
    soft = cv2.GaussianBlur(white, (0, 0), blur)
    grains = np.clip(128 + soft / soft.std() * deviation, 0, 255).round()
    return np.asarray(grains, np.uint8)


def _add(plane: Pixels, grains: Pixels, chance: np.random.Generator) -> None:
    top, left = (int(v) for v in chance.integers(0, _SPARE, 2))
    height, width = plane.shape
    part = grains[top : top + height, left : left + width]
    cv2.addWeighted(plane, 1.0, part, 1.0, -128.0, dst=plane)
