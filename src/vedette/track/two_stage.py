"""The default tracker: sure sightings first, faint ones only to keep what is already followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vedette.core.facts import Track
from vedette.core.media import Detections
from vedette.core.site import Camera
from vedette.core.value import plugin
from vedette.track.assign import Pairs, best_pairs, likeness, nearness, nobody, others, overlap
from vedette.track.kalman import Filters, Floats, Rows, corners, middles
from vedette.track.names import Names
from vedette.track.roster import Mask, Roster

__all__ = ["TwoStage"]

Share = Annotated[float, Field(ge=0, le=1)]

_BLIND_US = 15_000_000
"""After so long without any picture nothing that was known holds; key frames come more often."""
_FARTHEST = 2.5
"""However little is known of a track, a sighting more of its sizes away is another object."""
_LEAST_NEAR = 0.2
_JUMPS_US = 600_000
"""Who was not seen for longer must turn up where expected: reach grows, trust does not."""
_SAME_OBJECT = 0.7
"""A sighting that covers a followed object so well is that object, seen twice."""
_DOUBTFUL = 0.85
"""How much less a track counts that is not confirmed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sightings:
    """One picture's detections, in the tracker's terms."""

    box: Floats
    state: Floats
    score: NDArray[np.float32]
    label: Rows
    family: NDArray[np.int64]


@plugin
class TwoStage:
    """Follows objects by motion and overlap: sure sightings first, faint ones to continue."""

    high_score: Share = 0.35
    """Detections from this score on are sure: they may begin a track."""
    low_score: Share = 0.1
    """Fainter detections from this score on continue a track, but never begin one."""
    lost_s: Annotated[float, Field(gt=0, le=600)] = 1.5
    """How long a track is looked for in vain before it is given up. Time without looking, as
    while nothing moves, does not count."""
    confirm_s: Annotated[float, Field(ge=0, le=60)] = 0.2
    """How long a track must have been followed, and seen in at least half of the pictures,
    before rules believe in it."""
    sure_score: Share = 0.6
    """Score, smoothed, from which being seen twice is enough for that."""
    overlap: Share = 0.1
    """Intersection over union with the expected place from which a sure detection may be the
    same object."""
    faint_overlap: Share = 0.3
    """The same for a faint detection."""
    reach: Annotated[float, Field(ge=0, le=10)] = 1.5
    """How far from the expected place, in standard deviations, a sure detection that overlaps
    nothing may still be the same object: what keeps fast traffic at few pictures a second."""

    def __post_init__(self) -> None:
        self._lost_us = round(self.lost_s * 1e6)
        self._confirm_us = round(self.confirm_s * 1e6)
        self._names = Names("")
        self._filters = Filters()
        self._roster = Roster()
        self._now_us: int | None = None
        self._wait_us = 0

    def bind(self, camera: Camera) -> None:
        """Learn whose objects these are: their ids begin with the camera's."""
        self._names = Names(camera.id)

    def hold(self, t_us: int) -> tuple[Track, ...]:
        """All tracks as expected at `t_us`; nobody looked, so nobody is missed."""
        if self._now_us is not None and self._is_past(t_us):
            return self._told(corners(self._filters.expected(self._now_us)))
        lost = self._pass(t_us)
        return lost + self._told(corners(self._filters.expected(t_us)))

    def update(self, t_us: int, detections: Detections) -> tuple[Track, ...]:
        """Take in what was seen; all tracks alive, and those given up at this moment.

        A picture older than the last one says nothing new and is passed over.
        """
        if self._is_past(t_us):
            return self.hold(t_us)
        lost = self._pass(t_us)
        filters, roster = self._filters, self._roster
        seen = self._sightings(detections)
        state = filters.expected(t_us)
        filters.advance(t_us)
        rows, hits = self._associate(t_us, state, seen)

        among = _all_if_complete(rows, len(roster))
        filters.correct(among, seen.state[hits], state, t_us)
        roster.count(among, seen.label[hits], seen.score[hits], self._wait_us)
        roster.confirm(t_us, self._confirm_us, self.sure_score)
        self._wait_us = 0
        state[rows] = filters.state[rows]
        place = self._begin(t_us, corners(state), seen, (rows, hits))
        return lost + self._part(place)

    def _is_past(self, t_us: int) -> bool:
        """Whether `t_us` lies a little before the last picture: a clock was set, or one came late.

        Much before it, time has begun anew.
        """
        return self._now_us is not None and 0 < self._now_us - t_us <= _BLIND_US

    def _pass(self, t_us: int) -> tuple[Track, ...]:
        """Let time pass; the tracks that are given up because it jumped."""
        since_us = 0 if self._now_us is None else t_us - self._now_us
        self._now_us = t_us
        # A look covers the time since the call before: a `hold` for the same picture is not one.
        if since_us:
            self._wait_us = since_us
        if 0 <= since_us <= _BLIND_US or not len(self._roster):
            return ()
        gone = np.ones(len(self._roster), np.bool_)
        return self._drop(corners(self._filters.state), gone)

    def _sightings(self, detections: Detections) -> _Sightings:
        label = self._roster.numbers(detections.label)
        box = detections.box.astype(np.float64)
        return _Sightings(
            box=box,
            state=middles(box),
            score=detections.score,
            label=label,
            family=self._roster.families(label),
        )

    def _associate(self, t_us: int, state: Floats, seen: _Sightings) -> Pairs:
        """Which tracks were seen, in ascending order if all were, and as which sightings."""
        n, m = len(state), len(seen.score)
        if not n or not m:
            return nobody(), nobody()
        worth = self._worth(state, seen)
        is_sure = seen.score >= self.high_score
        if is_sure.all():
            pairs, sure = best_pairs(worth, self.overlap), np.arange(m)
        else:
            sure = np.flatnonzero(is_sure)
            pairs = _pairs_within(worth, np.arange(n), sure, self.overlap)
        if len(pairs[0]) < n and len(pairs[1]) < len(sure) and self.reach > 0:
            pairs = _joined(pairs, self._within_reach(t_us, state, seen, pairs))
        if len(pairs[0]) < n and len(sure) < m:
            faint = np.flatnonzero(~is_sure & (seen.score >= self.low_score))
            rest = others(n, pairs[0])
            pairs = _joined(pairs, _pairs_within(worth, rest, faint, self.faint_overlap))
        if len(pairs[0]) < n:
            return pairs
        order = np.argsort(pairs[0])
        return pairs[0][order], pairs[1][order]

    def _worth(self, state: Floats, seen: _Sightings) -> Floats:
        """[n, m] overlap of tracks and sightings of one family."""
        worth = likeness(corners(state), seen.box)
        roster = self._roster
        if not roster.confirmed.all():
            worth *= np.where(roster.confirmed, 1.0, _DOUBTFUL)[:, None]
        if roster.several_families:
            worth *= roster.family[:, None] == seen.family
        return worth

    def _within_reach(self, t_us: int, state: Floats, seen: _Sightings, taken: Pairs) -> Pairs:
        """Pairs among tracks and sure sightings that overlap nothing."""
        rows = others(len(self._roster), taken[0])
        rows = rows[t_us - self._filters.seen_us[rows] <= _JUMPS_US]
        is_free = seen.score >= self.high_score
        is_free[taken[1]] = False
        free = np.flatnonzero(is_free)
        if not len(rows) or not len(free):
            return nobody(), nobody()
        place = state[rows]
        size = np.sqrt(place[:, 2] * place[:, 3])
        reach = np.minimum(self._filters.reach(rows, place) * self.reach, size * _FARTHEST)
        near = nearness(place, reach, seen.state[free])
        near *= self._roster.family[rows][:, None] == seen.family[free]
        chosen, columns = best_pairs(near, _LEAST_NEAR)
        return rows[chosen], free[columns]

    def _begin(self, t_us: int, place: Floats, seen: _Sightings, pairs: Pairs) -> Floats:
        """Begin tracks of sure sightings of nobody known; the places with theirs added."""
        rows, hits = pairs
        is_fresh = seen.score >= self.high_score
        is_fresh[hits] = False
        if not is_fresh.any():
            return place
        fresh = _once(seen, np.flatnonzero(is_fresh), hits, place[rows])
        names = [self._names.new(t_us) for _ in fresh]
        self._filters.add(seen.state[fresh], self._roster.speeds(seen.label[fresh]), t_us)
        self._roster.add(names, seen.label[fresh], seen.score[fresh], t_us)
        return np.concatenate([place, seen.box[fresh]])

    def _part(self, place: Floats) -> tuple[Track, ...]:
        """Give up tracks missed for too long, that left the picture, or never became sure."""
        roster = self._roster
        missed = roster.missed_us > 0
        if not missed.any():
            return self._told(place)
        middle = (place[:, :2] + place[:, 2:]) * 0.5
        left = ((middle < 0.0) | (middle > 1.0)).any(axis=1)
        doubtful = ~roster.confirmed & (roster.hits * 2 < roster.looks)
        gone = (roster.missed_us > self._lost_us) | (missed & (left | doubtful))
        return self._drop(place, gone) if gone.any() else self._told(place)

    def _drop(self, place: Floats, gone: Mask) -> tuple[Track, ...]:
        """All tracks for the last time with those that are gone."""
        told = self._told(place, gone)
        self._filters.keep(~gone)
        self._roster.keep(~gone)
        return told

    def _told(self, place: Floats, gone: Mask | None = None) -> tuple[Track, ...]:
        filters = self._filters
        return self._roster.tracks(_inside(place), filters.velocity, filters.seen_us, gone)


