"""Who passes which of a rule's lines: told once it is certain and its track is believed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vedette.core.facts import Observation, Track
from vedette.rules.fence import Fence, Passage, Walk
from vedette.rules.memory import Memory

__all__ = ["Passages", "Passed"]

_KEEP_S = 2.0


@dataclass(slots=True)
class _Way:
    """One object's way along all lines."""

    walks: tuple[Walk, ...]
    due: list[tuple[int, Passage]] = field(default_factory=list)
    """Passages of a track that is not sure yet."""
    marks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passed:
    """An object passed a line."""

    track: Track
    line: int
    """Which of the lines, by its place in the list."""
    passage: Passage
    marks: dict[str, int]
    """The rule's own notes on this object; they outlive a change of its track's id."""


class Passages:
    """Follows all objects of one camera along one or more lines."""

    def __init__(self, fences: Sequence[Fence]) -> None:
        self._fences = tuple(fences)
        self._memory = Memory(lambda: _Way(tuple(Walk() for _ in self._fences)), _KEEP_S)

    def told(self, observation: Observation) -> Iterator[Passed]:
        """The passages that became certain with this picture."""
        for track, way in self._memory.seen(observation):
            for line, (fence, walk) in enumerate(zip(self._fences, way.walks, strict=True)):
                _note(way, line, fence.step(walk, track))
            yield from _due(track, way)
        for track, way in self._memory.unseen(observation.t_us):
            for line, (fence, walk) in enumerate(zip(self._fences, way.walks, strict=True)):
                _note(way, line, fence.miss(walk, track, observation.t_us))
            yield from _due(track, way)


def _note(way: _Way, line: int, passage: Passage | None) -> None:
    if passage is not None:
        way.due.append((line, passage))


def _due(track: Track, way: _Way) -> Iterator[Passed]:
    if way.due and track.state == "confirmed":
        for line, passage in way.due:
            yield Passed(track, line, passage, way.marks)
        way.due.clear()
