"""Boxes, polygons and crossings in fractions of the picture: pure functions on arrays."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vedette.core.facts import Point
from vedette.core.media import Boxes, Region

__all__ = [
    "Anchor",
    "Side",
    "anchor_of",
    "area",
    "clip",
    "contains",
    "crossing",
    "crossings",
    "distance",
    "expand",
    "iou",
    "iou_matrix",
]

Anchor = Literal["foot", "centre", "top"]
"""Which point of a box stands for the object."""
Side = Literal["left", "right"]
"""Towards which side a line was crossed, as seen from its first point to its last."""


def anchor_of(box: Region, anchor: Anchor) -> Point:
    """That point of a box; `foot` is the middle of its bottom edge."""
    x1, y1, x2, y2 = box
    middle = (x1 + x2) / 2
    if anchor == "foot":
        return middle, y2
    if anchor == "top":
        return middle, y1
    return middle, (y1 + y2) / 2


def area(box: Boxes) -> NDArray[np.float32]:
    """float32[n]."""
    sides: NDArray[np.float32] = np.maximum(box[:, 2:] - box[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def clip(box: Boxes) -> Boxes:
    """The part inside the picture."""
    return np.clip(box, 0.0, 1.0)


def expand(box: Boxes, by: float, at_least: float = 0.0) -> Boxes:
    """Boxes grown on each side by a share of their size, at least `at_least`; not clipped."""
    grow_x = np.maximum((box[:, 2] - box[:, 0]) * by, at_least)
    grow_y = np.maximum((box[:, 3] - box[:, 1]) * by, at_least)
    return box + np.stack([-grow_x, -grow_y, grow_x, grow_y], axis=1).astype(np.float32)


def iou_matrix(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """float32[len(a), len(b)] intersection over union."""
    left = np.maximum(a[:, None, :2], b[None, :, :2])
    right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(right - left, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.asarray(shared / np.maximum(union, np.float32(1e-12)), np.float32)


def iou(a: Region, b: Region) -> float:
    """Intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union > 0 else 0.0


def contains(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside a polygon (even-odd rule)."""
    x, y = point
    inside = False
    x1, y1 = polygon[-1]
    for x2, y2 in polygon:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def crossing(line: Sequence[Point], before: Point, after: Point) -> tuple[Side, float] | None:
    """Towards which side a step crosses a polyline and how far along the step (0–1), else None.

    A point on the line belongs to its right side, so touching it in two steps counts once.
    """
    for start, end in itertools.pairwise(line):
        found = _cross_segment(start, end, before, after)
        if found is not None:
            return found
    return None


def crossings(line: Sequence[Point], before: Point, after: Point) -> int:
    """How often a step crosses a polyline to the right, less how often to the left.

    Exact for steps through corners, along segments and to points on them: a step is taken as if
    it were moved by a hair, so what goes over and comes back sums to nothing.
    """
    total = 0
    for start, end in itertools.pairwise(line):
        was, now = _is_right(start, end, before, 1), _is_right(start, end, after, 1)
        if was == now:
            continue
        if _is_right(before, after, start, -1) != _is_right(before, after, end, -1):
            total += 1 if now else -1
    return total


def _is_right(start: Point, end: Point, point: Point, hair: int) -> bool:
    """On which side of a straight line a point is; on it, that of a point `hair` further on.

    The hair leads to the right in the picture and, by much less, down: never along the line.
    """
    run_x, run_y = end[0] - start[0], end[1] - start[1]
    cross = run_x * (point[1] - start[1]) - run_y * (point[0] - start[0])
    if cross:
        return cross > 0
    return (-run_y if run_y else run_x) * hair > 0


def distance(line: Sequence[Point], point: Point, unit: Point = (1.0, 1.0)) -> float:
    """From a point to the nearest point of a polyline, x and y measured in `unit`."""
    unit_x, unit_y = unit
    px, py = point[0] / unit_x, point[1] / unit_y
    nearest = math.inf
    for start, end in itertools.pairwise(line):
        ax, ay = start[0] / unit_x, start[1] / unit_y
        run_x, run_y = end[0] / unit_x - ax, end[1] / unit_y - ay
        length = run_x * run_x + run_y * run_y
        along = ((px - ax) * run_x + (py - ay) * run_y) / length if length else 0.0
        along = min(max(along, 0.0), 1.0)
        nearest = min(nearest, math.hypot(px - ax - along * run_x, py - ay - along * run_y))
    return nearest


def _cross_segment(
    start: Point, end: Point, before: Point, after: Point
) -> tuple[Side, float] | None:
    was = _side(start, end, before)
    now = _side(start, end, after)
    if (was >= 0) == (now >= 0):
        return None
    at = was / (was - now)
    x = before[0] + at * (after[0] - before[0])
    y = before[1] + at * (after[1] - before[1])
    run_x, run_y = end[0] - start[0], end[1] - start[1]
    length = run_x * run_x + run_y * run_y
    along = ((x - start[0]) * run_x + (y - start[1]) * run_y) / length if length else -1.0
    if not 0.0 <= along <= 1.0:
        return None
    # The picture's y points down, so a growing cross product means to the right of the line.
    return ("right" if now >= 0 else "left"), at


def _side(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
