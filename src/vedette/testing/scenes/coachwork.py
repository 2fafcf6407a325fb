"""The shape of cars and vans: faces in metres, in the order in which they are to be painted."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vedette.testing.scenes.looks import Colour
from vedette.testing.scenes.optics import Array

__all__ = ["CARS", "Face", "Model", "faces"]

_GLASS = (74, 64, 54)
_TYRE = (28, 28, 30)
_RIM = (150, 150, 154)
_BLACK = (34, 34, 36)
_LAMP = (214, 224, 228)
_TAIL = (40, 34, 170)
_PLATE = (212, 220, 222)

Outline = tuple[tuple[float, float], ...]
"""Points x (ahead) and z (up)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A kind of vehicle."""

    label: str
    length_m: float
    width_m: float
    deck: Outline
    """The body's upper edge from the rear to the front."""
    cabin: Outline
    """Windows and roof: rear bottom, rear top, front top, front bottom."""
    wheels_m: tuple[float, float]
    """Where its axles are."""
    pillars_m: tuple[float, ...]
    """Where its side windows are parted."""
    glazed_from_m: float = -9.0
    """Behind this the sides are sheet metal."""


CARS = {
    "saloon": Model(
        label="car",
        length_m=4.5,
        width_m=1.8,
        deck=((-2.25, 0.5), (-2.2, 0.84), (-1.6, 0.95), (0.9, 0.93), (1.95, 0.78), (2.22, 0.62)),
        cabin=((-1.72, 0.95), (-1.0, 1.41), (0.28, 1.43), (1.02, 0.93)),
        wheels_m=(-1.35, 1.38),
        pillars_m=(-0.35,),
    ),
    "hatchback": Model(
        label="car",
        length_m=3.9,
        width_m=1.72,
        deck=((-1.95, 0.5), (-1.92, 0.9), (-1.7, 0.98), (0.75, 0.96), (1.6, 0.82), (1.93, 0.62)),
        cabin=((-1.86, 0.98), (-1.45, 1.46), (0.1, 1.5), (0.92, 0.96)),
        wheels_m=(-1.22, 1.22),
        pillars_m=(-0.45,),
    ),
    "van": Model(
        label="van",
        length_m=5.1,
        width_m=1.98,
        deck=((-2.55, 0.5), (-2.53, 1.1), (-2.3, 1.16), (1.45, 1.12), (2.2, 0.98), (2.5, 0.66)),
        cabin=((-2.53, 1.14), (-2.46, 2.02), (0.75, 2.06), (1.72, 1.1)),
        wheels_m=(-1.55, 1.65),
        pillars_m=(0.62,),
        glazed_from_m=-0.2,
    ),
}


class Face(NamedTuple):
    """A flat piece; it is seen where its normal points towards the camera."""

    points: Array
    """float32[n, 3]: x ahead, y to the left, z up, from the middle of the ground below."""
    normal: tuple[float, float, float]
    colour: Colour
    shine: float = 0.0
    """How much of the sky it mirrors."""


def faces(model: Model, paint: Colour) -> list[Face]:
    """All faces, what lies on top last."""
    sides = [face for side in (-1, 1) for face in _side(model, paint, side)]
    return [*sides, *_deck(model, paint), *_ends(model, paint), *_cabin(model, paint)]


def _shaded(colour: Colour, by: float) -> Colour:
    b, g, r = (min(255, round(c * by)) for c in colour)
    return b, g, r


def _points(outline: Outline, y: float) -> Array:
    return np.array([[x, y, z] for x, z in outline], np.float32)


def _side(model: Model, paint: Colour, side: int) -> list[Face]:
    y = model.width_m / 2 * side
    normal = (0.0, float(side), 0.12)
    front, rear = model.deck[-1][0], model.deck[0][0]
    sill: Outline = ((front - 0.02, 0.26), (rear + 0.02, 0.26))
    found = [Face(_points(model.deck + sill, y), normal, paint)]
    belt: Outline = (
        (rear + 0.1, 0.74),
        (front - 0.25, 0.68),
        (front - 0.35, 0.74),
        (rear + 0.1, 0.82),
    )
    low: Outline = (
        (rear + 0.06, 0.27),
        (front - 0.06, 0.27),
        (front - 0.1, 0.42),
        (rear + 0.08, 0.44),
    )
    found.append(Face(_points(belt, y), normal, _shaded(paint, 1.12)))
    found.append(Face(_points(low, y), normal, _shaded(paint, 0.72)))
    for at in (*model.pillars_m, model.cabin[3][0] - 0.12):
        seam: Outline = (
            (at - 0.012, 0.34),
            (at + 0.012, 0.34),
            (at + 0.012, 0.92),
            (at - 0.012, 0.92),
        )
        found.append(Face(_points(seam, y), normal, _shaded(paint, 0.6)))
    for axle in model.wheels_m:
        found.append(Face(_disc(axle, 0.33, 0.38, y), normal, _BLACK))
        found.append(Face(_disc(axle, 0.32, 0.31, y), normal, _TYRE))
        found.append(Face(_disc(axle, 0.32, 0.2, y), normal, _RIM))
        found.append(Face(_disc(axle, 0.32, 0.07, y), normal, _BLACK))
    return found


def _disc(x: float, z: float, radius: float, y: float) -> Array:
    turns = [2 * math.pi * k / 20 for k in range(20)]
    return np.array(
        [[x + radius * math.cos(a), y, z + radius * math.sin(a)] for a in turns], np.float32
    )


