"""Light that changes: slowly, at a switch, and by passing headlights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from vedette.core.media import Pixels

__all__ = ["Drift", "Headlights", "LightSwitch"]

_BLACK = 16


def _brighten(luma: Pixels, chroma: Pixels, gain: float) -> None:
    """As if more or less light fell on the chip; colours fade with it."""
    steps = np.arange(256, dtype=np.float32)
    curve = np.clip(_BLACK + (steps - _BLACK) * gain, 0, 255).astype(np.uint8)
    cv2.LUT(luma, curve, dst=luma)
    fade = np.clip(128 + (steps - 128) * min(1.25, gain), 0, 255).astype(np.uint8)
    for plane in chroma:
        cv2.LUT(plane, fade, dst=plane)


class Drift:
    """The sun comes and goes: everything brighter and darker in slow waves."""

    def __init__(self, *, depth: float = 0.22, period_s: float = 90.0) -> None:
        self._depth = depth
        self._period_s = period_s

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """The gain of that time."""
        turn = 2 * math.pi * t_s / self._period_s
        _brighten(luma, chroma, 1 - self._depth * (0.5 - 0.5 * math.cos(turn)))


class LightSwitch:
    """The light goes off and on again; exposure makes up for it within seconds."""

    def __init__(self, switched_s: Sequence[float], *, dark: float = 0.35) -> None:
        """Off at the first time, on at the second, and so on."""
        self._switched_s = tuple(switched_s)
        self._dark = dark

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """The gain of that time."""
        gain = self.gain(t_s)
        if gain != 1.0:
            _brighten(luma, chroma, gain)

    def gain(self, t_s: float) -> float:
        """How bright the picture is against the lit one."""
        past = [at for at in self._switched_s if at <= t_s]
        if not past:
            return 1.0
        since_s = t_s - past[-1]
        made_up = 1 - math.exp(-since_s / 1.5)
        if len(past) % 2:
            return self._dark + (0.8 - self._dark) * made_up
        glare = 0.45 * math.exp(-since_s / 1.2)
        return 1.0 + glare if glare > 0.004 else 1.0


class Headlights:
    """A beam sweeps over the place every so often."""

    def __init__(
        self, size: tuple[int, int], *, every_s: float = 14.0, takes_s: float = 2.6
    ) -> None:
        """Size is width, height of the picture."""
        width, height = size
        self._every_s, self._takes_s = every_s, takes_s
        reach_x, reach_y = round(width * 0.28), round(height * 0.3)
        y, x = np.mgrid[-reach_y : reach_y + 1, -reach_x : reach_x + 1].astype(np.float32)
        fall = np.exp(-3.2 * ((x / reach_x) ** 2 + (y / reach_y) ** 2))
        rim = np.clip(1 - np.maximum(abs(x) / reach_x, abs(y) / reach_y), 0, 1)
        self._beam = (fall * np.minimum(1, rim * 4) * 120).astype(np.uint8)

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Add the beam where it is at that time."""
        pass_number, since_s = divmod(t_s, self._every_s)
        if since_s >= self._takes_s:
            return
        height, width = luma.shape
        tall, wide = self._beam.shape
        way = since_s / self._takes_s
        x = int((way if pass_number % 2 == 0 else 1 - way) * (width + wide)) - wide
        y = int(height * (0.2 + 0.16 * math.sin(pass_number * 2.1)))
        left, right = max(0, x), min(width, x + wide)
        top, bottom = max(0, y), min(height, y + tall)
        if left >= right or top >= bottom:
            return
        beam = self._beam[top - y : bottom - y, left - x : right - x]
        part = luma[top:bottom, left:right]
        # Light makes bright things brighter and shows little on dark ones.
        lit = cv2.multiply(part, beam, scale=1.4 / 120)
        cv2.add(part, lit, dst=part)
