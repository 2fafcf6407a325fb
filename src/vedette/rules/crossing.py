"""Somebody crosses a line or fence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from vedette.core.facts import Event, Observation
from vedette.core.geometry import Anchor
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound, line_of
from vedette.rules.fence import Fence
from vedette.rules.passages import Passages, Passed
from vedette.rules.subjects import Subjects

__all__ = ["Crossing"]


@plugin
class Crossing(Subjects):
    """A line or fence is crossed: one event each time, one for each of those who cross together.

    The line may have any number of corners. A box that trembles on it is not an event, a jump
    across it between two pictures is.
    """

    line: Id
    """Id of the line."""
    direction: Literal["left", "right", "both"] = "both"
    """To which side, seen from the line's first point to its last."""
    anchor: Anchor = "foot"
    """Which point of the box must cross: the middle of its bottom edge, of itself, or its top."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the line is."""
        self._bound = Bound(camera, spec)
        self._passages = Passages([Fence(line_of(camera, self.line), self.anchor)])

    def check(self, observation: Observation) -> Iterator[Event]:
        """The crossings that became certain with this picture, dated when they happened."""
        for passed in self._passages.told(observation):
            if self.direction in (passed.passage.side, "both") and self.is_about(passed.track):
                yield self._event(passed)

    def _event(self, passed: Passed) -> Event:
        track, side = passed.track, passed.passage.side
        event = self._bound.event(passed.passage.t_us, f"{track.id}-{side}", (track,))
        return replace(event, line=self.line, direction=side)
