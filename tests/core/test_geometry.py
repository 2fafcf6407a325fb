"""Points, boxes and crossings."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.core.facts import Point
from vedette.core.geometry import (
    Anchor,
    anchor_of,
    contains,
    crossing,
    crossings,
    distance,
    iou,
    iou_matrix,
)

DOWN = ((0.5, 0.0), (0.5, 1.0))
"""A line from top to bottom: right in the picture is to its left."""
BENT = ((0.5, 0.0), (0.5, 0.5), (1.0, 0.5))
SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), (0.2, 0.2))


@pytest.mark.parametrize(
    ("anchor", "point"), [("foot", (0.3, 0.8)), ("centre", (0.3, 0.5)), ("top", (0.3, 0.2))]
)
def test_anchors(anchor: Anchor, point: Point) -> None:
    assert anchor_of((0.2, 0.2, 0.4, 0.8), anchor) == pytest.approx(point)


@pytest.mark.parametrize(
    ("before", "after", "net", "at"),
    [
        ((0.4, 0.5), (0.6, 0.5), -1, 0.5),
        ((0.6, 0.5), (0.4, 0.5), 1, 0.5),
        ((0.1, 0.5), (0.6, 0.5), -1, 0.8),
        ((0.4, 0.5), (0.45, 0.5), 0, None),
        ((0.4, 0.5), (0.4, 0.9), 0, None),
    ],
)
def test_steps_across_a_line(before: Point, after: Point, net: int, at: float | None) -> None:
    assert crossings(DOWN, before, after) == net
    hit = crossing(DOWN, before, after)
    assert (hit is None) == (at is None)
    if hit is not None:
        assert hit[0] == ("right" if net > 0 else "left")
        assert hit[1] == pytest.approx(at)


@pytest.mark.parametrize(
    ("before", "after", "net"),
    [
        ((0.4, 0.6), (0.6, 0.4), -1),  # exactly through the corner
        ((0.4, 0.4), (0.6, 0.6), 0),  # touches the corner from outside, or goes in and out
        ((0.4, 0.2), (0.6, 0.7), 0),  # in through one side and out through the other
        ((0.3, 0.2), (0.7, 0.2), -1),
        ((0.7, 0.9), (0.7, 0.2), -1),
        ((0.3, 0.9), (0.9, 0.9), 0),
    ],
)
def test_steps_across_a_corner(before: Point, after: Point, net: int) -> None:
    assert crossings(BENT, before, after) == net
    assert crossings(BENT, after, before) == -net


grid = st.integers(0, 10).map(lambda n: n / 10)
points = st.tuples(grid, grid)
anywhere = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(st.lists(points, min_size=2, max_size=12))
def test_a_closed_way_across_an_endless_line_sums_to_nothing(way: list[Point]) -> None:
    """Also with points exactly on the line, and along it."""
    endless = ((0.5, -9.0), (0.5, 9.0))
    steps = zip([way[-1], *way], way, strict=False)
    assert sum(crossings(endless, before, after) for before, after in steps) == 0


@given(st.lists(points | anywhere, min_size=2, max_size=12))
def test_crossings_of_a_border_tell_who_is_inside(way: list[Point]) -> None:
    """The border runs clockwise in the picture, so its inside is to its right."""
    way = [(0.05, 0.07), *way, (0.93, 0.51)]
    assert sum(crossings(SQUARE, a, b) for a, b in itertools.pairwise(way)) == 0
    way[-1] = (0.33, 0.51)
    assert sum(crossings(SQUARE, a, b) for a, b in itertools.pairwise(way)) == 1


@given(st.lists(anywhere, min_size=2, max_size=12))
def test_crossings_and_containment_agree(way: list[Point]) -> None:
    # A hair's breadth aside, so that no point lies exactly on the border.
    way = [(x * 0.999_7 + 1.1e-4, y * 0.999_7 + 1.3e-4) for x, y in way]
    net = sum(crossings(SQUARE, a, b) for a, b in itertools.pairwise(way))
    inside = [int(contains(SQUARE[:-1], point)) for point in (way[0], way[-1])]
    assert net == inside[1] - inside[0]


@pytest.mark.parametrize(
    ("point", "unit", "away"),
    [
        ((0.4, 0.5), (1.0, 1.0), 0.1),
        ((0.4, 0.5), (0.1, 1.0), 1.0),  # one width away
        ((0.7, 0.9), (1.0, 0.2), 2.0),  # two heights below the second side
        ((0.5, -0.3), (1.0, 1.0), 0.3),  # beyond an end
        ((0.5, 0.25), (0.1, 0.1), 0.0),
    ],
)
def test_distance_from_a_fence(point: Point, unit: Point, away: float) -> None:
    assert distance(BENT, point, unit) == pytest.approx(away)


def test_distance_from_a_fence_without_length() -> None:
    assert distance(((0.5, 0.5), (0.5, 0.5)), (0.8, 0.9)) == pytest.approx(0.5)
    assert math.isinf(distance((), (0.5, 0.5)))


@pytest.mark.parametrize(
    ("point", "inside"),
    [((0.5, 0.5), True), ((0.1, 0.5), False), ((0.5, 0.9), False), ((0.79, 0.79), True)],
)
def test_points_in_a_polygon(point: Point, inside: bool) -> None:
    assert contains(SQUARE[:-1], point) == inside


def test_overlap_of_one_and_of_many_agree() -> None:
    random = np.random.default_rng(5)
    low = random.uniform(0, 0.6, (6, 2))
    box = np.concatenate([low, low + random.uniform(0.1, 0.4, (6, 2))], axis=1).astype(np.float32)
    matrix = iou_matrix(box, box)
    for row in range(6):
        for column in range(6):
            one, other = box[row].tolist(), box[column].tolist()
            pair = iou((one[0], one[1], one[2], one[3]), (other[0], other[1], other[2], other[3]))
            assert matrix[row, column] == pytest.approx(pair, abs=1e-5)
