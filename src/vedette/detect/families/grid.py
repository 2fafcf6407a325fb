"""Anchor points of detectors that answer per cell of a pyramid of grids."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from vedette.detect.families.family import Floats, Size

__all__ = ["cells", "grid"]


def cells(size: Size, strides: tuple[int, ...]) -> int:
    """How many cells all grids have together."""
    return sum(math.ceil(size[0] / s) * math.ceil(size[1] / s) for s in strides)


@lru_cache(maxsize=64)
def grid(size: Size, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """float32[n, 2] column and row of each cell, float32[n, 1] its stride; row by row."""
    at, stride = [], []
    for s in strides:
        columns, rows = math.ceil(size[0] / s), math.ceil(size[1] / s)
        y, x = np.mgrid[0:rows, 0:columns]
        at.append(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
        stride.append(np.full((rows * columns, 1), s, np.float32))
    both = np.concatenate(at), np.concatenate(stride)
    for one in both:
        one.flags.writeable = False
    return both
