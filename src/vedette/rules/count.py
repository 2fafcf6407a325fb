"""How many go in and out: every passage is an event of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from vedette.core.errors import ConfigError
from vedette.core.facts import Event, Observation, Point
from vedette.core.geometry import Anchor, Side
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound, line_of, zone_of
from vedette.rules.fence import Fence
from vedette.rules.passages import Passages, Passed
from vedette.rules.subjects import Subjects

__all__ = ["Count"]

Way = Literal["in", "out"]


@plugin
class Count(Subjects):
    """Counts traffic in and out over a line or over the border of a zone.

    Each passage is an event with its direction and a count of 1; sums over events are the traffic.
    """

    line: Id | None = None
    """Id of the line to be passed; either this or `zone`."""
    zone: Id | None = None
    """Id of the zone to be entered and left; either this or `line`."""
    into: Literal["left", "right"] = "right"
    """Which side of the line is in, seen from its first point to its last."""
    direction: Literal["in", "out", "both"] = "both"
    """Which passages are counted."""
    again: bool = True
    """Whether an object that comes in or goes out once more counts once more."""
    anchor: Anchor = "foot"
    """Which point of the box must pass: the middle of its bottom edge, of itself, or its top."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn what is to be passed."""
        self._bound = Bound(camera, spec)
        border, self._in = self._border(camera)
        self._passages = Passages([Fence(border, self.anchor)])

    def _border(self, camera: Camera) -> tuple[Sequence[Point], Side]:
        """The line and its inner side; a zone's border is a line that comes back to its start."""
        if self.line is not None and self.zone is None:
            return line_of(camera, self.line), self.into
        if self.zone is not None and self.line is None:
            polygon = zone_of(camera, self.zone)
            return (*polygon, polygon[0]), "right" if _turns_right(polygon) else "left"
        raise ConfigError("give either a line or a zone", path=("options", "line"))

    def check(self, observation: Observation) -> Iterator[Event]:
        """The passages that became certain with this picture, dated when they happened."""
        for passed in self._passages.told(observation):
            way: Way = "in" if passed.passage.side == self._in else "out"
            wanted = self.direction in (way, "both") and (self.again or way not in passed.marks)
            if wanted and self.is_about(passed.track):
                passed.marks[way] = passed.passage.t_us
                yield self._event(passed, way)

    def _event(self, passed: Passed, way: Way) -> Event:
        event = self._bound.event(passed.passage.t_us, f"{passed.track.id}-{way}", (passed.track,))
        # Traffic is a figure, not an alarm.
        return replace(
            event, line=self.line, zone=self.zone, direction=way, count=1, severity="info"
        )


def _turns_right(polygon: Sequence[Point]) -> bool:
    """Whether the inside lies to the right when walking along the border."""
    doubled = sum(
        x1 * y2 - x2 * y1
        for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    )
    return doubled > 0
