"""From a foreground mask to blobs: what hangs together, how much of it moves, what is shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Boxes, Pixels
from vedette.detect.classical_shade import MILD

__all__ = ["Blobs", "Layers", "find_blobs"]

Piece = NDArray[np.bool_]
Window = tuple[int, int, int, int]
"""x, y, width, height in working pixels."""

_GAP = np.ones((5, 3), np.uint8)
_SPECK = np.ones((2, 2), np.uint8)
_FLAKE = np.ones((5, 5), np.uint8)
_WEATHER = 40
"""With more specks than that it snows or rains, and things must be larger than flakes."""
_LIT = 0.25
_LEG = 0.2
_EDGE = np.ones((3, 3), np.uint8)
_RING = 2
_MOST = 40
"""More blobs than that are weather; the largest are looked at."""
_TRIM = 0.45
"""From this share of moving pixels on a blob is cut down to what moves."""
_TAIL = 0.01
_THIN = 0.10
"""A join thinner than twice this share of a blob's smaller side is taken apart."""
_THICKER = (0.13, 0.16, 0.19, 0.22)
_LOOSE, _TIGHT = 0.72, 0.85
"""A thicker join too where the blob fills less of its box than the parts fill of theirs."""
_LEAST_CORE = 0.15
_BESIDE, _AHEAD = 0.3, 0.8
"""How much of the narrower part may lie below the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What is known of each pixel: masks uint8[H, W], 255 is yes."""

    differs: Pixels
    """Not background, and not surely shadow."""
    moving: Pixels
    relit: Pixels
    """Could be background under other light: see `Light.may`."""
    difference: Pixels
    """How far it is from the background, levels; not a mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blobs:
    """What stands out from the background, as parallel arrays."""

    box: Boxes
    """float32[n, 4] in working pixels."""
    area: NDArray[np.float32]
    """float32[n] pixels."""
    moving: NDArray[np.float32]
    """float32[n] share of its pixels that moved just now."""
    relit: NDArray[np.float32]
    """float32[n] share of its pixels that could be background under other light."""
    soft: NDArray[np.float32]
    """float32[n] how gently it fades into the background: things have edges, light has not."""

    def __len__(self) -> int:
        return len(self.area)


def find_blobs(layers: Layers, least_px: float) -> Blobs:
    """Connected parts of at least `least_px` pixels, holes filled."""
    names, stats = _connected(layers.differs, _SPECK)
    if np.count_nonzero(stats[1:, cv2.CC_STAT_AREA] < least_px) > _WEATHER:
        names, stats = _connected(layers.differs, _FLAKE)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:_MOST] + 1
    rows: list[tuple[float, ...]] = []
    for index in order:
        x, y, w, h, size = (int(v) for v in stats[index])
        if size < least_px:
            break
        part = names[y : y + h, x : x + w] == index
        for (px, py, pw, ph), piece in _split(part, least_px):
            rows.append(_row(layers, piece, (x + px, y + py, pw, ph)))
    table = np.asarray(rows, np.float32).reshape(-1, 8)
    return Blobs(
        box=table[:, :4], area=table[:, 4], moving=table[:, 5], relit=table[:, 6], soft=table[:, 7]
    )


def _connected(differs: Pixels, speck: Pixels) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Names of parts, int32[H, W], and their figures; what is smaller than `speck` is dropped."""
    solid = cv2.morphologyEx(differs, cv2.MORPH_OPEN, speck)
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, _GAP)
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(solid, outlines, -1, 255, cv2.FILLED)
    _, names, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    return np.asarray(names, np.int32), np.asarray(stats, np.int32)


def _row(layers: Layers, piece: Piece, window: Window) -> tuple[float, ...]:
    """Box, area, and the shares that move, are shadow, and fade out at the edge."""
    x, y, w, h = window
    cut = (slice(y, y + h), slice(x, x + w))
    size = max(int(np.count_nonzero(piece)), 1)
    moving = piece & (layers.moving[cut] > 0)
    light = layers.relit[cut]
    shadow = piece & (light > 0)
    moved = float(np.count_nonzero(moving) / size)
    relit = float(np.count_nonzero(shadow) / size)
    box = _box(piece & (layers.differs[cut] > 0), moving if moved > _TRIM else None, light)
    x1, x2, y1, y2 = box
    area = int(np.count_nonzero(piece[y1:y2, x1:x2]))
    soft = _softness(layers.difference, piece, window)
    return (x + x1, y + y1, x + x2, y + y2, area, moved, relit, soft)


