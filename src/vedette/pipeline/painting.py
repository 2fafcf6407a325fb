"""Draws what was seen over recorded pictures, or hides people in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vedette.core.labels import UNSURE, family_of
from vedette.core.media import Pixels, Region
from vedette.pipeline.boxes import TrackPath
from vedette.report.draw import draw_box

__all__ = ["Painter", "hide"]

# Between two looks that are further apart nobody knows where a track was.
_LONGEST_US = 1_500_000
# A person is hidden somewhat before being recognised and after being lost.
_MARGIN_US = 700_000
# And somewhat around the box, by so much of its sides.
_MARGIN = 0.15
_CELLS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """Paints pictures of one camera."""

    paths: Sequence[TrackPath]
    boxes: bool
    blur: bool

    def paint(self, picture: Pixels, t_us: int) -> None:
        """Hide first, then draw, so that boxes stay readable."""
        if self.blur:
            for path in self.paths:
                if family_of(path.label) in ("person", UNSURE):
                    for region in _around(path, t_us):
                        hide(picture, region)
        if self.boxes:
            for path in self.paths:
                found = _at(path, t_us)
                if found is not None:
                    draw_box(picture, found[0], f"{path.label} {found[1]:.0%}", alarm=False)


def hide(picture: Pixels, region: Region) -> None:
    """Leave of a region only a few large cells, whatever its size."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = region
    wide, high = (x2 - x1) * _MARGIN, (y2 - y1) * _MARGIN
    left, right = _inside(x1 - wide, width), _inside(x2 + wide, width)
    top, bottom = _inside(y1 - high, height), _inside(y2 + high, height)
    if right - left < 1 or bottom - top < 1:
        return
    part = picture[top:bottom, left:right]
    cells = (min(_CELLS, right - left), min(2 * _CELLS, bottom - top))
    coarse = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(coarse, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)


def _inside(fraction: float, side: int) -> int:
    return round(min(1.0, max(0.0, fraction)) * side)


def _at(path: TrackPath, t_us: int) -> tuple[Region, float] | None:
    """Where the track was between two looks, and how sure that is."""
    after = bisect_right(path.t_us, t_us)
    if after == 0 or path.states[after - 1] == "tentative":
        return None
    before_us = path.t_us[after - 1]
    score = path.scores[after - 1]
    if after == len(path.t_us):
        return (path.boxes[-1], score) if t_us - before_us < _LONGEST_US // 3 else None
    step_us = path.t_us[after] - before_us
    if step_us > _LONGEST_US:
        return None
    share = (t_us - before_us) / step_us
    mixed = np.array(path.boxes[after - 1]) * (1 - share) + np.array(path.boxes[after]) * share
    x1, y1, x2, y2 = mixed.tolist()
    return (x1, y1, x2, y2), score


def _around(path: TrackPath, t_us: int) -> list[Region]:
    """All places where the track was seen shortly before and after: none of them may show it."""
    first = bisect_right(path.t_us, t_us - _MARGIN_US)
    last = bisect_right(path.t_us, t_us + _MARGIN_US)
    near = list(path.boxes[first:last])
    # Seen before and after with a longer pause between: hidden all the while.
    after = bisect_right(path.t_us, t_us)
    if not near and 0 < after < len(path.t_us):
        near = [path.boxes[after - 1], path.boxes[after]]
    if not near:
        return []
    corners = np.array(near)
    x1, y1 = corners[:, :2].min(axis=0).tolist()
    x2, y2 = corners[:, 2:].max(axis=0).tolist()
    return [(x1, y1, x2, y2)]
