"""Bones to a shaded picture: round cones, seen from afar, melted into one lit surface."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vedette.testing.scenes.figure import Bone
from vedette.testing.scenes.optics import Array

__all__ = ["Light", "Sculptor", "Sprite", "View"]

_MELT_M = 0.03
_FAR = 1e3
_BAND = (206, 214, 214)


@dataclass(frozen=True, slots=True)
class View:
    """From where a body is seen, as from far away."""

    heading: float
    """Where it faces: 0 away from us, pi/2 to our right, radians."""
    elevation: float
    """How far we look down on it, radians."""


@dataclass(frozen=True, slots=True)
class Light:
    """Where light comes from, as seen in the picture: x right, y up, z towards us."""

    x: float
    y: float
    z: float
    ambient: float = 0.5
    direct: float = 0.65
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Factors of blue, green and red."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture with its transparency, colours already multiplied by it."""

    colour: Array
    """float32[h, w, 3] BGR 0–255."""
    alpha: Array
    """float32[h, w] 0–1."""
    foot: tuple[float, float]
    """Where the point between the feet lies, pixels."""
    px_per_m: float


class Sculptor:
    """Draws bodies at one scale under one light."""

    def __init__(self, light: Light, px_per_m: float) -> None:
        self.px_per_m = px_per_m
        self._light = light
        self._folds = _folds(math.ceil(2.8 * px_per_m), px_per_m)

    def draw(self, bones: Sequence[Bone], view: View, *, bands: bool = False) -> Sprite:
        """A body as seen; `bands` puts reflecting stripes around its chest."""
        scale = self.px_per_m
        starts = np.array([_seen(bone.start, view) for bone in bones], np.float32)
        ends = np.array([_seen(bone.end, view) for bone in bones], np.float32)
        buffer, origin = _make_buffer(bones, starts, ends, scale)
        flip = np.array([scale, -scale, 1], np.float32)
        shift = np.array([*origin, 0], np.float32)
        for bone, start, end in zip(bones, starts * flip + shift, ends * flip + shift, strict=True):
            _lay(buffer, bone, np.stack([start, end]), scale)
        solid = buffer.alpha > 0
        buffer.depth[~solid] = buffer.depth[solid].max()
        if bands:
            _paint_bands(buffer, view, float(origin[1]), scale)
        colour = buffer.colour * self._shade(buffer) * np.array(self._light.tint, np.float32)
        colour = np.clip(colour, 0, 255) * buffer.alpha[..., None]
        return Sprite(colour, buffer.alpha, (float(origin[0]), float(origin[1])), scale)

    def _shade(self, buffer: _Buffer) -> Array:
        scale, light = self.px_per_m, self._light
        height, width = buffer.depth.shape
        soft = cv2.GaussianBlur(buffer.depth, (0, 0), max(0.6, 0.008 * scale))
        depth = soft + self._folds[:height, :width] * buffer.cloth
        right = np.gradient(depth, axis=1) * scale
        up = -np.gradient(depth, axis=0) * scale
        length = np.sqrt(right**2 + up**2 + 1)
        towards = math.sqrt(light.x**2 + light.y**2 + light.z**2)
        lit = (right * light.x + up * light.y + light.z) / (length * towards)
        sky = 0.5 + 0.5 * up / length
        shade = light.ambient * (0.55 + 0.6 * sky) + light.direct * np.clip(lit, 0, 1)
        return np.asarray(shade, np.float32)[..., None]


class _Buffer:
    """Nearest surface so far, blended where surfaces are close."""

    def __init__(self, width: int, height: int) -> None:
        self.depth = np.full((height, width), _FAR, np.float32)
        self.alpha = np.zeros((height, width), np.float32)
        self.colour = np.zeros((height, width, 3), np.float32)
        self.cloth = np.zeros((height, width), np.float32)


def _make_buffer(
    bones: Sequence[Bone], starts: Array, ends: Array, scale: float
) -> tuple[_Buffer, Array]:
    """A buffer just large enough, and where in it the point between the feet lies."""
    thick = np.array([max(bone.start_m, bone.end_m) for bone in bones], np.float32)[:, None]
    places = np.concatenate([starts[:, :2], ends[:, :2]])
    reach = np.concatenate([thick, thick])
    low, high = (places - reach).min(axis=0), (places + reach).max(axis=0)
    size = np.ceil((high - low) * scale).astype(int) + 4
    origin = np.array([-low[0], high[1]], np.float32) * scale + 2
    return _Buffer(int(size[0]), int(size[1])), origin


