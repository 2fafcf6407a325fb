"""Somebody climbs: first one line, then another, in this order and in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from vedette.core.facts import Event, Observation
from vedette.core.geometry import Anchor
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound, line_of
from vedette.rules.fence import Fence
from vedette.rules.passages import Passages
from vedette.rules.subjects import Subjects

__all__ = ["Climbing"]

_ORDER = ("first", "second")


@plugin
class Climbing(Subjects):
    """Two lines are crossed one after the other by the same object, as when a fence is climbed.

    The other order is no event, nor is the second line alone; the direction does not matter.
    """

    first: Id
    """Id of the line that must be crossed first, such as a fence's foot."""
    second: Id
    """Id of the line that must be crossed next, such as its top."""
    within_s: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """How long after the first line the second must be crossed at the latest."""
    anchor: Anchor = "foot"
    """Which point of the box must cross: the middle of its bottom edge, of itself, or its top."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the lines are."""
        self._bound = Bound(camera, spec)
        lines = line_of(camera, self.first, "first"), line_of(camera, self.second, "second")
        self._passages = Passages([Fence(line, self.anchor) for line in lines])

    def check(self, observation: Observation) -> Iterator[Event]:
        """The climbs that became certain with this picture, dated when the second line was met."""
        for passed in self._passages.told(observation):
            # The nearer line may become certain after the farther one, so both times are kept.
            times = passed.marks
            times[_ORDER[passed.line]] = passed.passage.t_us
            if not self._in_order(times) or not self.is_about(passed.track):
                continue
            event = self._bound.event(times["second"], passed.track.id, (passed.track,))
            times.clear()
            yield replace(event, line=self.second)

    def _in_order(self, times: dict[str, int]) -> bool:
        if len(times) < len(_ORDER):
            return False
        return 0 <= times["second"] - times["first"] <= self.within_s * 1e6
