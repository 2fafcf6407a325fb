"""One box per object: greedy suppression, by group of classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vedette.core.geometry import area, iou_matrix
from vedette.core.media import Boxes

__all__ = ["inside_matrix", "settled", "suppress"]

_MOST = 300
"""Boxes looked at, best first; more are noise and cost quadratically."""
_AGREE = 0.6


def suppress(
    box: Boxes, score: NDArray[np.float32], group: NDArray[np.intp], overlap: float
) -> NDArray[np.intp]:
    """Indices that stay, best first: of boxes of one group that overlap more, the best one."""
    order = _best_first(score)
    shared = _shared(box[order], group[order])
    return order[_alive(shared, overlap)]


def settled(
    box: Boxes, score: NDArray[np.float32], group: NDArray[np.intp], overlap: float
) -> tuple[NDArray[np.intp], Boxes]:
    """The same, and each box that stays as the mean of those that agree with it.

    Which of many near-equal boxes wins is chance; their mean hardly trembles from frame to frame.
    """
    order = _best_first(score)
    shared = _shared(box[order], group[order])
    alive = _alive(shared, overlap)
    agree = shared[alive]
    weight = np.where(agree < _AGREE, 0, agree**4 * score[order] ** 2)
    mean = weight @ box[order] / weight.sum(axis=1, keepdims=True)
    return order[alive], np.asarray(mean, np.float32)


def _best_first(score: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.argsort(-score, kind="stable")[:_MOST]


def _shared(box: Boxes, group: NDArray[np.intp]) -> NDArray[np.float32]:
    """float32[n, n] intersection over union, 0 between groups."""
    shared = iou_matrix(box, box)
    shared[group[:, None] != group[None, :]] = 0
    return shared


def _alive(shared: NDArray[np.float32], overlap: float) -> NDArray[np.bool_]:
    rivals = shared > overlap
    alive = np.ones(len(shared), np.bool_)
    for index in range(len(shared)):
        if alive[index]:
            alive[index + 1 :] &= ~rivals[index, index + 1 :]
    return alive


def inside_matrix(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """float32[len(a), len(b)]: which share of each box of `a` lies inside each of `b`."""
    left = np.maximum(a[:, None, :2], b[None, :, :2])
    right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(right - left, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    return np.asarray(shared / np.maximum(area(a)[:, None], np.float32(1e-12)), np.float32)
