"""Somebody hangs about."""

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
from vedette.rules.dwell import Dwell
from vedette.rules.subjects import Subjects

__all__ = ["Loitering"]


@plugin
class Loitering(Subjects):
    """Somebody stays about a zone for long, short absences included: one event for each stay."""

    zone: Id
    """Id of the zone."""
    dwell_s: Annotated[float, Field(gt=0, le=86_400)] = 30.0
    """How long is long."""
    absence_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """How long an object may be outside, or out of sight, and still be staying."""
    anchor: Anchor = "foot"
    """Which point of the box must be inside: the middle of its bottom edge, of itself, its top."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the zone is."""
        self._bound = Bound(camera, spec)
        self._dwell = Dwell(zone_of(camera, self.zone), self.anchor, self.absence_s)

    def check(self, observation: Observation) -> Iterator[Event]:
        """The stays that are long as of this picture."""
        for track in self._dwell.told(observation, self, self.dwell_s):
            event = self._bound.event(observation.t_us, track.id, (track,))
            yield replace(event, zone=self.zone)