def _seen(joint: tuple[float, float, float], view: View) -> tuple[float, float, float]:
    """Right, up and away of a joint, metres."""
    s, c = math.sin(view.heading), math.cos(view.heading)
    x, y, z = joint
    right, ahead = c * x + s * y, -s * x + c * y
    se, ce = math.sin(view.elevation), math.cos(view.elevation)
    return right, ahead * se + z * ce, ahead * ce - z * se


def _lay(buffer: _Buffer, bone: Bone, ends: Array, scale: float) -> None:
    """Add one bone; its ends are in pixels, their third coordinate metres away."""
    reach = max(bone.start_m, bone.end_m) * scale + 2
    height, width = buffer.depth.shape
    left, top = (max(int(v), 0) for v in ends[:, :2].min(axis=0) - reach)
    right, bottom = (int(v) + 1 for v in ends[:, :2].max(axis=0) + reach)
    window = np.s_[top : min(bottom, height), left : min(right, width)]
    x = np.arange(left, min(right, width), dtype=np.float32) + (0.5 - ends[0, 0])
    y = np.arange(top, min(bottom, height), dtype=np.float32)[:, None] + (0.5 - ends[0, 1])
    run_x, run_y, run_z = (float(v) for v in ends[1] - ends[0])
    length2 = max(run_x * run_x + run_y * run_y, 1e-3)
    along = np.clip((x * (run_x / length2) + y * (run_y / length2)), 0, 1)
    off2 = (x - along * run_x) ** 2 + (y - along * run_y) ** 2
    radius = bone.start_m * scale + along * ((bone.end_m - bone.start_m) * scale)
    cover = np.clip(radius - np.sqrt(off2) + 0.5, 0, 1)
    bulge = np.sqrt(np.maximum(radius * radius - off2, 0))
    _melt(buffer, window, bone, cover, ends[0, 2] + along * run_z - bulge * (1 / scale))


def _melt(
    buffer: _Buffer, window: tuple[slice, slice], bone: Bone, cover: Array, depth: Array
) -> None:
    old_depth, old_alpha = buffer.depth[window], buffer.alpha[window]
    own = cover > 0
    # Where both surfaces are, the nearer wins, with a soft seam within a few centimetres.
    near = np.clip(0.5 + 0.5 * (old_depth - depth) / _MELT_M, 0, 1) * own
    near = np.where(old_alpha < 0.01, own, near * np.maximum(cover, 1 - old_alpha))
    both = own & (old_alpha >= 0.01)
    blended = old_depth + near * (depth - old_depth) - _MELT_M * near * (1 - near)
    buffer.depth[window] = np.where(both, blended, np.where(own, depth, old_depth))
    sharp = np.clip((near - 0.5) * 4 + 0.5, 0, 1)[..., None]
    colour = np.array(bone.colour, np.float32)
    buffer.colour[window] += sharp * (colour - buffer.colour[window])
    buffer.cloth[window] += sharp[..., 0] * (float(bone.cloth) - buffer.cloth[window])
    buffer.alpha[window] = np.maximum(old_alpha, cover)


def _paint_bands(buffer: _Buffer, view: View, foot_row: float, scale: float) -> None:
    """Stripes at two heights of the body, wherever its surface is cloth."""
    rows = (foot_row - np.arange(buffer.depth.shape[0], dtype=np.float32)) / scale
    se, ce = math.sin(view.elevation), math.cos(view.elevation)
    z = rows[:, None] * ce - buffer.depth * se
    stripe = (np.abs(z - 1.06) < 0.028) | (np.abs(z - 1.24) < 0.028)
    stripe &= (buffer.cloth > 0.5) & (buffer.alpha > 0)
    buffer.colour[stripe] = _BAND


def _folds(size: int, scale: float) -> Array:
    """Creases of cloth, metres."""
    rough = np.random.default_rng(7).normal(0, 1, (size, size)).astype(np.float32)
    folds = cv2.GaussianBlur(rough, (0, 0), 0.012 * scale, sigmaY=0.03 * scale)
    return (folds / float(folds.std()) * 0.0018).astype(np.float32)