def _once(seen: _Sightings, fresh: Rows, hits: Rows, place: Floats) -> Rows:
    """Those of `fresh` that are no second sighting of a track, or of a surer one of them."""
    fresh = fresh[np.argsort(-seen.score[fresh], kind="stable")]
    box = np.concatenate([place, seen.box[fresh]])
    family = np.concatenate([seen.family[hits], seen.family[fresh]])
    same = overlap(seen.box[fresh], box) >= _SAME_OBJECT
    same &= seen.family[fresh][:, None] == family
    # Each is compared with all tracks and with the surer sightings before it.
    surer = np.tril(np.ones(same.shape, np.bool_), k=len(place) - 1)
    new: Rows = np.sort(fresh[~(same & surer).any(axis=1)])
    return new


def _inside(place: Floats) -> Floats:
    """The part of boxes that is in the picture."""
    np.minimum(place, 1.0, out=place)
    return np.maximum(place, 0.0, out=place)


def _joined(one: Pairs, other: Pairs) -> Pairs:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])


def _pairs_within(worth: Floats, rows: Rows, columns: Rows, least: float) -> Pairs:
    """The best pairs of a part of the matrix."""
    if not len(rows) or not len(columns):
        return nobody(), nobody()
    chosen, partners = best_pairs(worth[rows[:, None], columns], least)
    return rows[chosen], columns[partners]


def _all_if_complete(rows: Rows, count: int) -> Rows | slice:
    """Ascending rows that are all there are, as a slice: much cheaper to index with."""
    return slice(None) if len(rows) == count else rows
