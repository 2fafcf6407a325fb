"""How long one object has been in one zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.facts import Point, Track
from vedette.core.geometry import Anchor, anchor_of, contains

__all__ = ["Area", "Stay"]


@dataclass(slots=True)
class Stay:
    """One object's presence in one zone."""

    since_us: int | None = None
    """When it came in; None while it is outside."""
    outside_us: int | None = None
    """Since when it has been seen outside."""
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
        inside = counts and contains(self.polygon, anchor_of(track.box, self.anchor))
        if stay.outside_us is not None and t_us - stay.outside_us >= self.leave_us:
            stay.since_us, stay.told = None, False
        if not inside:
            if stay.outside_us is None:
                stay.outside_us = t_us
            return False
        stay.outside_us = None
        if stay.since_us is None:
            stay.since_us = t_us
        return True
