"""Where detection is worth it: what moves, tracks that need confirming, never what is masked."""

from __future__ import annotations

import numpy as np

from vedette.core.facts import Motion, Track
from vedette.core.geometry import anchor_of, clip, contains, expand
from vedette.core.media import WHOLE, Boxes, Detections, no_boxes
from vedette.core.site import Camera

__all__ = ["Attention"]

_WHOLE = np.array([WHOLE], np.float32)
_MARGIN = 0.35
_AT_LEAST = 0.04
_SMALLEST = 0.25
_WHOLE_FROM = 0.40
_MOST_REGIONS = 6
_WHOLE_EVERY_US = 2_000_000


class Attention:
    """Chooses regions for one camera; whole pictures when regions would save nothing."""

    def __init__(self, camera: Camera) -> None:
        self._masks = [zone.polygon for zone in camera.zones if zone.exclude]
        self._whole_us: int | None = None

    def regions(self, t_us: int, motion: Motion, tracks: tuple[Track, ...]) -> Boxes:
        """float32[n, 4] inside the picture; now and then all of it, for who stood still so far."""
        chosen = self._chosen(motion, tracks)
        due = self._whole_us is None or t_us - self._whole_us >= _WHOLE_EVERY_US
        if due or not len(chosen):
            chosen = _WHOLE.copy()
        if len(chosen) == 1 and np.array_equal(chosen, _WHOLE):
            self._whole_us = t_us
        return chosen

    def _chosen(self, motion: Motion, tracks: tuple[Track, ...]) -> Boxes:
        wanted = [*motion.boxes, *(t.box for t in tracks if t.state != "lost")]
        if not wanted:
            return no_boxes()
        grown = clip(expand(np.array(wanted, np.float32), _MARGIN, _AT_LEAST))
        merged = _merge(_at_least(grown, _SMALLEST))
        covered = float(np.sum((merged[:, 2] - merged[:, 0]) * (merged[:, 3] - merged[:, 1])))
        if len(merged) > _MOST_REGIONS or covered > _WHOLE_FROM:
            return _WHOLE.copy()
        return merged

    def allowed(self, found: Detections) -> Detections:
        """Detections whose foot does not stand in a mask."""
        if not self._masks or not len(found):
            return found
        keep = np.array([not self._masked(box) for box in found.box], np.bool_)
        return found[keep]

    def _masked(self, box: Boxes) -> bool:
        x1, y1, x2, y2 = (float(edge) for edge in box)
        foot = anchor_of((x1, y1, x2, y2), "foot")
        return any(contains(mask, foot) for mask in self._masks)


def _at_least(box: Boxes, side: float) -> Boxes:
    """Boxes no smaller than a share of the picture: a detector wants to see surroundings."""
    centre = (box[:, :2] + box[:, 2:]) / 2
    half = np.maximum(box[:, 2:] - box[:, :2], side) / 2
    low = np.clip(centre - half, 0.0, 1.0 - 2 * half)
    return np.concatenate([low, low + 2 * half], axis=1).clip(0.0, 1.0).astype(np.float32)


def _merge(box: Boxes) -> Boxes:
    """Overlapping boxes as one, until none overlap."""
    left = [tuple(map(float, one)) for one in box]
    merged: list[tuple[float, ...]] = []
    while left:
        one = left.pop()
        for index, other in enumerate(merged):
            if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]:
                merged.pop(index)
                left.append(
                    (
                        min(one[0], other[0]),
                        min(one[1], other[1]),
                        max(one[2], other[2]),
                        max(one[3], other[3]),
                    )
                )
                break
        else:
            merged.append(one)
    return np.array(merged, np.float32)
