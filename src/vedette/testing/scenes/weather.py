"""Rain, snow and the shadows of clouds."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.scenes.textures import rough

__all__ = ["CloudShadows", "Rain", "Snow"]


class Rain:
    """Streaks that are elsewhere in each frame, in a duller picture."""

    def __init__(self, size: tuple[int, int], *, drops: int = 260, seed: int = 0) -> None:
        """Size is width, height of the picture."""
        width, height = size
        chance = np.random.default_rng(seed)
        self._spare = (width // 2, height // 2)
        streaks = np.zeros((height + self._spare[1], width + self._spare[0]), np.uint8)
        scale = width / 640
        for _ in range(drops * 2):
            x, y = chance.uniform(0, streaks.shape[1]), chance.uniform(0, streaks.shape[0])
            length, bright = chance.uniform(7, 26) * scale, int(chance.uniform(14, 52))
            end = (int((x + 0.12 * length) * 16), int((y + length) * 16))
            thick = 2 if chance.uniform() < 0.12 * scale else 1
            cv2.line(streaks, (int(x * 16), int(y * 16)), end, bright, thick, cv2.LINE_AA, 4)
        self._streaks = cv2.GaussianBlur(streaks, (0, 0), 0.6 * scale)
        self._dull = _table(lambda v: 16 + (v - 16) * 0.86 + 10)

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Add the streaks of one frame."""
        height, width = luma.shape
        left = int(chance.integers(0, self._spare[0]))
        top = int(chance.integers(0, self._spare[1]))
        cv2.LUT(luma, self._dull, dst=luma)
        cv2.add(luma, self._streaks[top : top + height, left : left + width], dst=luma)


class Snow:
    """Flakes in three depths, each falling and drifting at its own speed."""

    def __init__(self, size: tuple[int, int], *, flakes: int = 240, seed: int = 0) -> None:
        """Size is width, height of the picture."""
        scale = size[0] / 640
        depths = ((1.1, 55, flakes), (1.9, 95, flakes // 2), (3.4, 170, flakes // 8))
        self._layers = [
            (_flakes(size, radius * scale, number, seed + n), speed * scale)
            for n, (radius, speed, number) in enumerate(depths)
        ]

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Add the flakes as they are at that time."""
        height, width = luma.shape
        for tile, speed in self._layers:
            top = int(-t_s * speed) % height
            left = int(18 * math.sin(t_s * 0.7 + speed) + t_s * 9) % width
            cv2.add(luma, tile[top : top + height, left : left + width], dst=luma)


class CloudShadows:
    """Large soft shadows that move over the ground."""

    def __init__(self, *, depth: float = 0.4, speed: float = 1.4, seed: int = 0) -> None:
        """Depth is how much light a cloud takes; speed is in 1/100 of the picture a second."""
        noise = rough(256, 64, seed)
        cover = 1 / (1 + np.exp(-4 * noise))
        self._gain = np.clip(255 * (1 - depth * cover), 0, 255).astype(np.float32)
        self._speed = speed

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Darken what lies in shadow at that time."""
        height, width = luma.shape
        x = (np.arange(40, dtype=np.float32) + t_s * self._speed * 0.4 * 4) % 256
        y = (np.arange(24, dtype=np.float32) * 1.6 + t_s * self._speed * 0.4) % 256
        columns, rows = np.meshgrid(x, y)
        small = cv2.remap(self._gain, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        gain = cv2.resize(small.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
        cv2.multiply(luma, gain, dst=luma, scale=1 / 255)
        # Colours fade with the light: towards 128, by as much.
        coarse = cv2.resize(gain, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)
        grey = cv2.LUT(coarse, _table(lambda v: 128 * (255 - v) / 255))
        for plane in chroma:
            cv2.add(cv2.multiply(plane, coarse, scale=1 / 255), grey, dst=plane)


def _flakes(size: tuple[int, int], radius: float, number: int, seed: int) -> Pixels:
    """A tile that repeats, laid out twice in both directions."""
    width, height = size
    chance = np.random.default_rng(seed)
    tile = np.zeros((height, width), np.uint8)
    for _ in range(number):
        spot = (int(chance.uniform(0, width) * 16), int(chance.uniform(0, height) * 16))
        bright = int(chance.uniform(70, 150))
        cv2.circle(tile, spot, max(8, round(radius * 16)), bright, -1, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(tile, (0, 0), max(0.6, radius * 0.45))
    return np.tile(soft, (2, 2)).astype(np.uint8)


def _table(curve: object) -> Pixels:
    assert callable(curve)
    return np.array([np.clip(curve(v), 0, 255) for v in range(256)], np.uint8)
