"""Walls, doors and fences that several sites share."""

from __future__ import annotations

import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.looks import Colour
from vedette.testing.scenes.optics import Array
from vedette.testing.scenes.plate import Plate
from vedette.testing.scenes.textures import brick, corrugated, window

__all__ = ["Mask", "brick_wall", "chain_fence", "cut_out", "roller_door"]

Mask = Pixels
"""uint8[H, W], 0–255, as fine as the plate."""

_MESH_M = 0.12


def brick_wall(
    size_m: tuple[float, float], colour: Colour, windows: tuple[tuple[float, float], ...]
) -> Array:
    """A wall texture at 40 px/m with windows whose lower left corners are given in metres."""
    px = 40
    width, height = round(size_m[0] * px), round(size_m[1] * px)
    wall = brick((width, height), colour, px, 3)
    for n, (x, z) in enumerate(windows):
        left, bottom = round(x * px), height - round(z * px)
        window(wall, (left, bottom - round(1.3 * px), left + round(1.6 * px), bottom), n)
    wall[-round(0.35 * px) :] *= 0.7
    return wall


def roller_door(wall: Array, at_m: tuple[float, float, float], colour: Colour) -> None:
    """A metal door of left, width, height in metres, drawn into a wall at 40 px/m."""
    px = 40
    left, width, tall = (round(v * px) for v in at_m)
    sheet = corrugated((width, tall), colour, px, upright=False)
    top = wall.shape[0] - tall
    wall[top:, left : left + width] = sheet
    wall[top - 6 : top, left - 6 : left + width + 6] *= 0.5
    wall[top:, left - 6 : left] *= 0.55
    wall[top:, left + width : left + width + 6] *= 0.55


def cut_out(mask: Pixels, hole: Pixels) -> Pixels:
    """A mask without what another covers."""
    return np.minimum(mask, 255 - hole).astype(np.uint8)


def chain_fence(plate: Plate, y: float, span: tuple[float, float], height_m: float) -> Pixels:
    """Posts, rails and wire mesh along the x axis; gives its mask."""
    left, right = span
    plate.shadow([(left, y, 0), (right, y, 0), (left, y, 0.1), (right, y, 0.1)], 0.25)
    strands = []
    for x in np.arange(left - height_m, right, _MESH_M):
        for a, b in (
            ((x, 0.02), (x + height_m, height_m)),
            ((x, height_m), (x + height_m, 0.02)),
        ):
            a, b = _clipped(a, b, left), _clipped(b, a, right)
            strands.append(((a[0], y, a[1]), (b[0], y, b[1])))
    mesh = plate.bars(strands, 0.006, (158, 162, 162))
    places = np.linspace(left, right, max(2, round((right - left) / 2.4) + 1))
    posts = [((float(x), y, 0.0), (float(x), y, height_m + 0.1)) for x in places]
    foot = plate.bar((left, y, 0.06), (right, y, 0.06), 0.035, (120, 124, 124))
    rail = plate.bar((left, y, height_m), (right, y, height_m), 0.05, (176, 182, 180))
    standing = plate.bars(posts, 0.09, (108, 114, 112))
    return np.asarray(np.maximum.reduce([mesh, foot, rail, standing]), np.uint8)


def _clipped(a: tuple[float, float], b: tuple[float, float], limit: float) -> tuple[float, float]:
    """The end `a` of a slanted wire, pulled to the fence's end if it lies beyond."""
    beyond = a[0] < limit if a[0] < b[0] else a[0] > limit
    if not beyond:
        return a
    at = (limit - a[0]) / (b[0] - a[0])
    return limit, a[1] + at * (b[1] - a[1])
