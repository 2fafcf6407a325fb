"""How one object passes one line: jitter on it is nothing, a jump across it is a crossing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.facts import Point, Track
from vedette.core.geometry import Anchor, Side, anchor_of, crossings, distance
from vedette.core.media import Region

__all__ = ["Fence", "Passage", "Walk"]

_MARGIN = 0.15
"""How far beyond the line an object must come, in widths and heights of its box."""
_SETTLED_US = 1_000_000
"""Who stays on the other side for so long has crossed without coming that far."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A crossing, as it was when the object was first seen on the other side."""

    side: Side
    t_us: int
    track: Track


@dataclass(slots=True)
class Walk:
    """One object's way along one line."""

    at: Point | None = None
    """Where it was last seen."""
    net: int = 0
    """Steps across to the right, less those to the left, since it was last clear of the line."""
    since: Passage | None = None
    """The last step across."""
    may_settle: bool = True


@dataclass(frozen=True, slots=True)
class Fence:
    """A line and the point of a box that must cross it."""

    points: Sequence[Point]
    anchor: Anchor

    def step(self, walk: Walk, track: Track) -> Passage | None:
        """Follow an object to where it is seen now; its crossing, once that is beyond doubt.

        Steps across are summed until the object is clear of the line: then a sum of nothing was
        jitter or a change of mind, and any other is one crossing. So the crossings told always
        add up to the change of side.
        """
        was, walk.at = walk.at, anchor_of(track.box, self.anchor)
        if was is None:
            return None
        turn = crossings(self.points, was, walk.at)
        if turn:
            walk.net += turn
            side: Side = "right" if walk.net > 0 else "left"
            walk.since = Passage(side, track.last_us, track)
        clear = distance(self.points, walk.at, _extent(track.box)) > _MARGIN
        settled = self._settled(walk, track)
        if clear or settled:
            walk.may_settle = clear
            return _told(walk)
        return None

    def _settled(self, walk: Walk, track: Track) -> bool:
        since = walk.since
        if since is None or not walk.net or not walk.may_settle:
            return False
        return track.last_us - since.t_us >= _SETTLED_US


def _told(walk: Walk) -> Passage | None:
    passage, crossed = walk.since, walk.net != 0
    walk.net, walk.since = 0, None
    return passage if crossed else None


def _extent(box: Region) -> Point:
    return max(box[2] - box[0], 1e-6), max(box[3] - box[1], 1e-6)
