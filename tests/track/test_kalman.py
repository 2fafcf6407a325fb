"""The filters give what textbook filters give, and forget nothing by being asked."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.track.kalman import Filters, corners, middles

STEP_US = 100_000


def textbook(measured: list[float]) -> tuple[float, float]:
    """Place and speed along one axis by the matrix form, in units of the box's size."""
    noise, shove, dt = 0.07**2, 1.0, STEP_US / 1e6
    state = np.array([measured[0], 0.0])
    spread = np.diag([noise, 3.0**2])
    flow = np.array([[1.0, dt], [0.0, 1.0]])
    shaken = shove * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    for one in measured[1:]:
        state, spread = flow @ state, flow @ spread @ flow.T + shaken
        gain = spread[:, 0] / (spread[0, 0] + noise)
        state = state + gain * (one - state[0])
        spread = spread - np.outer(gain, spread[0])
    return float(state[0]), float(state[1])


def test_it_is_the_textbook_filter() -> None:
    random = np.random.default_rng(3)
    measured = [0.3 + 0.02 * n + float(random.normal(0, 0.004)) for n in range(12)]
    filters = Filters()
    for n, x in enumerate(measured):
        seen = np.array([[x, 0.5, 0.1, 0.1]])
        if n == 0:
            filters.advance(0)
            filters.add(seen, np.array([3.0]), 0)
            continue
        expected = filters.expected(n * STEP_US)
        filters.advance(n * STEP_US)
        filters.correct(slice(None), seen, expected, n * STEP_US)
    place, speed = textbook(measured)
    assert filters.state[0, 0] == pytest.approx(place)
    assert filters.velocity[0, 0] == pytest.approx(speed)


def test_rows_are_filtered_apart() -> None:
    """Rows given by number do what all rows given at once do."""
    both, apart = Filters(), Filters()
    for filters in (both, apart):
        filters.add(np.array([[0.2, 0.5, 0.1, 0.2], [0.7, 0.4, 0.2, 0.1]]), np.full(2, 3.0), 0)
    seen = np.array([[0.22, 0.5, 0.1, 0.2], [0.69, 0.42, 0.2, 0.11]])
    for filters in (both, apart):
        filters.advance(STEP_US)
    expected = both.expected(STEP_US)
    both.correct(slice(None), seen, expected, STEP_US)
    for row in (1, 0):
        apart.correct(np.array([row]), seen[[row]], expected, STEP_US)
    assert np.allclose(both.state, apart.state)
    assert np.allclose(both.velocity, apart.velocity)


@pytest.mark.parametrize(
    ("after_s", "least", "most"),
    [
        (0.1, 0.0099, 0.0101),  # a moment later it goes on
        (1.0, 0.08, 0.10),  # then it slows down
        (100.0, 0.12, 0.14),  # and stands
    ],
)
def test_who_is_not_seen_slows_down(after_s: float, least: float, most: float) -> None:
    filters = Filters()
    filters.add(np.array([[0.5, 0.5, 0.1, 0.2]]), np.array([3.0]), 0)
    filters.velocity[0] = [0.1, 0.0, 0.0, -0.2]
    state = filters.expected(round(after_s * 1e6))
    assert least <= state[0, 0] - 0.5 <= most
    assert state[0, 3] >= 0.1


def test_corners_and_middles_are_inverse() -> None:
    box = np.array([[0.1, 0.2, 0.4, 0.8], [0.0, 0.0, 1.0, 1.0]])
    assert np.allclose(middles(box), [[0.25, 0.5, 0.3, 0.6], [0.5, 0.5, 1.0, 1.0]])
    assert np.allclose(corners(middles(box)), box)
