"""Many small rectangles on few large ones: guillotine packing on a grid of cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Spot", "pack"]

Rectangle = tuple[int, int, int, int]
"""x, y, width, height in cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where one rectangle of a sheet lies, in pixels."""

    index: int
    """Of the rectangle in the order given."""
    x: int
    y: int


def pack(
    sizes: Sequence[tuple[int, int]], sheet: tuple[int, int], *, cell: int, gutter: int
) -> list[list[Spot]]:
    """Lay rectangles (width, height) on sheets of one size, largest first; one list per sheet.

    Corners lie on multiples of `cell`; two neighbours are at least `gutter` apart. A rectangle as
    large as the sheet gets one to itself; larger ones are the caller's mistake.
    """
    columns, rows = math.ceil(sheet[0] / cell), math.ceil(sheet[1] / cell)
    order = sorted(range(len(sizes)), key=lambda i: (-max(sizes[i]), -min(sizes[i]), i))
    sheets: list[list[Spot]] = []
    free: list[list[Rectangle]] = []
    for index in order:
        width, height = sizes[index]
        if width > sheet[0] or height > sheet[1]:
            raise ValueError(f"{width} x {height} does not fit on {sheet[0]} x {sheet[1]}")
        # The gutter may hang over the sheet's far edge: nothing comes after it there.
        wide = min(columns, math.ceil((width + gutter) / cell))
        high = min(rows, math.ceil((height + gutter) / cell))
        number = _place(free, wide, high)
        if number is None:
            sheets.append([])
            free.append([(0, 0, columns, rows)])
            number = len(free) - 1
        x, y = _take(free[number], wide, high)
        sheets[number].append(Spot(index=index, x=x * cell, y=y * cell))
    return sheets


def _place(free: list[list[Rectangle]], wide: int, high: int) -> int | None:
    """The first sheet with room."""
    for number, holes in enumerate(free):
        if any(w >= wide and h >= high for _, _, w, h in holes):
            return number
    return None


def _take(holes: list[Rectangle], wide: int, high: int) -> tuple[int, int]:
    """Cut a rectangle out of the hole it fits best; what is left becomes two holes."""
    fitting = [hole for hole in holes if hole[2] >= wide and hole[3] >= high]
    best = min(fitting, key=lambda hole: min(hole[2] - wide, hole[3] - high))
    holes.remove(best)
    x, y, w, h = best
    right, below = w - wide, h - high
    if right > below:
        # Cut along the shorter rest, so that the larger hole stays as large as can be.
        parts = ((x + wide, y, right, h), (x, y + high, wide, below))
    else:
        parts = ((x + wide, y, right, high), (x, y + high, w, below))
    holes += [part for part in parts if part[2] > 0 and part[3] > 0]
    return x, y
