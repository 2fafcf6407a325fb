"""Constant-velocity Kalman filters, one per track, all computed at once.

Centre and size of a box are filtered independently along each axis, so a filter is not an 8 × 8
matrix but four times two numbers with a 2 × 2 covariance; that is what makes a step cheap.
The state is that of a track's last sighting. Where it is later is computed from it, so asking
for a prediction changes nothing, however often and however irregularly it is asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Filters", "Floats", "Rows", "corners", "middles"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

# In units of a track's size (root of its area), so that near and far objects behave alike.
_MEASURED = np.array([0.07, 0.07, 0.12, 0.12]) ** 2
"""Variance of a measured centre and size."""
_SHOVE = np.array([1.0, 1.0, 0.1, 0.1])
"""Spectral density of acceleration, sizes² per s³: people stop and start, traffic comes near."""
_SIZE_SPEED = 1.0
"""Deviation of the speed at which a new track grows or shrinks, sizes per second."""

# A track that is not seen keeps its course for a moment and then slows down to a stand.
_STEADY_S = np.array([0.6, 0.6, 0.3, 0.3])
_FADE_S = np.array([0.7, 0.7, 0.2, 0.2])
_LEAST_SHARE = 0.5
"""Of its last seen width and height that is left of a track which seems to shrink."""

_PLACE, _DRIFT, _SPEED = 0, 1, 2

_TO_CORNERS = np.array(
    [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [-0.5, 0.0, 0.5, 0.0], [0.0, -0.5, 0.0, 0.5]]
)
_TO_MIDDLES = np.linalg.inv(_TO_CORNERS)


class Filters:
    """State of all tracks as parallel rows."""

    def __init__(self) -> None:
        self.state: Floats = np.zeros((0, 4))
        """[n, 4] centre x, y and width, height when last seen, fractions of the picture."""
        self.velocity: Floats = np.zeros((0, 4))
        """[n, 4] of the same, per second."""
        self.seen_us: NDArray[np.int64] = np.zeros(0, np.int64)
        self._spread: Floats = np.zeros((3, 0, 4))
        """Variance of the place, covariance of place and speed, variance of the speed."""
        self._spread_us = 0

    def __len__(self) -> int:
        return len(self.seen_us)

    def expected(self, t_us: int) -> Floats:
        """[n, 4] state of every track as expected at `t_us`."""
        dt: Floats = (t_us - self.seen_us).astype(np.float64)[:, None] * 1e-6
        state = self.state + self.velocity * _way(dt)
        size = state[:, 2:]
        np.maximum(size, self.state[:, 2:] * _LEAST_SHARE, out=size)
        return state

    def advance(self, t_us: int) -> None:
        """Let uncertainty grow until `t_us`."""
        dt = (t_us - self._spread_us) * 1e-6
        self._spread_us = t_us
        flow = np.array([[1.0, 2 * dt, dt * dt], [0.0, 1.0, dt], [0.0, 0.0, 1.0]])
        grown = np.array([[dt * dt * dt / 3], [dt * dt / 2], [dt]]) * _SHOVE
        spread = flow @ self._spread.reshape(3, -1)
        self._spread = spread.reshape(self._spread.shape) + grown[:, None, :]

    def reach(self, rows: Rows, state: Floats) -> Floats:
        """[k] standard deviation of where the centres of sightings may lie, fractions."""
        deviation = np.sqrt(self._spread[_PLACE, rows, 0] + _MEASURED[0])
        reach: Floats = deviation * np.sqrt(state[:, 2] * state[:, 3])
        return reach

    def correct(self, rows: Rows | slice, seen: Floats, expected: Floats, t_us: int) -> None:
        """Take in one sighting ([k, 4] centre and size) for each of `rows`, as of `advance`."""
        spread = self._spread
        place, drift = spread[_PLACE, rows], spread[_DRIFT, rows]
        before = expected[rows]
        total = place + _MEASURED
        gain, turn = place / total, drift / total
        surprise = seen - before
        self.state[rows] = before + gain * surprise
        self.velocity[rows] += turn * surprise
        spread[_SPEED, rows] -= turn * drift
        spread[_DRIFT, rows] = drift - gain * drift
        spread[_PLACE, rows] = gain * _MEASURED
        self.seen_us[rows] = t_us

    def add(self, seen: Floats, speed: Floats, t_us: int) -> None:
        """New tracks, standing still as far as is known; `speed` [k] says how little that is.

        It is the deviation of their speed, in sizes per second.
        """
        k = len(seen)
        self.state = np.concatenate([self.state, seen])
        self.velocity = np.concatenate([self.velocity, np.zeros((k, 4))])
        self.seen_us = np.concatenate([self.seen_us, np.full(k, t_us, np.int64)])
        new = np.zeros((3, k, 4))
        new[_PLACE] = _MEASURED
        new[_SPEED, :, :2] = speed[:, None] ** 2
        new[_SPEED, :, 2:] = _SIZE_SPEED**2
        self._spread = np.concatenate([self._spread, new], axis=1)

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the other rows."""
        self.state, self.velocity = self.state[mask], self.velocity[mask]
        self.seen_us, self._spread = self.seen_us[mask], self._spread[:, mask]


def _way(dt: Floats) -> Floats:
    """Seconds' worth of way that a track goes in `dt` seconds without being seen."""
    if dt.size and dt.max() <= 0.3:
        return dt
    late = np.maximum(dt - _STEADY_S, 0.0)
    way: Floats = np.minimum(dt, _STEADY_S) + _FADE_S * (1 - np.exp(-late / _FADE_S))
    return way


def middles(box: Floats) -> Floats:
    """[n, 4] corners x1, y1, x2, y2 to centre and size."""
    state: Floats = box @ _TO_MIDDLES
    return state


def corners(state: Floats) -> Floats:
    """[n, 4] centre and size to corners."""
    box: Floats = state @ _TO_CORNERS
    return box
