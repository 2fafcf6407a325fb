"""Who is followed: names, labels by vote, scores and standing, as rows beside the filters'."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vedette.core.facts import Track, TrackState
from vedette.core.labels import UNSURE, family_of
from vedette.track.assign import Rows
from vedette.track.kalman import Floats

__all__ = ["Roster", "kin"]

Mask = NDArray[np.bool_]

_VOTE_KEEPS = 0.9
_SCORE_KEEPS = 0.7
_UNSURE_FAMILY = -1
_UNSURE_WEIGHT = 0.1
"""A vote that says nothing gives way to the first that says something."""


class Roster:
    """What is known of each track besides where it is."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.first_us: NDArray[np.int64] = np.zeros(0, np.int64)
        self.missed_us: NDArray[np.int64] = np.zeros(0, np.int64)
        """For how long each was looked for in vain."""
        self.looks: NDArray[np.int64] = np.zeros(0, np.int64)
        self.hits: NDArray[np.int64] = np.zeros(0, np.int64)
        self.confirmed: Mask = np.zeros(0, np.bool_)
        self.family: NDArray[np.int64] = np.zeros(0, np.int64)
        self._score: Floats = np.zeros(0)
        self._votes: Floats = np.zeros((0, 0))
        self._words: list[str] = []
        self._numbers: dict[str, int] = {}
        self._families: NDArray[np.int64] = np.zeros(0, np.int64)
        self._weight: Floats = np.zeros(0)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def several_families(self) -> bool:
        """Whether labels of more than one family were ever seen."""
        return len(self._families) > 1 and bool(self._families.any())

    def numbers(self, labels: NDArray[np.str_]) -> Rows:
        """[m] a number for each label, the same for the same word."""
        known = self._numbers
        words = labels.tolist()
        try:
            return np.array([known[word] for word in words], np.intp)
        except KeyError:
            for word in words:
                self._learn(word)
            return self.numbers(labels)

    def families(self, numbers: Rows) -> NDArray[np.int64]:
        """[m] a number for the family of each label; negative where the label is `object`."""
        return self._families[numbers]

    def count(self, rows: Rows, numbers: Rows, score: NDArray[np.floating], us: int) -> None:
        """One look of `us` after the last: `rows` were seen as labels `numbers`, the rest not."""
        self.missed_us += us
        self.missed_us[rows] = 0
        self.looks += 1
        self.hits[rows] += 1
        self._score[rows] += (score - self._score[rows]) * (1 - _SCORE_KEEPS)
        self._votes *= _VOTE_KEEPS
        self._votes[rows, numbers] += score * self._weight[numbers]
        self.family = self._families[self._votes.argmax(axis=1)] if len(self) else self.family

    def add(self, names: list[str], numbers: Rows, score: NDArray[np.floating], t_us: int) -> None:
        """New ones, seen once."""
        k = len(names)
        self.names += names
        self.first_us = np.concatenate([self.first_us, np.full(k, t_us, np.int64)])
        self.missed_us = np.concatenate([self.missed_us, np.zeros(k, np.int64)])
        self.looks = np.concatenate([self.looks, np.ones(k, np.int64)])
        self.hits = np.concatenate([self.hits, np.ones(k, np.int64)])
        self.confirmed = np.concatenate([self.confirmed, np.zeros(k, np.bool_)])
        self.family = np.concatenate([self.family, self._families[numbers]])
        self._score = np.concatenate([self._score, score])
        votes = np.zeros((k, len(self._words)))
        votes[np.arange(k), numbers] = score * self._weight[numbers]
        self._votes = np.concatenate([self._votes, votes])

    def confirm(self, t_us: int, after_us: int) -> None:
        """Believe in those followed long enough and seen at least every other time."""
        self.confirmed |= (
            (t_us - self.first_us >= after_us)
            & (self.hits >= 2)
            & (self.hits * 2 >= self.looks)
            & (self.missed_us == 0)
        )

    def keep(self, mask: Mask) -> None:
        """Drop the others."""
        self.names = [name for name, kept in zip(self.names, mask.tolist(), strict=True) if kept]
        self.first_us, self.missed_us = self.first_us[mask], self.missed_us[mask]
        self.looks, self.hits = self.looks[mask], self.hits[mask]
        self.confirmed, self.family = self.confirmed[mask], self.family[mask]
        self._score, self._votes = self._score[mask], self._votes[mask]

    def tracks(
        self, box: Floats, velocity: Floats, seen_us: NDArray[np.int64], gone: Mask | None = None
    ) -> tuple[Track, ...]:
        """The public facts; `box` as corners, `gone` those given up at this moment."""
        states = self._states(gone)
        words = self._words
        return tuple(
            Track(
                id=name,
                label=words[number],
                box=(x1, y1, x2, y2),
                score=score,
                velocity=(dx, dy),
                first_us=first,
                last_us=last,
                state=state,
            )
            for name, number, (x1, y1, x2, y2), score, (dx, dy), first, last, state in zip(
                self.names,
                self._votes.argmax(axis=1).tolist() if len(self) else (),
                box.tolist(),
                self._score.tolist(),
                velocity[:, :2].tolist(),
                self.first_us.tolist(),
                seen_us.tolist(),
                states,
                strict=True,
            )
        )

    def _states(self, gone: Mask | None) -> list[TrackState]:
        states: list[TrackState] = [
            "confirmed" if sure else "tentative" for sure in self.confirmed.tolist()
        ]
        if gone is not None:
            for row in np.flatnonzero(gone).tolist():
                states[row] = "lost"
        return states

    def _learn(self, word: str) -> None:
        if word in self._numbers:
            return
        self._numbers[word] = len(self._words)
        self._words.append(word)
        alike = [i for i, known in enumerate(self._words) if family_of(known) == family_of(word)]
        family = _UNSURE_FAMILY if word == UNSURE else alike[0]
        self._families = np.append(self._families, family)
        self._weight = np.append(self._weight, _UNSURE_WEIGHT if word == UNSURE else 1.0)
        self._votes = np.concatenate([self._votes, np.zeros((len(self), 1))], axis=1)


def kin(a: NDArray[np.int64], b: NDArray[np.int64]) -> Mask:
    """[n, m] whether families may be the same object's: equal, or one of them not known yet."""
    one, other = a[:, None], b[None, :]
    same: Mask = (one == other) | (one < 0) | (other < 0)
    return same
