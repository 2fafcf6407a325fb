"""What is wrong near the lens and in the wire: insects, poor compression, more noise."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.sensor import Sensor

__all__ = ["Compressed", "Grainy", "Insects"]


class Insects:
    """Blurred specks that dart through the picture, close to the lens."""

    def __init__(self, *, every_s: float = 6.0, seed: int = 0) -> None:
        self._every_s = every_s
        self._seed = seed

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Draw the insect of that time, if there is one."""
        number, since_s = divmod(t_s, self._every_s)
        own = np.random.default_rng((self._seed, int(number)))
        lasts_s = own.uniform(0.3, 1.4)
        delay_s = own.uniform(0, self._every_s - lasts_s)
        age = (since_s - delay_s) / lasts_s
        if not 0 <= age < 1:
            return
        height, width = luma.shape
        start, end = own.uniform(-0.1, 1.1, 2), own.uniform(-0.1, 1.1, 2)
        wobble = own.uniform(0.02, 0.08) * math.sin(age * own.uniform(8, 25))
        x = (start[0] + age * (end[0] - start[0]) + wobble) * width
        y = (start[1] + age * (end[1] - start[1]) + wobble) * height
        radius = own.uniform(0.006, 0.024) * width
        _speck(luma, (x, y), radius, own.choice([-70.0, 90.0]), own.uniform(0, math.pi))


def _speck(
    luma: Pixels, at: tuple[float, float], radius: float, change: float, turn: float
) -> None:
    reach = int(radius * 3)
    left, top = max(0, int(at[0]) - reach), max(0, int(at[1]) - reach)
    part = luma[top : max(0, int(at[1]) + reach), left : max(0, int(at[0]) + reach)]
    if part.size == 0:
        return
    y, x = np.mgrid[0 : part.shape[0], 0 : part.shape[1]].astype(np.float32)
    x, y = x + left - at[0], y + top - at[1]
    along = (x * math.cos(turn) + y * math.sin(turn)) / (1.6 * radius)
    across = (y * math.cos(turn) - x * math.sin(turn)) / (0.8 * radius)
    blob = change * np.exp(-(along**2 + across**2))
    part[:] = np.clip(part + blob, 0, 255).astype(np.uint8)


class Compressed:
    """Blocks and rings of a coarse encoder, with a jolt at each key frame."""

    def __init__(
        self, *, quality: int = 22, key_quality: int = 45, key_every_s: float = 2.0
    ) -> None:
        self._quality, self._key_quality = quality, key_quality
        self._key_every_s = key_every_s

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Squeeze luma through a JPEG."""
        fresh = t_s % self._key_every_s < 0.5
        quality = self._key_quality if fresh else self._quality
        _, data = cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, quality])
        luma[:] = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


class Grainy:
    """The noise of a dark night on top of the ordinary."""

    def __init__(self, size: tuple[int, int], *, noise: float = 6.0, seed: int = 0) -> None:
        """Size is width, height of the picture; noise in steps of luma."""
        self._sensor = Sensor(*size, noise=noise, seed=seed)

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Add it to luma and chroma."""
        self._sensor.disturb(luma, chroma, chance)
