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
from vedette.track.assign import Rows, best_pairs, likeness, nearness, others, overlap
from vedette.track.kalman import Filters, Floats, Forecast, corners, middles
from vedette.track.names import Names
from vedette.track.roster import Mask, Roster, kin

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
        lost = self._advance(t_us)
        return lost + self._told(corners(self._filters.forecast(t_us).state))

    def update(self, t_us: int, detections: Detections) -> tuple[Track, ...]:
        """Take in what was seen; all tracks alive, and those given up at this moment."""
        lost = self._advance(t_us)
        seen = self._sightings(detections)
        expected = self._filters.forecast(t_us)
        rows, hits = self._associate(t_us, expected, seen)

        self._filters.correct(rows, seen.state[hits], expected, t_us)
        self._roster.count(rows, seen.label[hits], seen.score[hits], self._wait_us)
        self._roster.confirm(t_us, self._confirm_us)
        self._wait_us = 0
        expected.state[rows] = self._filters.state[rows]

        place = corners(expected.state)
        fresh = self._fresh(seen, hits, place[rows])
        self._begin(t_us, seen, fresh)
        if len(fresh):
            place = np.concatenate([place, seen.box[fresh]])
        gone = self._given_up(place)
        if not gone.any():
            return lost + self._told(place)
        told = self._told(place, gone)
        self._filters.keep(~gone)
        self._roster.keep(~gone)
        return lost + told

    def _advance(self, t_us: int) -> tuple[Track, ...]:
        """Let time pass; the tracks that are given up because it jumped."""
        since_us = 0 if self._now_us is None else t_us - self._now_us
        self._now_us = t_us
        # A look covers the time since the call before: a `hold` for the same picture is not one.
        if since_us:
            self._wait_us = since_us
        if 0 <= since_us <= _BLIND_US or not len(self._roster):
            return ()
        gone = np.ones(len(self._roster), np.bool_)
        lost = self._told(corners(self._filters.state), gone)
        self._filters.keep(~gone)
        self._roster.keep(~gone)
        return lost

    def _sightings(self, detections: Detections) -> _Sightings:
        label = self._roster.numbers(detections.label)
        return _Sightings(
            box=detections.box.astype(np.float64),
            state=middles(detections.box),
            score=detections.score,
            label=label,
            family=self._roster.families(label),
        )

    def _associate(self, t_us: int, expected: Forecast, seen: _Sightings) -> tuple[Rows, Rows]:
        """Which tracks were seen, and as which sightings."""
        if not len(self._roster) or not len(seen.score):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        worth = self._worth(expected, seen)
        sure = np.flatnonzero(seen.score >= self.high_score)
        rows, hits = _pairs(worth, np.arange(len(worth)), sure, self.overlap)
        if len(rows) < len(worth) and len(hits) < len(sure) and self.reach > 0:
            more = self._within_reach(t_us, expected, seen, (rows, hits))
            rows, hits = np.concatenate([rows, more[0]]), np.concatenate([hits, more[1]])
        if len(rows) < len(worth) and len(sure) < len(seen.score):
            faint = np.flatnonzero((seen.score < self.high_score) & (seen.score >= self.low_score))
            more = _pairs(worth, others(len(worth), rows), faint, self.faint_overlap)
            rows, hits = np.concatenate([rows, more[0]]), np.concatenate([hits, more[1]])
        return rows, hits

    def _worth(self, expected: Forecast, seen: _Sightings) -> Floats:
        """[n, m] overlap of tracks and sightings of one family."""
        worth = likeness(corners(expected.state), seen.box)
        roster = self._roster
        if not roster.confirmed.all():
            worth *= np.where(roster.confirmed, 1.0, _DOUBTFUL)[:, None]
        if roster.several_families:
            worth *= kin(roster.family, seen.family)
        return worth

    def _within_reach(
        self, t_us: int, expected: Forecast, seen: _Sightings, taken: tuple[Rows, Rows]
    ) -> tuple[Rows, Rows]:
        """Pairs among tracks and sure sightings that overlap nothing."""
        rows = others(len(self._roster), taken[0])
        rows = rows[t_us - self._filters.seen_us[rows] <= _JUMPS_US]
        free = np.flatnonzero(seen.score >= self.high_score)
        free = np.setdiff1d(free, taken[1], assume_unique=True)
        size = expected.size[rows]
        reach = np.minimum(expected.reach()[rows] * self.reach, size * _FARTHEST)
        near = nearness(expected.state[rows], reach, seen.state[free])
        near *= kin(self._roster.family[rows], seen.family[free])
        near[near < _LEAST_NEAR] = 0.0
        chosen, columns = best_pairs(near)
        return rows[chosen], free[columns]

    def _fresh(self, seen: _Sightings, hits: Rows, place: Floats) -> Rows:
        """Sure sightings of nobody known."""
        sure = seen.score >= self.high_score
        sure[hits] = False
        if not sure.any():
            return np.zeros(0, np.intp)
        fresh = np.flatnonzero(sure)
        if not len(place):
            return fresh
        twice = overlap(seen.box[fresh], place) * kin(seen.family[fresh], seen.family[hits])
        new: Rows = fresh[twice.max(axis=1) < _SAME_OBJECT]
        return new

    def _begin(self, t_us: int, seen: _Sightings, fresh: Rows) -> None:
        if not len(fresh):
            return
        self._filters.add(seen.state[fresh], t_us)
        names = [self._names.new(t_us) for _ in fresh]
        self._roster.add(names, seen.label[fresh], seen.score[fresh], t_us)

    def _given_up(self, place: Floats) -> Mask:
        """Tracks missed for too long, that left the picture, or that never became sure."""
        roster = self._roster
        middle = (place[:, :2] + place[:, 2:]) * 0.5
        left = ((middle < 0.0) | (middle > 1.0)).any(axis=1)
        doubtful = ~roster.confirmed & (roster.hits * 2 < roster.looks)
        gone: Mask = (roster.missed_us > self._lost_us) | (
            (roster.missed_us > 0) & (left | doubtful)
        )
        return gone

    def _told(self, place: Floats, gone: Mask | None = None) -> tuple[Track, ...]:
        filters = self._filters
        box = np.clip(place, 0.0, 1.0)
        return self._roster.tracks(box, filters.velocity, filters.seen_us, gone)


def _pairs(worth: Floats, rows: Rows, columns: Rows, least: float) -> tuple[Rows, Rows]:
    """The best pairs within a part of the matrix."""
    if not len(rows) or not len(columns):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    part = worth[rows[:, None], columns]
    part[part < least] = 0.0
    chosen, others_ = best_pairs(part)
    return rows[chosen], columns[others_]
