"""Constant-velocity Kalman filters, one per track, all computed at once.

Centre and size of a box are filtered independently along each axis, so a filter is not an 8 × 8
matrix but four times two numbers with a 2 × 2 covariance; that is what makes a step cheap.
What is kept is the state at a track's last sighting. Everything later is computed from it, so
asking for a prediction changes nothing, however often and however irregularly it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Filters", "Floats", "Forecast", "corners", "middles"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

# In units of a track's size (root of its area), so that near and far objects behave alike.
_MEASURED = np.array([0.07, 0.07, 0.12, 0.12]) ** 2
"""Variance of a measured centre and size."""
_SHOVE = np.array([1.0, 1.0, 0.1, 0.1])
"""Spectral density of acceleration, sizes² per s³: people stop and start, traffic comes near."""
_UNKNOWN_SPEED = np.array([3.0, 3.0, 1.0, 1.0]) ** 2
"""Variance of a new track's speed, (sizes per second)²."""

# A track that is not seen keeps its course for a moment and then slows down to a stand.
_STEADY_S = np.array([0.6, 0.6, 0.3, 0.3])
_FADE_S = np.array([0.7, 0.7, 0.2, 0.2])
_SMALLEST = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where tracks are expected at one moment; rows as in the filters."""

    state: Floats
    """[n, 4] centre x, y and width, height, fractions of the picture."""
    size: Floats
    """[n] root of the area."""
    place: Floats
    """[n, 4] variance of the state, in sizes²."""
    drift: Floats
    """[n, 4] covariance of state and speed."""
    speed: Floats
    """[n, 4] variance of the speed."""

    def reach(self) -> Floats:
        """[n] standard deviation of where a sighting's centre may lie, fractions."""
        spread: Floats = np.sqrt(self.place[:, 0] + _MEASURED[0]) * self.size
        return spread


class Filters:
    """State of all tracks as parallel rows."""

    def __init__(self) -> None:
        self.state: Floats = np.zeros((0, 4))
        self.velocity: Floats = np.zeros((0, 4))
        self.seen_us: NDArray[np.int64] = np.zeros(0, np.int64)
        self._place: Floats = np.zeros((0, 4))
        self._drift: Floats = np.zeros((0, 4))
        self._speed: Floats = np.zeros((0, 4))

    def __len__(self) -> int:
        return len(self.seen_us)

    def forecast(self, t_us: int) -> Forecast:
        """Where every track is expected at `t_us`."""
        dt: Floats = (np.int64(t_us) - self.seen_us).astype(np.float64)[:, None] * 1e-6
        state = self.state + self.velocity * _way(dt)
        np.maximum(state[:, 2:], np.maximum(self.state[:, 2:] * 0.5, _SMALLEST), out=state[:, 2:])
        shove = _SHOVE * dt
        grown = self._speed * dt
        drift = self._drift + grown + shove * (dt * 0.5)
        place = self._place + (self._drift * 2 + grown) * dt + shove * (dt * dt * (1 / 3))
        return Forecast(
            state=state,
            size=np.sqrt(state[:, 2] * state[:, 3]),
            place=place,
            drift=drift,
            speed=self._speed + shove,
        )

    def correct(self, rows: Rows, seen: Floats, expected: Forecast, t_us: int) -> None:
        """Take in one sighting ([k, 4] centre and size) for each of `rows`."""
        place, drift = expected.place[rows], expected.drift[rows]
        before = expected.state[rows]
        total = place + _MEASURED
        gain, turn = place / total, drift / total
        surprise = seen - before
        self.state[rows] = before + gain * surprise
        self.velocity[rows] += turn * surprise
        self._place[rows] = gain * _MEASURED
        self._drift[rows] = drift * (1 - gain)
        self._speed[rows] = expected.speed[rows] - turn * drift
        self.seen_us[rows] = t_us

    def add(self, seen: Floats, t_us: int) -> None:
        """New tracks, standing still as far as is known."""
        k = len(seen)
        self.state = np.concatenate([self.state, seen])
        self.velocity = np.concatenate([self.velocity, np.zeros((k, 4))])
        self.seen_us = np.concatenate([self.seen_us, np.full(k, t_us, np.int64)])
        self._place = np.concatenate([self._place, np.tile(_MEASURED, (k, 1))])
        self._drift = np.concatenate([self._drift, np.zeros((k, 4))])
        self._speed = np.concatenate([self._speed, np.tile(_UNKNOWN_SPEED, (k, 1))])

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the other rows."""
        self.state, self.velocity = self.state[mask], self.velocity[mask]
        self.seen_us, self._place = self.seen_us[mask], self._place[mask]
        self._drift, self._speed = self._drift[mask], self._speed[mask]


def _way(dt: Floats) -> Floats:
    """Seconds' worth of way that a track goes in `dt` seconds without being seen."""
    if dt.size and dt.max() <= 0.3:
        return dt
    late = np.maximum(dt - _STEADY_S, 0.0)
    way: Floats = np.minimum(dt, _STEADY_S) + _FADE_S * (1 - np.exp(-late / _FADE_S))
    return way


def middles(box: NDArray[np.floating]) -> Floats:
    """[n, 4] corners x1, y1, x2, y2 to centre and size."""
    low, high = box[:, :2], box[:, 2:]
    return np.concatenate([(low + high) * 0.5, high - low], axis=1, dtype=np.float64)


def corners(state: Floats) -> Floats:
    """[n, 4] centre and size to corners."""
    half = state[:, 2:] * 0.5
    return np.concatenate([state[:, :2] - half, state[:, :2] + half], axis=1)
