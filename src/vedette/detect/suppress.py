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
    order = np.argsort(-score, kind="stable")[:_MOST]
    box, group = box[order], group[order]
    rivals = (iou_matrix(box, box) > overlap) & (group[:, None] == group[None, :])
    alive = np.ones(len(order), np.bool_)
    for index in range(len(order)):
        if alive[index]:
            alive[index + 1 :] &= ~rivals[index, index + 1 :]
    return order[alive]


def settled(
    box: Boxes, score: NDArray[np.float32], group: NDArray[np.intp], stay: NDArray[np.intp]
) -> Boxes:
    """float32[len(stay), 4]: each box that stays, as the mean of those that agree with it.

    Which of many near-equal boxes wins is chance; their mean hardly trembles from frame to frame.
    """
    agree = iou_matrix(box[stay], box)
    agree[(agree < _AGREE) | (group[stay][:, None] != group[None, :])] = 0
    weight = agree**4 * score[None, :] ** 2
    return np.asarray(weight @ box / weight.sum(axis=1, keepdims=True), np.float32)


def inside_matrix(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """float32[len(a), len(b)]: which share of each box of `a` lies inside each of `b`."""
    left = np.maximum(a[:, None, :2], b[None, :, :2])
    right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(right - left, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    return np.asarray(shared / np.maximum(area(a)[:, None], np.float32(1e-12)), np.float32)
