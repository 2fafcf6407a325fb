"""Somebody crosses a line or fence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from vedette.core.facts import Event, Observation, Track
from vedette.core.geometry import Anchor
from vedette.core.site import Camera, Id, RuleSpec
from vedette.core.value import plugin
from vedette.rules.bound import Bound, line_of
from vedette.rules.fence import Fence, Passage, Walk
from vedette.rules.memory import Memory
from vedette.rules.subjects import Subjects

__all__ = ["Crossing"]

_KEEP_S = 2.0


@dataclass(slots=True)
class _Way:
    walk: Walk = field(default_factory=Walk)
    due: list[Passage] = field(default_factory=list)
    """Crossings of a track that is not sure yet."""


@plugin
class Crossing(Subjects):
    """A line or fence of any number of corners is crossed: one event each time, however the
    box trembles on it, and one for each of those who cross together."""

    line: Id
    """Id of the line."""
    direction: Literal["left", "right", "both"] = "both"
    """To which side, seen from the line's first point to its last."""
    anchor: Anchor = "foot"
    """Which point of the box must cross: the middle of its bottom edge, of itself, or its top."""

    def __post_init__(self) -> None:
        self._memory = Memory(_Way, _KEEP_S)

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn where the line is."""
        self._bound = Bound(camera, spec)
        self._fence = Fence(line_of(camera, self.line), self.anchor)

    def check(self, observation: Observation) -> Iterator[Event]:
        """The crossings that became certain with this picture, dated when they happened."""
        for track, way in self._memory.seen(observation):
            yield from self._told(track, way, self._fence.step(way.walk, track))
        for track, way in self._memory.unseen(observation.t_us):
            yield from self._told(track, way, self._fence.miss(way.walk, track, observation.t_us))

    def _told(self, track: Track, way: _Way, passage: Passage | None) -> Iterator[Event]:
        """A passage in the wanted direction, held back until its track is sure."""
        if passage is not None and self.direction in (passage.side, "both"):
            way.due.append(passage)
        if track.state != "confirmed" or not way.due:
            return
        if self.is_about(track):
            yield from (self._event(track, passage) for passage in way.due)
        way.due.clear()

    def _event(self, track: Track, passage: Passage) -> Event:
        event = self._bound.event(passage.t_us, f"{track.id}-{passage.side}", (track,))
        return replace(event, line=self.line, direction=passage.side)
