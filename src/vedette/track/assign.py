"""Which sighting belongs to which track: likeness as matrices, and the best pairing of both."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from vedette.track.kalman import Floats, Rows

__all__ = ["Pairs", "best_pairs", "likeness", "nearness", "nobody", "others", "overlap"]

Pairs = tuple[Rows, Rows]
"""Rows and columns that belong together."""


def nobody() -> Rows:
    """No rows."""
    return np.zeros(0, np.intp)


def best_pairs(likeness: Floats, least: float) -> Pairs:
    """The pairing of the greatest total likeness, of pairs that have at least `least`.

    A pair below counts nothing, so it never parts a good one for the sake of more pairs.
    """
    rows, columns = linear_sum_assignment(np.where(likeness < least, 0.0, likeness), maximize=True)
    good = likeness[rows, columns] >= least
    if good.all():
        return rows, columns
    return rows[good], columns[good]


def others(count: int, taken: Rows) -> Rows:
    """The numbers below `count` that are not taken."""
    free = np.ones(count, np.bool_)
    free[taken] = False
    return np.flatnonzero(free)


def overlap(a: Floats, b: Floats) -> Floats:
    """[n, m] intersection over union of corners [n, 4] and [m, 4]."""
    common, either, _ = _compared(a, b)
    return common / either


def likeness(a: Floats, b: Floats) -> Floats:
    """[n, m] intersection over union, times that of the vertical extents alone.

    Who walks behind another overlaps him much, but his feet and head are not at the same height.
    """
    common, either, upright = _compared(a, b)
    common *= upright
    common /= either
    return common


def _compared(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """[n, m] shared areas, united areas, and intersection over union of vertical extents."""
    # Coordinates first, and so in memory: the inner loops then run along all pairs.
    ends_a = np.ascontiguousarray(a.T)[:, :, None]
    ends_b = np.ascontiguousarray(b.T)[:, None, :]
    shared = np.minimum(ends_a[2:], ends_b[2:]) - np.maximum(ends_a[:2], ends_b[:2])
    np.maximum(shared, 0.0, out=shared)
    side_a, side_b = ends_a[2:] - ends_a[:2], ends_b[2:] - ends_b[:2]
    common: Floats = shared[0] * shared[1]
    either: Floats = side_a[0] * side_a[1] + side_b[0] * side_b[1] - common
    tall: Floats = side_a[1] + side_b[1] - shared[1]
    np.maximum(either, 1e-12, out=either)
    np.maximum(tall, 1e-12, out=tall)
    return common, either, shared[1] / tall


def nearness(expected: Floats, reach: Floats, seen: Floats) -> Floats:
    """[n, m] how well sightings [m, 4] lie within `reach` [n] of where tracks [n, 4] should be.

    Both as centre and size; 1 at the very place, 0 beyond reach, less for another size.
    """
    away = seen[:, :2] - expected[:, None, :2]
    distance = np.sqrt((away * away).sum(axis=2))
    ratio = np.log(np.maximum(seen[:, 2:], 1e-6) / expected[:, None, 2:])
    alike = np.exp(-0.5 * np.abs(ratio).sum(axis=2))
    near: Floats = np.maximum(1.0 - distance / reach[:, None], 0.0) * alike
    return near
