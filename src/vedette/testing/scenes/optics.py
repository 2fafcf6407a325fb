"""A pinhole camera above a flat ground: metres in, pixels out, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Optics"]

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Optics:
    """World: x to the right, y away, z up, metres; the camera stands over x = y = 0."""

    width: int
    height: int
    fov_deg: float
    """Horizontal angle of view."""
    height_m: float
    pitch_deg: float
    """How far it looks down from the horizon."""
    yaw_deg: float = 0.0
    """How far it looks to the right of the y axis."""

    @property
    def focal_px(self) -> float:
        return self.width / 2 / math.tan(math.radians(self.fov_deg) / 2)

    @property
    def axes(self) -> Array:
        """float32[3, 3]: right, up and forward as rows."""
        pitch, yaw = math.radians(self.pitch_deg), math.radians(self.yaw_deg)
        level = np.array([math.sin(yaw), math.cos(yaw), 0.0])
        forward = level * math.cos(pitch) - np.array([0.0, 0.0, math.sin(pitch)])
        right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
        return np.array([right, np.cross(right, forward), forward], np.float32)

    def project(self, points: Array) -> Array:
        """Points float32[n, 3] to float32[n, 3]: x and y in pixels, distance along the view."""
        seen = (points - np.array([0, 0, self.height_m], np.float32)) @ self.axes.T
        away = np.maximum(seen[:, 2], 0.05)
        x = self.width / 2 + self.focal_px * seen[:, 0] / away
        y = self.height / 2 - self.focal_px * seen[:, 1] / away
        return np.stack([x, y, away], axis=1).astype(np.float32)

    def pixel(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float]:
        """One point in pixels."""
        x, y, _ = self.project(np.array([[x_m, y_m, z_m]], np.float32))[0]
        return float(x), float(y)

    def fraction(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float]:
        """One point as fractions of the picture."""
        x, y = self.pixel(x_m, y_m, z_m)
        return x / self.width, y / self.height

    def rays(self) -> Array:
        """float32[H, W, 3]: the direction each pixel looks in; not normalised."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5 - self.width / 2) / self.focal_px
        y = (self.height / 2 - np.arange(self.height, dtype=np.float32) - 0.5) / self.focal_px
        right, up, forward = self.axes
        rays: Array = x[None, :, None] * right + y[:, None, None] * up + forward
        return rays.astype(np.float32)

    def ground(self) -> tuple[Array, Array, Array]:
        """World x, y and distance of the ground under each pixel, float32[H, W]; inf above it."""
        rays = self.rays()
        down = -rays[..., 2]
        with np.errstate(divide="ignore"):
            steps = np.where(down > 1e-4, self.height_m / np.maximum(down, 1e-4), np.inf)
        x = (rays[..., 0] * steps).astype(np.float32)
        y = (rays[..., 1] * steps).astype(np.float32)
        return x, y, steps.astype(np.float32)

    def elevation(self, x_m: float, y_m: float) -> float:
        """From how high above the horizon that place on the ground is seen, radians."""
        return math.atan2(self.height_m, math.hypot(x_m, y_m))
