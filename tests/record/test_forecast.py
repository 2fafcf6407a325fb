"""The forecast, held against the policy itself run over drawn archives."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.record.files import DAY_US, START_US, segment
from vedette.core.archive import Holding
from vedette.core.footage import Keep, Segment
from vedette.core.site import Keeping
from vedette.record.forecast import forecast, rates
from vedette.record.retention import GIB, choose, overdue

Daily = Mapping[str, Mapping[Keep, int]]


def run_policy(daily: Daily, keeping: Mapping[str, Keeping], capacity: int, days: int) -> Daily:
    """How many days of each class there are after that many days of recording and freeing."""
    files: list[Segment] = []
    for day in range(days):
        now_us = START_US + day * DAY_US
        for number, (camera, by_keep) in enumerate(daily.items()):
            for place, (keep, size) in enumerate(by_keep.items()):
                start_us = now_us + 10 * number + place
                files.append(segment(camera=camera, start_us=start_us, size=size, keep=keep))
        for camera, wanted in keeping.items():
            own = [one for one in files if one.camera == camera]
            gone = overdue(own, wanted, now_us + DAY_US, ())
            left = [one for one in own if one not in gone]
            if wanted.most_gib:
                over = sum(one.size for one in left) - round(wanted.most_gib * GIB)
                gone += choose(left, over, ())
            files = [one for one in files if one not in gone]
        gone = choose(files, sum(one.size for one in files) - capacity, ())
        files = [one for one in files if one not in gone]
    return {
        camera: {
            keep: sum(one.camera == camera and one.keep == keep for one in files)
            for keep in by_keep
        }
        for camera, by_keep in daily.items()
    }


CASES: dict[str, tuple[Daily, dict[str, Keeping], int]] = {
    "all fits": ({"a": {"continuous": 10}}, {"a": Keeping(continuous_days=20)}, 1000),
    "the disk is too small": ({"a": {"continuous": 10}}, {"a": Keeping(continuous_days=20)}, 120),
    "the oldest of all goes first": (
        {"a": {"continuous": 10}, "b": {"continuous": 30}},
        {"a": Keeping(continuous_days=20), "b": Keeping(continuous_days=20)},
        400,
    ),
    "one asks for less than fits": (
        {"a": {"continuous": 10}, "b": {"continuous": 30}},
        {"a": Keeping(continuous_days=5), "b": Keeping(continuous_days=30)},
        650,
    ),
    "what moved outlives what did not": (
        {"a": {"motion": 20, "continuous": 10}},
        {"a": Keeping(continuous_days=20, motion_days=15)},
        400,
    ),
    "one camera has a limit of its own": (
        {"a": {"continuous": GIB}, "b": {"continuous": GIB}},
        {"a": Keeping(continuous_days=20, most_gib=7), "b": Keeping(continuous_days=20)},
        100 * GIB,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_forecast_is_what_the_policy_does(case: str) -> None:
    daily, keeping, capacity = CASES[case]
    done = run_policy(daily, keeping, capacity, 60)
    for one in forecast(daily, keeping, capacity):
        assert one.keeps_days is not None
        assert one.keeps_days == pytest.approx(done[one.camera]["continuous"], abs=1.0)
        assert one.bytes_per_day == sum(daily[one.camera].values())


def test_what_nothing_ends_has_no_end() -> None:
    daily: Daily = {"a": {"continuous": 10}, "b": {"motion": 10}}
    endless = forecast(daily, {"a": Keeping(continuous_days=0), "b": Keeping()}, None)
    assert [one.keeps_days for one in endless] == [None, 30.0]
    (full,) = forecast({"a": {"continuous": 10}}, {"a": Keeping(continuous_days=0)}, 190)
    assert full.keeps_days == pytest.approx(19)


def test_cameras_that_are_gone_are_not_forecast() -> None:
    assert forecast({"old": {"continuous": 10}}, {}, 100) == ()


def test_rates_are_what_there_is_over_its_age() -> None:
    def held(keep: Keep, size: int, days: float, tier: str = "fast") -> Holding:
        return Holding(
            camera="a",
            keep=keep,
            tier=tier,  # type: ignore[arg-type]  # a tier's name
            files=1,
            size=size,
            media_us=0,
            oldest_us=START_US - round(days * DAY_US),
            newest_us=START_US,
        )

    holdings = [
        held("continuous", 500, 5),
        held("continuous", 500, 10, "slow"),
        held("alarm", 90, 30),
        held("pinned", 10_000, 30),
        held("motion", 1, 0),  # just begun: an hour is the least to judge by
    ]
    assert rates(holdings, START_US) == {
        "a": {"continuous": 100.0, "alarm": 3.0, "motion": pytest.approx(24.0)}
    }
