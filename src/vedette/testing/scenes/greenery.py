"""Trees and hedges: clusters of leaves that can sway."""

from __future__ import annotations

import cv2
import numpy as np

from vedette.testing.scenes.optics import Array
from vedette.testing.scenes.plate import Plate, Spot3

__all__ = ["tree"]


def tree(plate: Plate, foot: Spot3, height_m: float, width_m: float, seed: int) -> None:
    """A trunk with a crown."""
    x, y, z = foot
    plate.bar((x, y, z), (x, y, z + height_m * 0.55), 0.28, (46, 58, 70))
    crown(plate, (x, y, z + height_m * 0.62), (width_m, height_m * 0.42), seed)


def crown(plate: Plate, middle: Spot3, size_m: tuple[float, float], seed: int) -> None:
    """Leaves around a point: many soft clumps, lit from above, dark below."""
    chance = np.random.default_rng(seed)
    seen = plate.optics.project(np.array([middle], np.float32))[0]
    scale = plate.optics.focal_px / float(seen[2])
    clumps = _clumps(chance, 170)
    order = np.argsort(clumps[:, 2])
    for right, up, front in clumps[order]:
        tone = 0.55 + 0.3 * up + 0.25 * front + chance.normal(0, 0.07)
        green = np.array([46, 104, 84]) * max(0.3, tone) * chance.normal(1, 0.05, 3)
        at = (seen[0] + right * size_m[0] / 2 * scale, seen[1] - up * size_m[1] / 2 * scale)
        radius = scale * size_m[0] * chance.uniform(0.035, 0.085)
        _leaf(plate, at, radius, tuple(float(v) for v in green))


def _clumps(chance: np.random.Generator, count: int) -> Array:
    """Points in a ball, more at its skin: right, up, towards us."""
    way = chance.normal(0, 1, (count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return (way * chance.uniform(0.35, 1.0, (count, 1)) ** 0.5).astype(np.float32)


def _leaf(plate: Plate, at: tuple[float, float], radius: float, green: tuple[float, ...]) -> None:
    centre = (round(float(at[0]) * 16), round(float(at[1]) * 16))
    reach = max(16, round(radius * 16))
    cv2.circle(plate.image, centre, reach, green, -1, cv2.LINE_AA, 4)
    cv2.circle(plate.leaves, centre, reach, 255, -1, cv2.LINE_AA, 4)