def _strip(a: tuple[float, float], b: tuple[float, float], half: tuple[float, float]) -> Array:
    """A piece across the vehicle from one height to the next."""
    rows = [
        [a[0], half[0], a[1]],
        [a[0], -half[0], a[1]],
        [b[0], -half[1], b[1]],
        [b[0], half[1], b[1]],
    ]
    return np.array(rows, np.float32)


def _tilt(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float]:
    """Outward normal of a strip that runs from rear to front."""
    x, z = b[0] - a[0], b[1] - a[1]
    length = math.hypot(x, z)
    return -z / length, 0.0, x / length


def _deck(model: Model, paint: Colour) -> list[Face]:
    half = model.width_m / 2
    pairs = itertools.pairwise(model.deck)
    return [Face(_strip(a, b, (half, half)), _tilt(a, b), paint, 0.12) for a, b in pairs]


def _ends(model: Model, paint: Colour) -> list[Face]:
    half = model.width_m / 2
    found = []
    for sign, top in ((1, model.deck[-1]), (-1, model.deck[0])):
        x, normal = top[0], (float(sign), 0.0, 0.1)
        found.append(Face(_pane(x, (-half, half), (0.26, top[1])), normal, paint))
        found.append(Face(_pane(x, (-half + 0.08, half - 0.08), (0.27, 0.4)), normal, _BLACK))
        if sign > 0:
            found.append(Face(_pane(x, (-0.45, 0.45), (0.42, 0.54)), normal, _BLACK))
        found.append(Face(_pane(x, (-0.26, 0.26), (0.42, 0.53)), normal, _PLATE))
    (tail_x, tail_z), (nose_a, nose_b) = model.deck[1], model.deck[-2:]
    for left in (-1, 1):
        span = (left * (half - 0.38), left * (half - 0.04))
        tail = _pane(tail_x - 0.03, span, (tail_z - 0.22, tail_z - 0.03))
        found.append(Face(tail, (-1.0, 0.0, 0.1), _TAIL, 0.05))
        lamp = _strip(_between(nose_a, nose_b, 0.45), _between(nose_a, nose_b, 0.98), (half, half))
        lamp[:, 1] = [span[0], span[1], span[1], span[0]]
        found.append(Face(lamp, _tilt(nose_a, nose_b), _LAMP, 0.2))
    return found


def _between(a: tuple[float, float], b: tuple[float, float], at: float) -> tuple[float, float]:
    return a[0] + at * (b[0] - a[0]), a[1] + at * (b[1] - a[1])


def _pane(x: float, y: tuple[float, float], z: tuple[float, float]) -> Array:
    rows = [[x, y[0], z[0]], [x, y[1], z[0]], [x, y[1], z[1]], [x, y[0], z[1]]]
    return np.array(rows, np.float32)


def _cabin(model: Model, paint: Colour) -> list[Face]:
    low, high = model.width_m / 2 - 0.03, model.width_m / 2 - (0.2 if model.label == "car" else 0.1)
    rear_low, rear_high, front_high, front_low = model.cabin
    found = []
    for side in (-1, 1):
        corners = [(p, low if p in (rear_low, front_low) else high) for p in model.cabin]
        panel = np.array([[p[0], side * y, p[1]] for p, y in corners], np.float32)
        normal = (0.0, float(side), 0.3)
        found.append(Face(panel, normal, paint))
        found += [Face(pane, normal, _GLASS, 0.3) for pane in _windows(model, panel)]
    back, screen = _tilt(rear_low, rear_high), _tilt(front_high, front_low)
    found.append(Face(_strip(rear_low, rear_high, (low, high)), back, paint))
    found.append(Face(_inset(_strip(rear_low, rear_high, (low, high))), back, _GLASS, 0.35))
    found.append(Face(_strip(front_high, front_low, (high, low)), screen, paint))
    found.append(Face(_inset(_strip(front_high, front_low, (high, low))), screen, _GLASS, 0.45))
    found.append(Face(_strip(rear_high, front_high, (high, high)), (0.0, 0.0, 1.0), paint, 0.15))
    return found


def _inset(pane: Array, by: float = 0.12) -> Array:
    middle = pane.mean(axis=0)
    return np.asarray(middle + (pane - middle) * (1 - by), np.float32)


def _windows(model: Model, panel: Array) -> list[Array]:
    """The side's glass, parted at the pillars."""
    inner = _inset(panel, 0.16)
    cuts = [max(model.glazed_from_m, -9.0), *model.pillars_m, 9.0]
    panes = []
    for a, b in itertools.pairwise(cuts):
        piece = _between_x(inner, a + 0.03, b - 0.03)
        if len(piece) >= 3:
            panes.append(piece)
    return panes


def _between_x(polygon: Array, least: float, most: float) -> Array:
    """The part of a convex polygon between two planes across the vehicle."""
    for sign, limit in ((1.0, least), (-1.0, -most)):
        kept: list[Array] = []
        for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            ina, inb = sign * a[0] >= limit, sign * b[0] >= limit
            if ina:
                kept.append(a)
            if ina != inb:
                at = (limit - sign * a[0]) / (sign * b[0] - sign * a[0])
                kept.append(a + at * (b - a))
        polygon = np.array(kept, np.float32).reshape(-1, 3)
    return polygon
