"""The analysed rate is the one asked for, whatever the stream's own is."""

from __future__ import annotations

import itertools
import random

import pytest

from vedette.ingest.sampler import Sampler

S = 1_000_000


def picked(sampler: Sampler, times: list[int]) -> list[int]:
    found = []
    for t in times:
        sampler.see(t)
        if sampler.take(t):
            found.append(t)
    return found


def rate(times: list[int]) -> float:
    return (len(times) - 1) * S / (times[-1] - times[0])


@pytest.mark.parametrize("stream_fps", [10, 12.5, 15, 16.667, 24, 25, 29.97, 30, 60])
@pytest.mark.parametrize("fps", [0.5, 1, 2, 3, 5, 7, 8, 9])
def test_the_rate_is_true_and_even(stream_fps: float, fps: float) -> None:
    step = S / stream_fps
    found = picked(Sampler(fps), [round(n * step) for n in range(round(60 * stream_fps))])
    assert rate(found) == pytest.approx(fps, abs=0.05 * fps)
    gaps = [b - a for a, b in itertools.pairwise(found)]
    assert max(gaps) - S / fps <= step + 2
    assert S / fps - min(gaps) <= step + 2


def test_a_rate_above_the_streams_takes_every_picture() -> None:
    times = [n * 100_000 for n in range(50)]
    assert picked(Sampler(60), times) == times


@pytest.mark.parametrize("fps", [2, 5, 8])
def test_jitter_of_the_streams_clock_does_not_change_the_rate(fps: float) -> None:
    chance = random.Random(2)
    times = sorted(n * 40_000 + chance.randrange(-15_000, 15_000) for n in range(1500))
    assert rate(picked(Sampler(fps), times)) == pytest.approx(fps, rel=0.01)


def test_after_a_gap_pictures_do_not_come_in_a_hurry() -> None:
    sampler = Sampler(2)
    picked(sampler, [n * 40_000 for n in range(100)])
    after = picked(sampler, [20 * S + n * 40_000 for n in range(50)])
    assert len(after) <= 5


def test_after_a_jump_the_next_picture_is_wanted() -> None:
    sampler = Sampler(1)
    picked(sampler, [100 * S])
    sampler.reset()
    assert picked(sampler, [5 * S]) == [5 * S]


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Sampler(0)
