"""Draws one walking person into the picture, shadow included."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.figure import CYCLE_M, Bone, Gait, Posture, body
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import Look
from vedette.testing.scenes.optics import Array, Optics
from vedette.testing.scenes.paste import Extent, Layer, darken, placed
from vedette.testing.scenes.routes import Place
from vedette.testing.scenes.sculpt import Sculptor, View

__all__ = ["PersonPainter"]

_PHASES = 16
_HEADING_STEP = math.radians(15)
_ELEVATION_STEP = math.radians(4)
_WIDEST_PX = 4000
"""Shadows beyond this fall from behind the camera."""


class PersonPainter:
    """One person; pictures of each posture are kept, smaller copies of them, too."""

    label = "person"

    def __init__(self, look: Look, sculptor: Sculptor, optics: Optics, lighting: Lighting) -> None:
        self._look = look
        self._sculptor = sculptor
        self._optics = optics
        self._lighting = lighting
        self._sprites: dict[tuple[Posture, int, int], list[tuple[Array, tuple[float, float]]]] = {}

    def layer(self, place: Place) -> Layer:
        """The person as seen at that place."""
        foot, head = self._axis(place)
        rise = self._optics.elevation(place.x, place.y)
        tall_m = self._look.height_m * math.cos(rise)
        tall_px = math.hypot(head[0] - foot[0], head[1] - foot[1])
        scale = tall_px / (tall_m * self._sculptor.px_per_m)
        levels = self._levels(place, rise)
        level = min(len(levels) - 1, max(0, int(math.log2(1 / max(scale, 1e-3)))))
        picture, origin = levels[level]
        scale *= 2**level
        lean = math.atan2(head[0] - foot[0], foot[1] - head[1])
        s, c = scale * math.sin(lean), scale * math.cos(lean)
        matrix = np.array([[c, -s, 0], [s, c, 0]], np.float32)
        matrix[:, 2] = np.array(foot) - matrix[:, :2] @ np.array(origin)
        return placed(picture, matrix)

    def shade(self, canvas: Pixels, place: Place, veil: Pixels | None = None) -> None:
        """The shadow on the ground, in place; a veil hides parts of it."""
        bones = body(self._look, _posture(place))
        if self._lighting.shadow > 0:
            self._cast(canvas, place, bones, veil)
        x, y = self._optics.pixel(place.x, place.y)
        radius = 0.3 * self._optics.focal_px / max(1.0, math.hypot(place.x, place.y))
        _contact(canvas, (x, y), radius, 0.35 * math.exp(-2 * place.z), veil)

    def foot(self, place: Place) -> tuple[float, float]:
        """The point between the feet as fractions of the picture."""
        return self._optics.fraction(place.x, place.y, place.z)

    def _axis(self, place: Place) -> tuple[tuple[float, float], tuple[float, float]]:
        foot = self._optics.pixel(place.x, place.y, place.z)
        return foot, self._optics.pixel(place.x, place.y, place.z + self._look.height_m)

    def _levels(self, place: Place, rise: float) -> list[tuple[Array, tuple[float, float]]]:
        away = math.atan2(place.x, place.y)
        facing = math.atan2(place.heading[0], place.heading[1]) - away
        heading = round(facing / _HEADING_STEP) % round(2 * math.pi / _HEADING_STEP)
        elevation = round(rise / _ELEVATION_STEP)
        key = (_posture(place), heading, elevation)
        if key not in self._sprites:
            view = View(heading * _HEADING_STEP, elevation * _ELEVATION_STEP)
            self._sprites[key] = self._sculpt(key[0], view)
        return self._sprites[key]

    def _sculpt(self, posture: Posture, view: View) -> list[tuple[Array, tuple[float, float]]]:
        bands = self._look.vest is not None
        sprite = self._sculptor.draw(body(self._look, posture), view, bands=bands)
        picture = np.concatenate([sprite.colour, sprite.alpha[..., None] * 255], axis=2)
        levels = [(picture, sprite.foot)]
        while picture.shape[0] > 24:
            picture = np.asarray(cv2.pyrDown(picture), np.float32)
            x, y = levels[-1][1]
            levels.append((picture, (x / 2, y / 2)))
        return levels

    def _cast(self, canvas: Pixels, place: Place, bones: list[Bone], veil: Pixels | None) -> None:
        pixels = self._fallen(place, bones)
        scale = self._optics.focal_px / pixels[:, 2]
        pad = 4 + float(scale.max()) * 0.15
        low, high = pixels[:, :2].min(axis=0) - pad, pixels[:, :2].max(axis=0) + pad
        at = Extent(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1)
        if at.within(canvas.shape[1], canvas.shape[0]).empty or at.right - at.left > _WIDEST_PX:
            return
        mask = np.zeros((at.bottom - at.top, at.right - at.left), np.uint8)
        spots = ((pixels[:, :2] - [at.left, at.top]) * 16).astype(int)
        for index, bone in enumerate(bones):
            a, b = spots[2 * index], spots[2 * index + 1]
            thick = max(1, round(float(scale[2 * index]) * (bone.start_m + bone.end_m) * 0.8))
            cv2.line(mask, tuple(a), tuple(b), 255, thick, cv2.LINE_8, 4)
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.8, 0.03 * float(scale.mean())))
        darken(canvas, np.asarray(soft, np.uint8), at, self._lighting.shadow, veil)

    def _fallen(self, place: Place, bones: list[Bone]) -> Array:
        """Where the shadows of all joints fall, as `project` gives it."""
        joints = np.array([joint for bone in bones for joint in (bone.start, bone.end)], np.float32)
        ahead, right = place.heading, (place.heading[1], -place.heading[0])
        x = place.x + joints[:, 0] * right[0] + joints[:, 1] * ahead[0]
        y = place.y + joints[:, 0] * right[1] + joints[:, 1] * ahead[1]
        z = joints[:, 2] + place.z
        slope_x, slope_y = self._lighting.slope
        ground = np.stack([x - z * slope_x, y - z * slope_y, np.zeros_like(z)], axis=1)
        return self._optics.project(ground.astype(np.float32))


def _posture(place: Place) -> Posture:
    cycle = CYCLE_M * (0.5 if place.gait == "climb" else 1.0)
    phase = 0 if place.gait == "stand" else round(place.walked_m / cycle * _PHASES) % _PHASES
    gait: Gait = place.gait
    return Posture(gait, phase / _PHASES)


def _contact(
    canvas: Pixels,
    at: tuple[float, float],
    radius: float,
    strength: float,
    veil: Pixels | None,
) -> None:
    """The dark under the feet."""
    reach = max(2, round(radius * 2.4))
    x, y = round(at[0]), round(at[1])
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    off2 = (columns / radius) ** 2 + (rows / (radius * 0.45)) ** 2
    mask = (255 * np.exp(-off2)).astype(np.uint8)
    around = Extent(x - reach, y - reach, x + reach + 1, y + reach + 1)
    darken(canvas, mask, around, strength, veil)
