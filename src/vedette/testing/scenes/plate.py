"""A place without actors, painted once: ground, walls and things in perspective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import Colour
from vedette.testing.scenes.optics import Array, Optics
from vedette.testing.scenes.paste import Extent
from vedette.testing.scenes.textures import clouds, rough, sample

__all__ = ["Patch", "Plate", "Spot3"]

_FINER = 2
_NEAR_M = 0.3
_FAR_PX = 30_000.0
Spot3 = tuple[float, float, float]


class Patch(NamedTuple):
    """A part of the canvas: how much of each pixel is meant, 0–255, and where."""

    mask: Pixels
    at: Extent


class Plate:
    """A canvas twice as fine as the picture; what is painted later lies in front."""

    def __init__(self, optics: Optics, lighting: Lighting) -> None:
        self.optics = replace(optics, width=optics.width * _FINER, height=optics.height * _FINER)
        self.lighting = lighting
        self.x, self.y, self.away = self.optics.ground()
        self.image = np.zeros((self.optics.height, self.optics.width, 3), np.float32)
        self.leaves = np.zeros(self.image.shape[:2], np.uint8)
        """Where leaves are seen, 0–255."""
        self._grain = rough(512, 128, 11)

    def sky(self, seed: int) -> None:
        """Clouds above the horizon."""
        above = ~np.isfinite(self.away)
        if above.any():
            rows = int(above.any(axis=1).sum())
            self.image[:rows] = clouds((self.optics.width, rows), seed)

    def ground(self, colour: Colour, *, patches: float = 0.05, grain: float = 0.05) -> None:
        """The floor everywhere: large patches and fine grain, fading with distance."""
        near = np.clip(10 / np.maximum(self.away, 1), 0.1, 1)
        tone = 1 + patches * sample(self._grain, self.x, self.y, 40)
        tone += 0.7 * patches * sample(self._grain, self.y, self.x, 9)
        tone += grain * near * sample(self._grain, self.x, self.y, 320)
        below = np.isfinite(self.away)
        light = self.lighting.on((0.0, 0.0, 1.0)) * np.array(self.lighting.tint, np.float32)
        self.image[below] = (np.array(colour, np.float32) * light * tone[..., None])[below]

    def rectangle(self, low: tuple[float, float], high: tuple[float, float]) -> Patch:
        """A rectangle on the ground; the part behind the camera is left out."""
        (x1, y1), (x2, y2) = low, high
        return self.patch([(x1, y1, 0), (x2, y1, 0), (x2, y2, 0), (x1, y2, 0)])

    def patch(self, corners: Sequence[Spot3]) -> Patch:
        """What a flat polygon covers in the picture."""
        seen = self._seen(np.array(corners, np.float32))
        low = np.maximum(np.floor(seen.min(axis=0)) - 1, 0)
        high = np.minimum(np.ceil(seen.max(axis=0)) + 2, [self.optics.width, self.optics.height])
        at = Extent(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        if len(seen) < 3 or at.empty:
            return Patch(np.zeros((0, 0), np.uint8), Extent(0, 0, 0, 0))
        mask = np.zeros((at.bottom - at.top, at.right - at.left), np.uint8)
        cv2.fillPoly(mask, [((seen - low) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return Patch(mask, at)

    def _seen(self, corners: Array) -> Array:
        """A polygon in pixels, cut off shortly before the camera."""
        ahead = (corners - np.array([0, 0, self.optics.height_m])) @ self.optics.axes[2] - _NEAR_M
        kept: list[Array] = []
        for n in range(len(corners)):
            a, b = corners[n - 1], corners[n]
            if (ahead[n - 1] >= 0) != (ahead[n] >= 0):
                at = ahead[n - 1] / (ahead[n - 1] - ahead[n])
                kept.append(a + at * (b - a))
            if ahead[n] >= 0:
                kept.append(b)
        points = np.array(kept, np.float32).reshape(-1, 3)
        seen = self.optics.project(points)[:, :2]
        return np.clip(seen, -_FAR_PX, _FAR_PX) if len(seen) else np.zeros((1, 2), np.float32)

    def tint(self, patch: Patch, colour: Colour, strength: float = 1.0, wear: float = 0.0) -> None:
        """Paint on the ground; `wear` lets the floor show through."""
        at = patch.at
        if at.empty:
            return
        window = np.s_[at.top : at.bottom, at.left : at.right]
        mask = patch.mask.astype(np.float32) * (strength / 255)
        if wear:
            worn = sample(self._grain, self.x[window], self.y[window], 110)
            mask *= np.clip(1 - wear * np.maximum(worn, 0), 0, 1)
        floor = self.image[window]
        texture = floor.mean(axis=2)
        texture /= np.maximum(cv2.blur(texture, (31, 31)), 1)
        paint = np.array(colour, np.float32) * self.lighting.on((0.0, 0.0, 1.0))
        floor += mask[..., None] * (paint * texture[..., None] - floor)

    def shadow(
        self, corners: Sequence[Spot3], strength: float = 0.45, blur_m: float = 0.06
    ) -> None:
        """The cast shadow of points that stand in the light: their hull along the ground."""
        points = np.array(corners, np.float32)
        slope = np.array([*self.lighting.slope, 1.0], np.float32)
        cast = self.optics.project((points - points[:, 2:] * slope).astype(np.float32))
        blur = max(1.0, blur_m * self.optics.focal_px / float(cast[:, 2].mean()))
        hull = cv2.convexHull(np.ascontiguousarray(np.clip(cast[:, :2], -_FAR_PX, _FAR_PX)))[:, 0]
        low = np.maximum(hull.min(axis=0) - 3 * blur, 0).astype(int)
        high = np.minimum(hull.max(axis=0) + 3 * blur, [self.optics.width, self.optics.height])
        at = Extent(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        if at.empty:
            return
        mask = np.zeros((at.bottom - at.top, at.right - at.left), np.uint8)
        cv2.fillConvexPoly(mask, (hull - low).astype(np.int32), 255, cv2.LINE_AA)
        soft = cv2.GaussianBlur(mask, (0, 0), blur).astype(np.float32) / 255
        window = np.s_[at.top : at.bottom, at.left : at.right]
        soft *= np.isfinite(self.away[window])
        self.image[window] *= 1 - strength * soft[..., None]

    def quad(self, corners: Sequence[Spot3], texture: Array, light: float) -> Pixels:
        """A flat surface, its corners clockwise from the top left; gives its mask."""
        patch = self.patch(corners)
        if patch.at.empty:
            return self._whole(patch)
        seen = self.optics.project(np.array(corners, np.float32))[:, :2]
        small = _shrunk(texture, seen)
        height, width = small.shape[:2]
        flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        origin = np.array([patch.at.left, patch.at.top], np.float32)
        matrix = cv2.getPerspectiveTransform(flat, (seen - origin).astype(np.float32))
        size = (patch.mask.shape[1], patch.mask.shape[0])
        warped = cv2.warpPerspective(
            small, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        self._blend(patch, warped * (np.array(self.lighting.tint, np.float32) * light))
        return self._whole(patch)

    def polygon(self, corners: Sequence[Spot3], colour: Colour, light: float = 1.0) -> Pixels:
        """A flat surface of one colour; gives its mask."""
        patch = self.patch(corners)
        self._blend(patch, np.array(colour, np.float32) * light)
        return self._whole(patch)

    def _blend(self, patch: Patch, paint: Array) -> None:
        at = patch.at
        below = self.image[at.top : at.bottom, at.left : at.right]
        below += (patch.mask.astype(np.float32) / 255)[..., None] * (paint - below)
        leaves = self.leaves[at.top : at.bottom, at.left : at.right]
        np.minimum(leaves, 255 - patch.mask, out=leaves)

    def _whole(self, patch: Patch) -> Pixels:
        mask = np.zeros(self.image.shape[:2], np.uint8)
        at = patch.at
        mask[at.top : at.bottom, at.left : at.right] = patch.mask
        return mask

    def bar(self, start: Spot3, end: Spot3, thick_m: float, colour: Colour) -> Pixels:
        """A pole, pipe or wire; gives its mask."""
        return self.bars([(start, end)], thick_m, colour)

    def bars(self, bars: Sequence[tuple[Spot3, Spot3]], thick_m: float, colour: Colour) -> Pixels:
        """Many of one kind; those thinner than a pixel come out faint. Gives their mask."""
        ends = np.array(bars, np.float32).reshape(-1, 3)
        seen = self.optics.project(ends)
        spots = (seen[:, :2] * 16).astype(int)
        thick = thick_m * self.optics.focal_px / seen[:, 2].reshape(-1, 2).mean(axis=1)
        mask = np.zeros(self.image.shape[:2], np.uint8)
        for n, width in enumerate(thick):
            bright = round(255 * min(1.0, float(width)))
            a, b = tuple(spots[2 * n]), tuple(spots[2 * n + 1])
            cv2.line(mask, a, b, bright, max(1, round(float(width))), cv2.LINE_AA, 4)
        left, top, width_px, height_px = cv2.boundingRect(mask)
        at = Extent(left, top, left + width_px, top + height_px)
        part = mask[at.top : at.bottom, at.left : at.right]
        self._blend(Patch(part, at), np.array(colour, np.float32))
        return mask

    def box(self, low: Spot3, high: Spot3, colour: Colour, texture: Array | None = None) -> None:
        """A crate: the faces that can be seen, with its shadow on the ground."""
        (x1, y1, z1), (x2, y2, z2) = low, high
        if self.lighting.shadow > 0:
            corners = [(x, y, z) for x in (x1, x2) for y in (y1, y2) for z in (z1, z2)]
            self.shadow(corners, self.lighting.shadow)
        surface = texture if texture is not None else np.full((64, 64, 3), colour, np.float32)
        sides = []
        if x1 > 0:
            sides.append(
                (((x1, y2, z2), (x1, y1, z2), (x1, y1, z1), (x1, y2, z1)), (-1.0, 0.0, 0.0))
            )
        if x2 < 0:
            sides.append(
                (((x2, y1, z2), (x2, y2, z2), (x2, y2, z1), (x2, y1, z1)), (1.0, 0.0, 0.0))
            )
        sides.append((((x1, y1, z2), (x2, y1, z2), (x2, y1, z1), (x1, y1, z1)), (0.0, -1.0, 0.0)))
        for corners_of, normal in sides:
            self.quad(corners_of, surface, self.lighting.on(normal))
        if z2 < self.optics.height_m:
            top = ((x1, y2, z2), (x2, y2, z2), (x2, y1, z2), (x1, y1, z2))
            self.quad(top, surface, self.lighting.on((0.0, 0.0, 1.0)))

    def finish(self) -> Pixels:
        """The plate at picture size, BGR uint8[H, W, 3], soft as through a lens."""
        size = (self.optics.width // _FINER, self.optics.height // _FINER)
        soft = cv2.GaussianBlur(self.image, (0, 0), 0.9)
        small = cv2.resize(soft, size, interpolation=cv2.INTER_AREA)
        x = np.linspace(-1, 1, size[0], dtype=np.float32)
        y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
        corners = 1 - 0.12 * (x * x + y * y) ** 1.5 / 2.8
        return np.clip(small * corners[..., None], 0, 255).astype(np.uint8)

    def shrink(self, mask: Pixels) -> Pixels:
        """A mask at picture size."""
        size = (self.optics.width // _FINER, self.optics.height // _FINER)
        return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)


def _shrunk(texture: Array, seen: Array) -> Array:
    """A texture made no finer than it will be seen, so that it does not flicker into moiré."""
    wide = max(np.hypot(*(seen[1] - seen[0])), np.hypot(*(seen[2] - seen[3])), 2.0)
    high = max(np.hypot(*(seen[3] - seen[0])), np.hypot(*(seen[2] - seen[1])), 2.0)
    size = (min(texture.shape[1], int(wide * 1.5) + 1), min(texture.shape[0], int(high * 1.5) + 1))
    return np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_AREA), np.float32)
