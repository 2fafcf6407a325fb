"""Too many or too few are somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from vedette.core.errors import ConfigError
from vedette.core.facts import Event, Observation
from vedette.core.geometry import Anchor
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound
from vedette.rules.lasting import Lasting
from vedette.rules.presence import area_of, present
from vedette.rules.subjects import Subjects

__all__ = ["Occupancy"]

Number = Annotated[int, Field(ge=0, le=10_000)]


@plugin
class Occupancy(Subjects):
    """How many are in a zone lies within limits for a time: too many, too few, or one alone."""

    zone: Id | None = None
    """Id of the zone; not set: the whole picture."""
    at_least: Number | None = None
    """It is an event when so many or more are there. With `at_most` both must hold."""
    at_most: Number | None = None
    """It is an event when so many or fewer are there; 0: nobody."""
    for_s: Annotated[float, Field(ge=0, le=86_400)] = 2.0
    """For how long, and how long it must be over before it can be an event again."""
    anchor: Anchor = "foot"
    """Which point of the box must be inside: the middle of its bottom edge, of itself, its top."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the zone is."""
        if self.at_least is None and self.at_most is None:
            raise ConfigError("give at_least, at_most or both", path=("options", "at_least"))
        self._bound = Bound(camera, spec)
        self._area = area_of(camera, self.zone)
        self._lasting = Lasting(round(self.for_s * 1e6), round(self.for_s * 1e6))

    def check(self, observation: Observation) -> Iterator[Event]:
        """At most one event: the number has been within the limits for long enough."""
        there = present(observation, self._area, self.anchor, self)
        if self._lasting.step(observation.t_us, holds=self._within(len(there))):
            event = self._bound.event(observation.t_us, f"count-{len(there)}", there)
            yield replace(event, zone=self.zone, count=len(there))

    def _within(self, count: int) -> bool:
        enough = self.at_least is None or count >= self.at_least
        return enough and (self.at_most is None or count <= self.at_most)
