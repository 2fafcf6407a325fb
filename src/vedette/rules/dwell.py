"""Stays in a zone that last long enough to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vedette.core.facts import Observation, Point, Track
from vedette.core.geometry import Anchor
from vedette.rules.memory import Memory
from vedette.rules.stay import Area, Stay
from vedette.rules.subjects import Subjects

__all__ = ["Dwell"]

_KEEP_S = 2.0


class Dwell:
    """Follows who stays in a zone, and how long; one stay is told once."""

    def __init__(self, polygon: Sequence[Point], anchor: Anchor, leave_s: float) -> None:
        self._area = Area(polygon, anchor, round(leave_s * 1e6))
        self._memory = Memory(Stay, max(leave_s, _KEEP_S))

    def told(self, observation: Observation, about: Subjects, dwell_s: float) -> Iterator[Track]:
        """Whose stay is long enough as of this picture, in which it is really seen inside."""
        for track, stay in self._memory.seen(observation):
            inside = self._area.step(stay, track, counts=about.is_about(track))
            if not inside or stay.told or stay.since_us is None or track.state != "confirmed":
                continue
            if observation.t_us - stay.since_us >= dwell_s * 1e6:
                stay.told = True
                yield track