def _box(piece: Piece, moving: Piece | None, light: Pixels) -> tuple[int, int, int, int]:
    """x1, x2, y1, y2 around what is surely part of it."""
    (x1, x2), (y1, y2) = _bulk(piece.sum(axis=0)), _bulk(piece.sum(axis=1))
    lit = cv2.morphologyEx((piece & (light == 0)).astype(np.uint8), cv2.MORPH_OPEN, _SPECK)
    if np.count_nonzero(lit) > _LIT * np.count_nonzero(piece):
        # What could be its shadow does not widen it; what is dark below it may be legs.
        x1, x2 = _bulk(lit.sum(axis=0))
        solid = piece[:, x1:x2] & (light[:, x1:x2] != MILD)
        y1, y2 = _bulk(solid.sum(axis=1) > _LEG * (x2 - x1))
    if moving is not None and moving[y1:y2, x1:x2].any():
        # What does not move with the rest stood there before, or is where it just was.
        part = moving[y1:y2, x1:x2]
        (left, right), (top, bottom) = _bulk(part.sum(axis=0)), _bulk(part.sum(axis=1))
        x1, x2, y1, y2 = x1 + left, x1 + right, y1 + top, y1 + bottom
    return x1, x2, y1, y2


def _bulk(counts: NDArray[np.integer] | NDArray[np.bool_]) -> tuple[int, int]:
    """From where to where all but the thin ends lie."""
    total = np.cumsum(counts)
    if not total[-1]:
        return 0, len(total)
    low = int(np.searchsorted(total, _TAIL * total[-1], side="right"))
    high = int(np.searchsorted(total, (1 - _TAIL) * total[-1], side="left")) + 1
    return low, high


def _softness(difference: Pixels, piece: Piece, window: Window) -> float:
    """How much of the difference just inside the outline is there just outside, 0–1."""
    x, y, w, h = window
    top, left = max(y - _RING, 0), max(x - _RING, 0)
    around = difference[top : y + h + _RING, left : x + w + _RING]
    shape = np.zeros(around.shape, np.uint8)
    shape[y - top : y - top + h, x - left : x - left + w] = piece
    inner = shape - cv2.erode(shape, _EDGE)
    grown = cv2.dilate(shape, _EDGE)
    outer = cv2.dilate(grown, _EDGE) - grown
    inside, outside = cv2.mean(around, inner)[0], cv2.mean(around, outer)[0]
    return outside / max(inside, 1.0)


def _split(part: Piece, least_px: float) -> list[tuple[Window, Piece]]:
    """Things that touch, taken apart where they are joined thinly, or so that boxes fit them."""
    h, w = part.shape
    whole: list[tuple[Window, Piece]] = [((0, 0, w, h), part)]
    thin = round(_THIN * min(w, h))
    if thin < 2:
        return whole
    pieces = _eroded(part, thin, least_px)
    if len(pieces) > 1 and not _stacked(pieces, _BESIDE):
        return pieces
    if np.count_nonzero(part) > _LOOSE * w * h:
        return whole
    for share in _THICKER:
        pieces = _eroded(part, round(share * min(w, h)), least_px)
        if len(pieces) > 1:
            fits = all(np.count_nonzero(one) > _TIGHT * one.size for _, one in pieces)
            return pieces if fits and not _stacked(pieces, _AHEAD) else whole
    return whole


def _eroded(part: Piece, reach: int, least_px: float) -> list[tuple[Window, Piece]]:
    """The parts that are left of it when `reach` pixels are taken off all around, grown again."""
    h, w = part.shape
    square = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    core = cv2.erode(np.pad(part.astype(np.uint8), reach), square)
    count, names, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=4)
    least_core = _LEAST_CORE * np.count_nonzero(core)
    pieces: list[tuple[Window, Piece]] = []
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] < least_core:
            continue
        grown = cv2.dilate((names == index).astype(np.uint8), square)
        piece = (grown[reach : reach + h, reach : reach + w] > 0) & part
        if np.count_nonzero(piece) >= least_px:
            x, y, pw, ph = cv2.boundingRect(piece.astype(np.uint8))
            pieces.append(((x, y, pw, ph), piece[y : y + ph, x : x + pw]))
    return pieces


def _stacked(pieces: list[tuple[Window, Piece]], most: float) -> bool:
    """Whether parts stand above each other, as a person's do."""
    left = max(x for (x, _, _, _), _ in pieces)
    right = min(x + w for (x, _, w, _), _ in pieces)
    return right - left > most * min(w for (_, _, w, _), _ in pieces)
