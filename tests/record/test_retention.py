"""The policy: what goes, in which order, and what never does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.record.files import DAY_US, MINUTE_US, START_US, segment
from vedette.core.archive import Holding
from vedette.core.footage import KEEPS, Keep, Segment
from vedette.core.site import Keeping
from vedette.record.retention import (
    GIB,
    Shortage,
    choose,
    cutoff_us,
    excess,
    overdue,
    value_then_age,
)

FILES = some.tuples(
    some.sampled_from(("a", "b", "c")),
    some.sampled_from(("main", "sub")),
    some.integers(0, 60 * 24 * 40),
    some.integers(0, 5000),
    some.sampled_from(KEEPS),
    some.booleans(),
)
ARCHIVES = some.lists(FILES, max_size=25, unique_by=lambda one: one[:3]).map(
    lambda files: [
        segment(minute, camera=camera, stream=stream, size=size, keep=keep, open=is_open)
        for camera, stream, minute, size, keep, is_open in files
    ]
)
"""Files of a few streams, of any class, some of them still open, in any order."""
# How long drawing takes says how busy the machine is, nothing else.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def newest_of(files: Sequence[Segment]) -> set[str]:
    """The newest of each stream."""
    last = {(one.camera, one.stream): one for one in sorted(files, key=lambda one: one.start_us)}
    return {one.id for one in last.values()}


@patiently
@given(ARCHIVES, some.integers(-10, 40_000))
def test_what_goes_is_enough_and_least_valuable(files: list[Segment], needed: int) -> None:
    newest = newest_of(files)
    gone = choose(files, needed, newest)
    staying = [one for one in files if one not in gone]
    # Never what somebody wants, writes or has nothing newer than.
    assert not [one for one in gone if one.keep == "pinned" or one.open or one.id in newest]
    # As much as is needed, or all there is.
    could = [one for one in files if one.keep != "pinned" and not one.open and one.id not in newest]
    assert sum(one.size for one in gone) >= min(needed, sum(one.size for one in could))
    # In order, and nothing that stays and could go is worth less than what goes.
    order = [(KEEPS.index(one.keep), one.start_us) for one in gone]
    assert order == sorted(order)
    left = [value_then_age(one) for one in staying if one in could]
    assert not (gone and left) or value_then_age(gone[-1]) < min(left)
    # Not one file too many.
    assert not gone or sum(one.size for one in gone[:-1]) < needed


@patiently
@given(ARCHIVES, some.integers(0, 45), some.integers(0, 45), some.integers(0, 45))
def test_age_takes_all_that_is_too_old_and_nothing_else(
    files: list[Segment], continuous: int, motion: int, alarm: int
) -> None:
    keeping = Keeping(continuous_days=continuous, motion_days=motion, alarm_days=alarm)
    days: dict[Keep, int] = {"continuous": continuous, "motion": motion, "alarm": alarm}
    now_us, newest = START_US + 41 * DAY_US, newest_of(files)
    gone = overdue(files, keeping, now_us, newest)
    for one in files:
        old = days.get(one.keep, 0) and one.end_us < now_us - days[one.keep] * DAY_US
        assert (one in gone) == bool(old and not one.open and one.id not in newest)


def test_zero_days_means_as_long_as_it_fits() -> None:
    assert cutoff_us(Keeping(motion_days=0), "motion", START_US) is None
    assert cutoff_us(Keeping(alarm_days=0.5), "alarm", START_US) == START_US - DAY_US // 2
    assert cutoff_us(Keeping(), "pinned", START_US) is None


def held(camera: str, size: int, keep: Keep = "continuous") -> Holding:
    """So many bytes of a camera."""
    return Holding(
        camera=camera,
        keep=keep,
        tier="fast",
        files=1,
        size=size,
        media_us=MINUTE_US,
        oldest_us=START_US,
        newest_us=START_US + DAY_US,
    )


def test_a_camera_may_take_so_much_and_no_more() -> None:
    holdings = [held("a", 3 * GIB), held("a", GIB, "alarm"), held("b", 9 * GIB)]
    assert excess(holdings, "a", Keeping(most_gib=2.5)) == 3 * GIB // 2
    assert excess(holdings, "a", Keeping(most_gib=4)) == 0
    assert excess(holdings, "b", Keeping()) == 0


@pytest.mark.parametrize(
    ("free", "warned", "needed"),
    [
        (100, False, 0),  # plenty
        (20, False, 0),  # just enough for everybody
        (19, True, 0),  # people are told first
        (10, True, 0),
        (4, True, 6),  # then space is made
    ],
)
def test_people_are_told_before_anything_is_freed(free: int, warned: bool, needed: int) -> None:
    disk = Shortage(tier="fast", total=1000, free=free, warn_free=20, min_free=10)
    assert (disk.warned, disk.needed) == (warned, needed)
