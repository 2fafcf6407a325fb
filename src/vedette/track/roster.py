"""Who is followed: names, labels by vote, scores and standing, as rows beside the filters'."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vedette.core.facts import Track, TrackState
from vedette.core.labels import family_of
from vedette.track.kalman import Floats, Rows

__all__ = ["Mask", "Roster"]

Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]

_VOTE_KEEPS = 0.9
"""Of a vote at each further one: some ten looks decide what something is."""
_SPEEDS = {"vehicle": 8.0}
_SPEED = 3.0
"""Deviation of the speed of what was just seen for the first time, in its sizes per second: a car
on a motorway, seen from the side, moves by more than its length between five pictures a second."""
_SCORE_TAKES = 0.3
"""Of a new score into the smoothed one."""


class Roster:
    """What is known of each track besides where it is."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.first_us: Integers = np.zeros(0, np.int64)
        self.missed_us: Integers = np.zeros(0, np.int64)
        """For how long each was looked for in vain."""
        self.looks: Integers = np.zeros(0, np.int64)
        self.hits: Integers = np.zeros(0, np.int64)
        self.confirmed: Mask = np.zeros(0, np.bool_)
        self._score: Floats = np.zeros(0)
        self._votes: Floats = np.zeros((0, 0))
        self._label: Rows = np.zeros(0, np.intp)
        self._words: list[str] = []
        self._numbers: dict[str, int] = {}
        self._families: Integers = np.zeros(0, np.int64)
        self.several_families = False
        """Whether labels of more than one family were ever seen."""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def family(self) -> Integers:
        """[n] number of the family of each track's label."""
        return self._families[self._label]

    def numbers(self, labels: NDArray[np.str_]) -> Rows:
        """[m] a number for each label, the same for the same word."""
        words = labels.tolist()
        for word in words:
            if word not in self._numbers:
                self._learn(word)
        return np.array([self._numbers[word] for word in words], np.intp)

    def families(self, numbers: Rows) -> Integers:
        """[m] a number for the family of each label."""
        return self._families[numbers]

    def speeds(self, numbers: Rows) -> Floats:
        """[m] how fast such things may be, as a deviation in sizes per second."""
        words = [self._words[number] for number in numbers.tolist()]
        return np.array([_SPEEDS.get(family_of(word), _SPEED) for word in words])

    def count(
        self, rows: Rows | slice, numbers: Rows, score: NDArray[np.floating], us: int
    ) -> None:
        """One look of `us` after the last: `rows` were seen as labels `numbers`, the rest not."""
        self.missed_us += us
        self.missed_us[rows] = 0
        self.looks += 1
        self.hits[rows] += 1
        self._score[rows] += (score - self._score[rows]) * _SCORE_TAKES
        self._votes *= _VOTE_KEEPS
        seen = np.arange(len(self)) if isinstance(rows, slice) else rows
        self._votes[seen, numbers] += score
        if len(self):
            self._label = self._votes.argmax(axis=1)

    def add(self, names: list[str], numbers: Rows, score: NDArray[np.floating], t_us: int) -> None:
        """New ones, seen once."""
        k = len(names)
        self.names += names
        self.first_us = np.concatenate([self.first_us, np.full(k, t_us, np.int64)])
        self.missed_us = np.concatenate([self.missed_us, np.zeros(k, np.int64)])
        self.looks = np.concatenate([self.looks, np.ones(k, np.int64)])
        self.hits = np.concatenate([self.hits, np.ones(k, np.int64)])
        self.confirmed = np.concatenate([self.confirmed, np.zeros(k, np.bool_)])
        self._label = np.concatenate([self._label, numbers])
        self._score = np.concatenate([self._score, score])
        votes = np.zeros((k, len(self._words)))
        votes[np.arange(k), numbers] = score
        self._votes = np.concatenate([self._votes, votes])

    def confirm(self, t_us: int, after_us: int, sure: float) -> None:
        """Believe in those seen again and at least every other time, for long or surely enough."""
        if self.confirmed.all():
            return
        again = (self.hits >= 2) & (self.hits * 2 >= self.looks) & (self.missed_us == 0)
        enough = (t_us - self.first_us >= after_us) | (self._score >= sure)
        self.confirmed |= again & enough

    def keep(self, mask: Mask) -> None:
        """Drop the others."""
        self.names = [name for name, kept in zip(self.names, mask.tolist(), strict=True) if kept]
        self.first_us, self.missed_us = self.first_us[mask], self.missed_us[mask]
        self.looks, self.hits = self.looks[mask], self.hits[mask]
        self.confirmed, self._label = self.confirmed[mask], self._label[mask]
        self._score, self._votes = self._score[mask], self._votes[mask]

    def tracks(
        self, box: Floats, velocity: Floats, seen_us: Integers, gone: Mask | None = None
    ) -> tuple[Track, ...]:
        """The public facts; `box` as corners, `gone` those given up at this moment."""
        words = self._words
        told = [
            Track(
                id=name,
                label=words[number],
                box=(x1, y1, x2, y2),
                score=score,
                velocity=(dx, dy),
                first_us=first_us,
                last_us=last_us,
                state=state,
            )
            for name, number, (x1, y1, x2, y2), score, (dx, dy), first_us, last_us, state in zip(
                self.names,
                self._label.tolist(),
                box.tolist(),
                self._score.tolist(),
                velocity[:, :2].tolist(),
                self.first_us.tolist(),
                seen_us.tolist(),
                self._states(gone),
                strict=True,
            )
        ]
        return tuple(told)

    def _states(self, gone: Mask | None) -> list[TrackState]:
        states: list[TrackState] = [
            "confirmed" if sure else "tentative" for sure in self.confirmed.tolist()
        ]
        if gone is not None:
            for row in np.flatnonzero(gone).tolist():
                states[row] = "lost"
        return states

    def _learn(self, word: str) -> None:
        self._numbers[word] = len(self._words)
        self._words.append(word)
        families = [family_of(known) for known in self._words]
        self._families = np.array([families.index(one) for one in families], np.int64)
        self.several_families = bool(self._families.any())
        self._votes = np.concatenate([self._votes, np.zeros((len(self), 1))], axis=1)
