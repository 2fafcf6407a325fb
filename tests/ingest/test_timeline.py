"""The stream's clock on wall clock: smooth, growing, and right again after every jump."""

from __future__ import annotations

import itertools
import random

import pytest

from vedette.ingest.timeline import Timeline

S = 1_000_000
WALL = 1_700_000_000 * S
STEP = 40_000


def steps(times: list[int]) -> set[int]:
    return {b - a for a, b in itertools.pairwise(times)}


def test_without_delay_each_picture_has_its_arrival() -> None:
    line = Timeline()
    arrivals = [WALL + n * STEP for n in range(50)]
    assert [line.place(7 * S + n * STEP, at) for n, at in enumerate(arrivals)] == arrivals


def test_jitter_on_the_way_does_not_show() -> None:
    line, chance = Timeline(), random.Random(1)
    times = []
    for n in range(2_000):
        delay = 5_000 + abs(round(chance.gauss(0, 30_000)))
        times.append(line.place(n * STEP, WALL + n * STEP + delay))
    # After the first seconds the least delay is known, to a millisecond or two.
    settled = times[250:]
    assert all(abs(step - STEP) <= 2_000 for step in steps(settled))
    wrong = [t - (WALL + n * STEP) for n, t in enumerate(times)][250:]
    assert min(wrong) >= 0 and max(wrong) < 15_000
    assert all(step > 0 for step in steps(times))


def test_a_burst_at_the_beginning_is_not_taken_for_the_pace() -> None:
    line = Timeline()
    burst = [line.place(n * STEP, WALL) for n in range(50)]
    assert all(step >= 1 for step in steps(burst))
    after = [line.place((50 + n) * STEP, WALL + (n + 1) * STEP) for n in range(50)]
    assert after == [WALL + (n + 1) * STEP for n in range(50)]


def test_what_a_stalled_network_delivers_late_keeps_its_time() -> None:
    line = Timeline()
    for n in range(100):
        line.place(n * STEP, WALL + n * STEP)
    caught_up = WALL + 200 * STEP
    late = [line.place(n * STEP, max(caught_up, WALL + n * STEP)) for n in range(100, 300)]
    off = [t - (WALL + n * STEP) for n, t in zip(range(100, 300), late, strict=True)]
    assert max(off) < 10_000


@pytest.mark.parametrize("jump_s", [-3600, -2, 5, 86_400])
def test_a_jump_of_the_streams_clock_begins_anew_at_the_arrival(jump_s: int) -> None:
    line = Timeline()
    times = [line.place(n * STEP, WALL + n * STEP) for n in range(100)]
    times += [line.place(n * STEP + jump_s * S, WALL + n * STEP) for n in range(100, 200)]
    assert times == [WALL + n * STEP for n in range(200)]


@pytest.mark.parametrize("ppm", [-200, -50, 50, 200])
def test_drift_of_the_cameras_clock_is_followed(ppm: int) -> None:
    line = Timeline()
    t = real = 0
    for n in range(25 * 1800):
        real = WALL + n * STEP
        t = line.place(n * STEP + n * STEP * ppm // 1_000_000, real)
    assert abs(t - real) < 10_000


def test_pictures_sent_before_they_are_shown_keep_the_order_of_showing() -> None:
    line = Timeline()
    order = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]
    arrivals = [WALL + n * STEP for n in range(len(order))]
    times = {n: line.place(n * STEP, at) for n, at in zip(order, arrivals, strict=True)}
    assert sorted(times.values()) == [times[n] for n in sorted(times)]


def test_setting_this_machines_clock_back_does_not_freeze_the_times() -> None:
    line = Timeline()
    for n in range(100):
        line.place(n * STEP, WALL + n * STEP)
    back = WALL - 3600 * S
    times = [line.place(n * STEP, back + n * STEP) for n in range(100, 200)]
    assert times == [back + n * STEP for n in range(100, 200)]


def test_setting_it_forward_is_followed_within_half_a_minute() -> None:
    line = Timeline()
    for n in range(100):
        line.place(n * STEP, WALL + n * STEP)
    ahead = WALL + 3600 * S
    times = [line.place(n * STEP, ahead + n * STEP) for n in range(100, 100 + 25 * 30)]
    assert times[-1] == ahead + (100 + 25 * 30 - 1) * STEP
