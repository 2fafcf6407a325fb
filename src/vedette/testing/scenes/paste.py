"""Lays transparent pictures and shadows over a canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.optics import Array

__all__ = ["Extent", "Layer", "Shape", "darken", "lay_over", "placed"]

_SEEN = 0.35
"""Alpha from which a pixel belongs to what is drawn."""


class Extent(NamedTuple):
    """Whole pixels: left, top, right, bottom; the latter two are outside."""

    left: int
    top: int
    right: int
    bottom: int

    def within(self, width: int, height: int) -> Extent:
        """The part inside a picture."""
        return self.common(Extent(0, 0, width, height))

    def common(self, other: Extent) -> Extent:
        """The part that both cover."""
        return Extent(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    @property
    def empty(self) -> bool:
        return self.left >= self.right or self.top >= self.bottom


class Layer(NamedTuple):
    """A picture with alpha, float32[h, w, 4] premultiplied BGRA 0–255, and where it goes."""

    colour: Array
    at: Extent

    def inside(self, width: int, height: int) -> Array:
        """The part that lies in a picture of that size, a view."""
        return _part(self.colour, self.at, self.at.within(width, height))

    def behind(self, nearer: Sequence[Layer]) -> Shape:
        """What can be seen of it when others stand before it."""
        alpha = self.colour[..., 3].copy()
        for other in nearer:
            both = self.at.common(other.at)
            if both.empty:
                continue
            mine = _part(alpha, self.at, both)
            mine *= 1 - _part(other.colour, other.at, both)[..., 3] * (1 / 255)
        return Shape(alpha, self.at)


class Shape(NamedTuple):
    """How much of each pixel something covers, float32[h, w] 0–255, and where."""

    alpha: Array
    at: Extent

    def inside(self, width: int, height: int) -> Array:
        """The part that lies in a picture of that size, a view."""
        return _part(self.alpha, self.at, self.at.within(width, height))

    def solid(self, width: int, height: int) -> Extent | None:
        """The smallest box around what is really covered in a picture of that size."""
        seen = self.inside(width, height) > _SEEN * 255
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        if not len(rows):
            return None
        left, top = max(0, self.at.left), max(0, self.at.top)
        return Extent(
            left + int(columns[0]),
            top + int(rows[0]),
            left + int(columns[-1]) + 1,
            top + int(rows[-1]) + 1,
        )


def _part(array: Array, at: Extent, of: Extent) -> Array:
    """What an array that lies at one place covers of another, a view; empty if nothing."""
    rows = slice(of.top - at.top, max(of.top, of.bottom) - at.top)
    return array[rows, of.left - at.left : max(of.left, of.right) - at.left]


def placed(picture: Array, matrix: Array) -> Layer:
    """A premultiplied picture moved by an affine matrix float32[2, 3] in canvas pixels."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float32)
    moved = corners @ matrix.T
    low, high = np.floor(moved.min(axis=0)).astype(int), np.ceil(moved.max(axis=0)).astype(int) + 1
    own = matrix.copy()
    own[:, 2] -= low
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    warped = cv2.warpAffine(picture, own, size, flags=cv2.INTER_LINEAR)
    return Layer(
        np.asarray(warped, np.float32), Extent(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    )


def lay_over(canvas: Pixels, layer: Layer) -> None:
    """Blend a layer onto a BGR canvas in place."""
    at = layer.at.within(canvas.shape[1], canvas.shape[0])
    if at.empty:
        return
    part = layer.inside(canvas.shape[1], canvas.shape[0])
    below = canvas[at.top : at.bottom, at.left : at.right]
    through = 1.0 - part[..., 3:] * (1 / 255)
    below[:] = np.clip(below * through + part[..., :3] + 0.5, 0, 255).astype(np.uint8)


def darken(
    canvas: Pixels, mask: Pixels, at: Extent, strength: float, veil: Pixels | None = None
) -> None:
    """Shade a canvas in place where a mask uint8[h, w] is bright and no veil uint8[H, W] is."""
    inside = at.within(canvas.shape[1], canvas.shape[0])
    if inside.empty:
        return
    part = mask[
        inside.top - at.top : inside.bottom - at.top, inside.left - at.left : inside.right - at.left
    ]
    dark = part.astype(np.uint16) * round(strength * 256) >> 8
    if veil is not None:
        over = veil[inside.top : inside.bottom, inside.left : inside.right]
        dark = dark * (255 - over.astype(np.uint16)) // 255
    keep = 256 - dark
    below = canvas[inside.top : inside.bottom, inside.left : inside.right]
    below[:] = (below * keep[..., None] >> 8).astype(np.uint8)
