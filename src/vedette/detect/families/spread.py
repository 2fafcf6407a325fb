"""Boxes as distances to four sides, each a distribution over whole cells (GFL heads)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vedette.detect.families.family import Floats, Found, Signature, pick
from vedette.detect.families.grid import cells
from vedette.detect.networks.network import Tensors

__all__ = ["fits", "gathered", "seen"]


def fits(signature: Signature, strides: tuple[int, ...]) -> bool:
    """Whether outputs are scores of each grid, then distances of each."""
    shapes = [one.sides for one in signature.outputs]
    half = len(strides)
    if len(shapes) != 2 * half or any(len(shape) != 3 for shape in shapes):
        return False
    counts = sorted(cells(signature.size, (stride,)) for stride in strides)
    reach = {shape[2] for shape in shapes[half:]}
    return (
        sorted(shape[1] for shape in shapes[:half]) == counts
        and sorted(shape[1] for shape in shapes[half:]) == counts
        and len(reach) == 1
        and min(reach) % 4 == 0
    )


def gathered(outputs: Tensors) -> Iterator[tuple[Floats, Floats]]:
    """Of each picture float32[cells, classes] scores and float32[cells, 4 * bins], finest first."""
    arrays = [np.asarray(one, np.float32) for one in outputs.values()]
    half = len(arrays) // 2
    scores, bins = (
        np.concatenate(sorted(part, key=lambda one: -one.shape[1]), axis=1)
        for part in (arrays[:half], arrays[half:])
    )
    return zip(scores, bins, strict=True)


def seen(scores: Floats, bins: Floats, centres: Floats, stride: Floats, floor: float) -> Found:
    """Boxes of one picture: distances in cells from each centre in pixels."""
    rows, kind, score = pick(scores, floor)
    reach = _expected(bins[rows]) * stride[rows]
    at = centres[rows]
    box = np.concatenate([at - reach[:, :2], at + reach[:, 2:]], axis=1)
    return Found(box=box, score=score, kind=kind)


def _expected(bins: Floats) -> Floats:
    """float32[n, 4 * bins] → float32[n, 4] left, top, right, bottom."""
    spread = bins.reshape(len(bins), 4, -1)
    weight = np.exp(spread - spread.max(axis=2, keepdims=True))
    weight /= weight.sum(axis=2, keepdims=True)
    return np.asarray(weight @ np.arange(spread.shape[2], dtype=np.float32), np.float32)
