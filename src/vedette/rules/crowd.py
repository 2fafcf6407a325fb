"""Many gather."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from vedette.core.facts import Event, Observation
from vedette.core.geometry import Anchor
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound
from vedette.rules.lasting import Lasting
from vedette.rules.presence import area_of, present
from vedette.rules.subjects import Subjects

__all__ = ["Crowd"]

_FLICKER_S = 2.0


@plugin
class Crowd(Subjects):
    """Many are together for a time: one event for each gathering, until it has dispersed."""

    zone: Id | None = None
    """Id of the zone; not set: the whole picture."""
    people: Annotated[int, Field(ge=2, le=10_000)] = 5
    """How many are many."""
    dispersed: Annotated[int, Field(ge=1, le=10_000)] = 2
    """How many fewer than `people` it must become for the gathering to be over."""
    for_s: Annotated[float, Field(ge=0, le=86_400)] = 5.0
    """For how long they must be together."""
    anchor: Anchor = "foot"
    """Which point of the box must be inside: the middle of its bottom edge, of itself, its top."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the zone is."""
        self._bound = Bound(camera, spec)
        self._area = area_of(camera, self.zone)
        self._lasting = Lasting(round(self.for_s * 1e6), round(_FLICKER_S * 1e6))

    def check(self, observation: Observation) -> Iterator[Event]:
        """At most one event: a gathering has lasted long enough."""
        there = present(observation, self._area, self.anchor, self)
        least = self.people - self.dispersed + 1 if self._lasting.told else self.people
        if self._lasting.step(observation.t_us, holds=len(there) >= least):
            event = self._bound.event(observation.t_us, "crowd", there)
            yield replace(event, zone=self.zone, count=len(there))
