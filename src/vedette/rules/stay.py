"""How long one object has been in one zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.facts import Point, Track
from vedette.core.geometry import Anchor, anchor_of, contains, distance

__all__ = ["Area", "Stay"]

_CLEAR = 0.15
"""How far outside an object has surely left, in widths and heights of its box."""
_LINGER_US = 4_000_000
"""Who stays outside for so much longer has left too, however near."""


@dataclass(slots=True)
class Stay:
    """One object's presence in one zone."""

    since_us: int | None = None
    """When it came in; None while it is outside."""
    outside_us: int | None = None
    """Since when it has been seen outside."""
    clear_us: int | None = None
    """Since when it has been seen clear of the border."""
    told: bool = False
    """Whether this stay was an event already."""


@dataclass(frozen=True, slots=True)
class Area:
    """A zone and the point of a box that must be in it; `leave_us` outside end a stay."""

    polygon: Sequence[Point]
    anchor: Anchor
    leave_us: int

    def step(self, stay: Stay, track: Track, *, counts: bool) -> bool:
        """Note where an object is seen now; whether that is inside.

        What the rule is not about (`counts` is False) is treated as outside. Short absences
        belong to the stay: a box that trembles on the border neither leaves nor comes again.
        """
        t_us = track.last_us
        if self._left(stay, t_us):
            stay.since_us, stay.told = None, False
        point = anchor_of(track.box, self.anchor)
        if not (counts and contains(self.polygon, point)):
            self._outside(stay, track, point)
            return False
        stay.outside_us = stay.clear_us = None
        if stay.since_us is None:
            stay.since_us = t_us
        return True

    def _left(self, stay: Stay, t_us: int) -> bool:
        if stay.outside_us is None:
            return False
        if stay.clear_us is not None and t_us - stay.clear_us >= self.leave_us:
            return True
        return t_us - stay.outside_us >= self.leave_us + _LINGER_US

    def _outside(self, stay: Stay, track: Track, point: Point) -> None:
        if stay.outside_us is None:
            stay.outside_us = track.last_us
        if stay.since_us is None or stay.clear_us is not None:
            return
        x1, y1, x2, y2 = track.box
        border = (*self.polygon, self.polygon[0])
        if distance(border, point, (max(x2 - x1, 1e-6), max(y2 - y1, 1e-6))) > _CLEAR:
            stay.clear_us = track.last_us
