"""How one object passes one line: jitter on it is nothing, a jump across it is a crossing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.facts import Point, Track
from vedette.core.geometry import Anchor, Side, anchor_of, crossing, crossings, distance
from vedette.core.media import Region

__all__ = ["Fence", "Passage", "Walk"]

_CLEAR = 0.15
"""How far beyond the line an object has crossed for sure, in widths and heights of its box."""
_BEYOND = 0.05
"""How far is enough for one that is not seen any more."""
_SETTLED_US = 800_000
"""Who is not seen back for so long has crossed, however near to the line."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A crossing: to which side, and when, between two pictures too."""

    side: Side
    t_us: int


@dataclass(slots=True)
class Walk:
    """One object's way along one line."""

    at: Point | None = None
    """Where it was last seen."""
    at_us: int = 0
    net: int = 0
    """Steps across to the right, less those to the left, since it was last clear of the line."""
    since_us: int = 0
    """When it last stepped across."""
    may_settle: bool = True


@dataclass(frozen=True, slots=True)
class Fence:
    """A line and the point of a box that must cross it.

    Steps across are summed until the object is clear of the line: then a sum of nothing was
    jitter or a change of mind, and any other is one crossing. So the crossings told always add
    up to the change of side, and a jump across between two pictures is a step like any other.
    """

    points: Sequence[Point]
    anchor: Anchor

    def step(self, walk: Walk, track: Track) -> Passage | None:
        """Follow an object to where it is seen now; its crossing, once that is beyond doubt."""
        was, was_us = walk.at, walk.at_us
        walk.at, walk.at_us = anchor_of(track.box, self.anchor), track.last_us
        if was is None:
            return None
        turn = crossings(self.points, was, walk.at)
        if turn:
            walk.net += turn
            hit = crossing(self.points, was, walk.at)
            share = 1.0 if hit is None else hit[1]
            walk.since_us = was_us + round((walk.at_us - was_us) * share)
        if not walk.net and walk.may_settle:
            return None  # nearly always: nobody near the line
        if self._away(walk, track) > _CLEAR:
            walk.may_settle = True
            return _told(walk)
        return self._settled(walk, track.last_us)

    def miss(self, walk: Walk, track: Track, now_us: int) -> Passage | None:
        """The crossing of an object that is not seen now and was last seen on the other side."""
        if walk.net and self._away(walk, track) > _BEYOND:
            return _told(walk)
        return self._settled(walk, now_us)

    def _settled(self, walk: Walk, now_us: int) -> Passage | None:
        # Once: who lingers on the line must first come clear of it to be told of again.
        if not walk.net or not walk.may_settle or now_us - walk.since_us < _SETTLED_US:
            return None
        walk.may_settle = False
        return _told(walk)

    def _away(self, walk: Walk, track: Track) -> float:
        """From the line, in widths and heights of the box."""
        return 0.0 if walk.at is None else distance(self.points, walk.at, _extent(track.box))


def _told(walk: Walk) -> Passage | None:
    net, walk.net = walk.net, 0
    if not net:
        return None
    return Passage("right" if net > 0 else "left", walk.since_us)


def _extent(box: Region) -> Point:
    return max(box[2] - box[0], 1e-6), max(box[3] - box[1], 1e-6)
