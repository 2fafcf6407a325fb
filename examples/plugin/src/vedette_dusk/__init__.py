"""A rule of your own: install this package beside Vedette and `too_many` is there, form and all."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from vedette.core.facts import Event, Observation, event_id
from vedette.core.site import Camera, RuleSpec
from vedette.core.value import plugin


@plugin
class TooMany:
    """More objects than allowed are in the picture."""

    allowed: Annotated[int, Field(ge=0)] = 5
    """How many may be there."""

    def __post_init__(self) -> None:
        self._over = False

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        self._spec = spec

    def check(self, seen: Observation) -> Iterator[Event]:
        there = [track for track in seen.tracks if track.state == "confirmed"]
        was, self._over = self._over, len(there) > self.allowed
        if self._over and not was:
            yield Event(
                id=event_id(seen.camera, self._spec.id, seen.t_us, "many"),
                camera=seen.camera, rule=self._spec.id, rule_kind="too_many", t_us=seen.t_us,
                count=len(there), boxes=tuple(track.box for track in there),
            )  # fmt: skip
