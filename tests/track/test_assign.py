"""Likeness of boxes, and the best pairing."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.core.geometry import iou_matrix
from vedette.track.assign import best_pairs, likeness, nearness, others, overlap


def test_overlap_is_intersection_over_union() -> None:
    random = np.random.default_rng(4)
    low = random.uniform(0, 0.6, (9, 2))
    box = np.concatenate([low, low + random.uniform(0.05, 0.4, (9, 2))], axis=1)
    expected = iou_matrix(box[:4].astype(np.float32), box[4:].astype(np.float32))
    assert overlap(box[:4], box[4:]) == pytest.approx(expected, abs=1e-6)
    assert overlap(box[:0], box).shape == (0, 9)


def test_likeness_tells_who_walks_behind_from_who_walks_beside() -> None:
    me = np.array([[0.4, 0.4, 0.5, 0.8]])
    beside = np.array([[0.45, 0.4, 0.55, 0.8]])
    behind = np.array([[0.4, 0.3, 0.5, 0.5999]])
    assert overlap(me, beside)[0, 0] == pytest.approx(1 / 3)
    assert likeness(me, beside)[0, 0] == pytest.approx(1 / 3)
    assert likeness(me, behind)[0, 0] < 0.7 * overlap(me, behind)[0, 0]


@pytest.mark.parametrize(
    ("worth", "pairs"),
    [
        ([[0.9, 0.0], [0.0, 0.8]], [(0, 0), (1, 1)]),
        ([[0.9, 0.5], [0.6, 0.0]], [(0, 1), (1, 0)]),  # together 1.1 is more than 0.9
        ([[0.9, 0.3], [0.4, 0.0]], [(0, 0)]),  # a good pair is not parted for two weak ones
        ([[0.05, 0.0], [0.0, 0.09]], []),
        ([[0.2], [0.7], [0.5]], [(1, 0)]),
    ],
)
def test_best_pairs(worth: list[list[float]], pairs: list[tuple[int, int]]) -> None:
    rows, columns = best_pairs(np.array(worth), 0.1)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == pairs


def test_nearness_falls_with_distance_and_unlike_size() -> None:
    here = np.array([[0.5, 0.5, 0.1, 0.2]])
    seen = np.array([[0.5, 0.5, 0.1, 0.2], [0.55, 0.5, 0.1, 0.2], [0.7, 0.5, 0.1, 0.2]])
    near = nearness(here, np.array([0.1]), seen)[0]
    assert near == pytest.approx([1.0, 0.5, 0.0])
    other = nearness(here, np.array([0.1]), np.array([[0.5, 0.5, 0.3, 0.6]]))[0, 0]
    assert 0 < other < 0.5


def test_others() -> None:
    assert others(4, np.array([2, 0])).tolist() == [1, 3]
