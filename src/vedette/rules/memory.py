"""What a rule remembers of each object: it ends with the object, and outlives a change of id."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from vedette.core.facts import Observation, Track
from vedette.core.labels import family_of

__all__ = ["Memory"]

S = TypeVar("S")

_NEAR = 1.0
"""How far off, in widths and heights of the box, the new id may appear."""
_ALIKE = 2.5
"""How many times larger or smaller it may be."""
_COAST_S = 0.6


@dataclass(slots=True)
class _Known(Generic[S]):
    track: Track
    state: S


class Memory(Generic[S]):
    """One state for each object.

    When a track begins where another of its family vanished less than `keep_s` ago, the object
    has changed its id: the state goes over to the new track, so that nothing is counted twice
    and no dwell time begins anew. Should the old track come back, it begins with a new state:
    there are two objects then, and two states.
    """

    def __init__(self, make: Callable[[], S], keep_s: float) -> None:
        self._make, self._keep_us = make, round(keep_s * 1e6)
        self._known: dict[str, _Known[S]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def seen(self, observation: Observation) -> Iterator[tuple[Track, S]]:
        """Every track that was really seen in this picture, with its state.

        Those expected but not seen are left out: where they are is a guess, and rules that
        believe guesses raise alarms about nothing. When they are seen again, the step from
        where they were last seen shows what they did meanwhile.
        """
        now_us = observation.t_us
        tracks = [t for t in observation.tracks if t.last_us >= now_us and t.state != "lost"]
        # Who is here is noted before anybody new may inherit: the living leave nothing.
        for track in tracks:
            if track.id in self._known:
                self._known[track.id].track = track
        for track in tracks:
            if track.id not in self._known:
                self._known[track.id] = _Known(track, self._inherited(track, now_us))
        self._forget(observation)
        for track in tracks:
            yield track, self._known[track.id].state

    def unseen(self, now_us: int) -> Iterator[tuple[Track, S]]:
        """The others, as they were last seen; also who vanished less than `keep_s` ago."""
        for known in self._known.values():
            if known.track.last_us < now_us:
                yield known.track, known.state

    def _inherited(self, track: Track, now_us: int) -> S:
        """The state of whoever vanished here, else a new one."""
        nearest, least = None, _NEAR
        for name, known in self._known.items():
            if known.track.last_us < now_us and (away := _away(known.track, track)) < least:
                nearest, least = name, away
        if nearest is None:
            return self._make()
        return self._known.pop(nearest).state

    def _forget(self, observation: Observation) -> None:
        """Drop whoever is neither followed any more nor vanished a moment ago."""
        followed = {track.id for track in observation.tracks if track.state != "lost"}
        since = observation.t_us - self._keep_us
        self._known = {
            name: known
            for name, known in self._known.items()
            if name in followed or known.track.last_us >= since
        }


def _away(old: Track, new: Track) -> float:
    """Distance in widths and heights from where the old track should be; infinite if unlike."""
    if family_of(old.label) != family_of(new.label):
        return math.inf
    width, height = old.box[2] - old.box[0], old.box[3] - old.box[1]
    new_width, new_height = new.box[2] - new.box[0], new.box[3] - new.box[1]
    if min(width, height, new_width, new_height) <= 0:
        return math.inf
    larger = max(width * height, new_width * new_height)
    if larger > _ALIKE * min(width * height, new_width * new_height):
        return math.inf
    late_s = min(max((new.last_us - old.last_us) / 1e6, 0.0), _COAST_S)
    dx = (new.box[0] + new.box[2] - old.box[0] - old.box[2]) / 2 - old.velocity[0] * late_s
    dy = (new.box[1] + new.box[3] - old.box[1] - old.box[3]) / 2 - old.velocity[1] * late_s
    return math.hypot(dx / max(width, new_width), dy / max(height, new_height))
