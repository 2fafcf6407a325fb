"""Which part of a small picture counts."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vedette.core.facts import Point
from vedette.core.media import Pixels

__all__ = ["draw_mask"]


def draw_mask(polygons: Sequence[Sequence[Point]], size: tuple[int, int]) -> Pixels:
    """uint8[H, W] of `size` (width, height): 0 inside the polygons, 255 elsewhere."""
    mask = np.full((size[1], size[0]), 255, np.uint8)
    for polygon in polygons:
        corners = np.asarray(polygon, np.float64) * size
        cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 0)
    return mask
