"""Masks uint8[H, W] of 0 and 255, as OpenCV wants them, with the types it does not promise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Pixels

__all__ = ["Plane", "either", "grown", "over", "shared", "spread", "without"]

Plane = NDArray[np.float32]


def over(levels: Pixels | Plane, limit: float | Pixels | Plane) -> Pixels:
    """Where a limit is passed."""
    return (levels > limit).view(np.uint8) * np.uint8(255)


def shared(a: Pixels, b: Pixels) -> Pixels:
    """In both."""
    return np.asarray(cv2.bitwise_and(a, b), np.uint8)


def either(a: Pixels, b: Pixels) -> Pixels:
    """In one of them, or in both."""
    return np.asarray(cv2.bitwise_or(a, b), np.uint8)


def without(a: Pixels, b: Pixels) -> Pixels:
    """In the first and not in the second."""
    return np.asarray(cv2.bitwise_and(a, cv2.bitwise_not(b)), np.uint8)


def grown(mask: Pixels, by_px: int) -> Pixels:
    """With `by_px` pixels more all around."""
    side = 2 * by_px + 1
    return np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8)), np.uint8)


def spread(a: Pixels, b: Pixels) -> Pixels:
    """uint8[H, W]: the largest difference of any channel of uint8[H, W, 3]."""
    red, green, blue = cv2.split(cv2.absdiff(a, b))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
