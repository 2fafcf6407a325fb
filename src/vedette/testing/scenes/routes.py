"""Where an actor is at any time: known paths at known speeds, with stops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vedette.testing.scenes.figure import Gait
from vedette.testing.scenes.optics import Array

__all__ = ["Leg", "Place", "Route"]

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A stretch of the way, then perhaps a stop."""

    to: tuple[Spot, ...]
    """Points passed after the end of the leg before, metres on the ground."""
    speed_mps: float
    wait_s: float = 0.0
    """Stands so long at its end."""
    ease_m: float = 0.0
    """Speeds up and slows down over so many metres beside a stop; wheels need it, feet do not."""
    climb_m: float = 0.0
    """Goes up to this height half way and down again."""


class Place(NamedTuple):
    """Where somebody is and how they move."""

    x: float
    y: float
    z: float
    heading: tuple[float, float]
    """Unit vector on the ground."""
    walked_m: float
    gait: Gait


class _Stretch(NamedTuple):
    start_s: float
    go_s: float
    end_s: float
    points: Array
    """float64[n, 2]"""
    along: Array
    """float64[n]: metres from the stretch's beginning."""
    before_m: float
    leg: Leg
    eased: tuple[bool, bool]


class Route:
    """Legs from a first spot on, beginning at a time."""

    def __init__(
        self, start: Spot, legs: Sequence[Leg], start_s: float, *, rounded: bool = False
    ) -> None:
        """`rounded` turns corners into curves, for wheels."""
        self.start_s = start_s
        self._stretches: list[_Stretch] = []
        now, walked, was_waiting = start_s, 0.0, False
        for leg in legs:
            points = np.array([start, *leg.to], np.float32)
            if rounded:
                points = _smooth(points)
            steps = np.hypot(*np.diff(points, axis=0).T)
            along = np.concatenate([[0.0], np.cumsum(steps)]).astype(np.float32)
            eased = (was_waiting and leg.ease_m > 0, leg.wait_s > 0 and leg.ease_m > 0)
            go_s = _duration(float(along[-1]), leg, eased)
            end_s = now + go_s + leg.wait_s
            self._stretches.append(_Stretch(now, go_s, end_s, points, along, walked, leg, eased))
            now, start, was_waiting = end_s, leg.to[-1], leg.wait_s > 0
            walked += float(along[-1])
        self.end_s = now

    def at(self, t_s: float) -> Place | None:
        """Where at that time; None before it begins and after it ends."""
        if not self.start_s <= t_s < self.end_s:
            return None
        stretch = next(one for one in self._stretches if t_s < one.end_s)
        gone_s = t_s - stretch.start_s
        metres = _distance(min(gone_s, stretch.go_s), stretch)
        x, y = _spot(stretch, metres)
        moving = gone_s < stretch.go_s
        whole = float(stretch.along[-1])
        rise = stretch.leg.climb_m * math.sin(math.pi * metres / whole) if whole else 0.0
        gait: Gait = "stand" if not moving else "climb" if stretch.leg.climb_m else "walk"
        return Place(x, y, rise, _heading(stretch, metres), stretch.before_m + metres, gait)


def _smooth(points: Array) -> Array:
    """Corners cut three times (Chaikin)."""
    for _ in range(3):
        a, b = points[:-1], points[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def _duration(whole_m: float, leg: Leg, eased: tuple[bool, bool]) -> float:
    # Evenly from rest to speed takes twice as long as the same way at speed.
    extra = sum(eased) * min(leg.ease_m, whole_m / 2)
    return (whole_m + extra) / leg.speed_mps


def _distance(gone_s: float, stretch: _Stretch) -> float:
    whole, speed = float(stretch.along[-1]), stretch.leg.speed_mps
    ease = min(stretch.leg.ease_m, whole / 2)
    ramp_s = 2 * ease / speed if ease else 0.0
    if stretch.eased[0] and gone_s < ramp_s:
        return ease * (gone_s / ramp_s) ** 2
    left_s = stretch.go_s - gone_s
    if stretch.eased[1] and left_s < ramp_s:
        return whole - ease * (left_s / ramp_s) ** 2
    return min(whole, gone_s * speed - (ease if stretch.eased[0] else 0.0))


def _spot(stretch: _Stretch, metres: float) -> Spot:
    x = np.interp(metres, stretch.along, stretch.points[:, 0])
    y = np.interp(metres, stretch.along, stretch.points[:, 1])
    return float(x), float(y)


def _heading(stretch: _Stretch, metres: float) -> Spot:
    """Direction of travel, taken over a step so that turns are not abrupt."""
    whole = float(stretch.along[-1])
    a = _spot(stretch, max(0.0, min(metres, whole) - 0.3))
    b = _spot(stretch, min(whole, metres + 0.3))
    x, y = b[0] - a[0], b[1] - a[1]
    length = math.hypot(x, y)
    return (x / length, y / length) if length > 1e-6 else (0.0, -1.0)
