"""Surfaces, drawn flat: float32[h, w, 3] BGR 0–255, or grey factors around 1."""

from __future__ import annotations

import cv2
import numpy as np

from vedette.testing.scenes.looks import Colour
from vedette.testing.scenes.optics import Array

__all__ = ["brick", "clouds", "corrugated", "mottled", "plain", "rough", "sample", "window"]


def rough(size: int, coarsest: int, seed: int) -> Array:
    """Tileable noise float32[size, size], mean 0, deviation 1; cells from `coarsest` px to 1."""
    chance = np.random.default_rng(seed)
    total = np.zeros((size, size), np.float32)
    cell, weight = coarsest, 1.0
    while cell >= 1:
        grid = chance.normal(0, 1, (size // cell, size // cell)).astype(np.float32)
        # Wrapped by one cell so that the tile repeats without a seam.
        grid = np.pad(grid, 2, mode="wrap")
        large = cv2.resize(grid, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
        total += weight * large[2 * cell : 2 * cell + size, 2 * cell : 2 * cell + size]
        cell, weight = cell // 2, weight * 0.62
    return np.asarray((total - total.mean()) / total.std(), np.float32)


def sample(tile: Array, x: Array, y: Array, px_per_m: float) -> Array:
    """A tile laid over the ground, repeated, at world positions float32[H, W]."""
    size = tile.shape[0]
    u = np.mod(np.nan_to_num(x * px_per_m, posinf=0, neginf=0), size).astype(np.float32)
    v = np.mod(np.nan_to_num(y * px_per_m, posinf=0, neginf=0), size).astype(np.float32)
    return np.asarray(
        cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32
    )


def plain(size: tuple[int, int], colour: Colour) -> Array:
    """One colour; size is width, height."""
    return np.full((size[1], size[0], 3), colour, np.float32)


def mottled(size: tuple[int, int], colour: Colour, amount: float, seed: int) -> Array:
    """Plaster or concrete: a colour that varies by a share."""
    noise = rough(512, 64, seed)
    tiled = np.tile(noise, (size[1] // 512 + 1, size[0] // 512 + 1))[: size[1], : size[0]]
    return plain(size, colour) * (1 + amount * tiled[..., None])


def brick(size: tuple[int, int], colour: Colour, px_per_m: float, seed: int) -> Array:
    """A wall of bricks 25 cm by 8 cm."""
    chance = np.random.default_rng(seed)
    wall = mottled(size, (150, 156, 160), 0.04, seed)
    high, wide = 0.083 * px_per_m, 0.25 * px_per_m
    for row in range(int(size[1] / high) + 1):
        for column in range(-1, int(size[0] / wide) + 1):
            x = (column + 0.5 * (row % 2)) * wide
            tone = np.array(colour) * chance.normal(1.0, 0.09)
            a = (round(x + 0.06 * wide), round(row * high + 0.12 * high))
            b = (round(x + wide), round((row + 1) * high))
            cv2.rectangle(wall, a, (b[0] - 1, b[1] - 1), tuple(float(v) for v in tone), -1)
    noise = np.resize(rough(256, 32, seed + 1), (size[1], size[0]))
    return wall * (1 + 0.05 * noise[..., None])


def corrugated(size: tuple[int, int], colour: Colour, px_per_m: float, *, upright: bool) -> Array:
    """Sheet metal in waves of 25 cm."""
    length = size[0] if upright else size[1]
    wave = 1 + 0.14 * np.sin(2 * np.pi * np.arange(length, dtype=np.float32) / (0.25 * px_per_m))
    surface = mottled(size, colour, 0.03, 5)
    waves = wave[None, :, None] if upright else wave[:, None, None]
    return np.asarray(surface * waves, np.float32)


def window(wall: Array, at: tuple[int, int, int, int], seed: int) -> None:
    """A framed pane at left, top, right, bottom pixels, drawn into a wall."""
    left, top, right, bottom = at
    frame = max(2, (right - left) // 16)
    cv2.rectangle(
        wall, (left - frame, top - frame), (right + frame, bottom + frame), (196, 200, 204), -1
    )
    height, width = bottom - top, right - left
    chance = np.random.default_rng(seed)
    fall = np.linspace(1.25, 0.7, height, dtype=np.float32)[:, None, None]
    pane = np.full((height, width, 3), (92, 82, 72), np.float32) * fall
    slant = np.add.outer(np.arange(height), np.arange(width)) / width + chance.uniform(0, 2)
    pane *= (1 + 0.22 * np.sin(2.2 * slant))[..., None]
    wall[top:bottom, left:right] = pane
    middle = (left + right) // 2
    cv2.line(wall, (middle, top), (middle, bottom), (190, 194, 198), max(1, frame // 2))
    sill = (bottom + frame, bottom + 3 * frame)
    wall[sill[0] : sill[1], max(0, left - 2 * frame) : right + 2 * frame] *= 0.55


def clouds(size: tuple[int, int], seed: int) -> Array:
    """A pale sky, brighter below."""
    noise = np.resize(rough(512, 128, seed)[: size[1]], (size[1], 512))
    noise = np.asarray(cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC), np.float32)
    fall = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    blue = plain(size, (226, 198, 168)) * (1 - fall[..., None]) + 226 * fall[..., None]
    return blue + 9 * noise[..., None]
