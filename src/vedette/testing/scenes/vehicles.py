"""Draws one vehicle into the picture, shadow included."""

from __future__ import annotations

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.coachwork import Face, Model, faces
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import Colour
from vedette.testing.scenes.optics import Array, Optics
from vedette.testing.scenes.paste import Extent, Layer, darken
from vedette.testing.scenes.routes import Place

__all__ = ["VehiclePainter"]

_FINE_PX = 260
"""Drawn three times larger up to this width, then twice; shrunk, edges are soft without seams."""
_SKY = np.array([226, 206, 190], np.float32)


class VehiclePainter:
    """One car or van."""

    def __init__(self, model: Model, paint: Colour, optics: Optics, lighting: Lighting) -> None:
        self.label = model.label
        self._model = model
        self._faces = faces(model, paint)
        self._points = np.concatenate([face.points for face in self._faces])
        self._optics = optics
        self._lighting = lighting

    def layer(self, place: Place) -> Layer:
        """The vehicle as seen at that place."""
        turn = _turn(place)
        shapes = [(face, self._seen(face.points, turn, place)) for face in self._faces]
        every = np.concatenate([points[:, :2] for _, points in shapes])
        low, high = np.floor(every.min(axis=0)) - 1, np.ceil(every.max(axis=0)) + 2
        at = Extent(*(int(v) for v in (*low, *high)))
        inside = at.within(self._optics.width, self._optics.height)
        if inside.empty:
            return Layer(
                np.zeros((1, 1, 4), np.float32), Extent(at.left, at.top, at.left + 1, at.top + 1)
            )
        width, height = at.right - at.left, at.bottom - at.top
        finer = 3 if width <= _FINE_PX else 2
        large = np.zeros((height * finer, width * finer, 4), np.uint8)
        eye = np.array([-place.x, -place.y, self._optics.height_m], np.float32) @ turn
        for face, points in shapes:
            if (eye - face.points[0]) @ np.array(face.normal, np.float32) <= 0:
                continue
            spots = ((points[:, :2] - low) * (finer * 16)).astype(np.int32)
            cv2.fillPoly(large, [spots], (*self._lit(face, turn), 255), cv2.LINE_8, 4)
        small = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
        return Layer(np.asarray(small, np.float32), at)

    def shade(self, canvas: Pixels, place: Place, veil: Pixels | None = None) -> None:
        """The shadow on the ground, in place; a veil hides parts of it."""
        model, turn = self._model, _turn(place)
        half, reach = model.width_m / 2, model.length_m / 2
        corners = np.array([[x, y, 0] for x in (-reach, reach) for y in (-half, half)], np.float32)
        under = self._seen(corners * 1.02, turn, place)[:, :2]
        self._darken(canvas, under, (0.72, 0.06), veil)
        if self._lighting.shadow > 0:
            top = np.array([[x, s * half * 0.8, z] for x, z in model.cabin for s in (-1, 1)])
            side = np.array([[x, s * half, z] for x, z in model.deck for s in (-1, 1)])
            high = np.concatenate([top, side]).astype(np.float32)
            ground = high @ turn.T
            slope = np.array([*self._lighting.slope, 1.0], np.float32)
            ground = ground - high[:, 2:] * slope
            ground[:, :2] += (place.x, place.y)
            cast = self._optics.project(ground.astype(np.float32))[:, :2]
            soft = (self._lighting.shadow, 0.1)
            self._darken(canvas, np.concatenate([under, cast]), soft, veil)

    def foot(self, place: Place) -> tuple[float, float]:
        """The middle of the lower edge of its box, as fractions of the picture."""
        turn = _turn(place)
        every = self._seen(self._points, turn, place)
        x = (every[:, 0].min() + every[:, 0].max()) / 2
        return float(x) / self._optics.width, float(every[:, 1].max()) / self._optics.height

    def _seen(self, points: Array, turn: Array, place: Place) -> Array:
        world = points @ turn.T + np.array([place.x, place.y, 0], np.float32)
        return self._optics.project(world.astype(np.float32))

    def _lit(self, face: Face, turn: Array) -> Colour:
        x, y, z = (float(v) for v in turn @ np.array(face.normal, np.float32))
        light = self._lighting.on((x, y, z)) * np.array(self._lighting.tint)
        colour = np.array(face.colour, np.float32) * light
        colour = colour + (_SKY - colour) * face.shine * max(0.25, z)
        b, g, r = (int(v) for v in np.clip(colour, 0, 255))
        return b, g, r

    def _darken(
        self, canvas: Pixels, points: Array, how: tuple[float, float], veil: Pixels | None
    ) -> None:
        """The hull of these pixels; `how` dark it is, and over how many metres its edge is soft."""
        strength, blur_m = how
        scale = float(np.ptp(points[:, 0])) / self._model.length_m
        sigma = max(0.8, blur_m * scale)
        low = np.floor(points.min(axis=0) - 3 * sigma).astype(int)
        high = np.ceil(points.max(axis=0) + 3 * sigma).astype(int)
        at = Extent(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        at = at.within(canvas.shape[1], canvas.shape[0])
        if at.empty:
            return
        mask = np.zeros((at.bottom - at.top, at.right - at.left), np.uint8)
        hull = cv2.convexHull((points - [at.left, at.top]).astype(np.float32))
        cv2.fillConvexPoly(mask, (hull * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
        darken(
            canvas, np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.uint8), at, strength, veil
        )


def _turn(place: Place) -> Array:
    """float32[3, 3] from the vehicle's axes (ahead, left, up) to the world's."""
    x, y = place.heading
    return np.array([[x, -y, 0], [y, x, 0], [0, 0, 1]], np.float32)
