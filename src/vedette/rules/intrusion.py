"""Somebody is where nobody may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from vedette.core.facts import Event, Observation
from vedette.core.geometry import Anchor
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound, zone_of
from vedette.rules.memory import Memory
from vedette.rules.stay import Area, Stay
from vedette.rules.subjects import Subjects

__all__ = ["Intrusion"]

_KEEP_S = 2.0


@plugin
class Intrusion(Subjects):
    """Somebody or something is in a zone: one event for each stay of each object."""

    zone: Id
    """Id of the zone."""
    dwell_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    """How long a stay must last to be an event; 0: coming in is enough."""
    leave_s: Annotated[float, Field(ge=0, le=3600)] = 1.0
    """How long an object must be outside before coming in again is another stay."""
    anchor: Anchor = "foot"
    """Which point of the box must be inside: the middle of its bottom edge, of itself, or its
    top."""

    def __post_init__(self) -> None:
        self._memory = Memory(Stay, max(_KEEP_S, self.leave_s))

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the zone is."""
        self._bound = Bound(camera, spec)
        polygon = zone_of(camera, self.zone)
        self._area = Area(polygon, self.anchor, round(self.leave_s * 1e6))

    def check(self, observation: Observation) -> Iterator[Event]:
        """The stays that are long enough as of this picture."""
        for track, stay in self._memory.seen(observation):
            inside = self._area.step(stay, track, counts=self.is_about(track))
            if not inside or stay.told or track.state != "confirmed" or stay.since_us is None:
                continue
            if observation.t_us - stay.since_us >= self.dwell_s * 1e6:
                stay.told = True
                event = self._bound.event(observation.t_us, track.id, (track,))
                yield replace(event, zone=self.zone)
