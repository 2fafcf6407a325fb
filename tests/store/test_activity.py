"""What moved when: nothing gets lost in coarser buckets, the calendar knows its time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.values import DAY_US, MINUTE_US, START_US, file
from vedette.core.archive import ActivityStore, Day
from vedette.core.errors import ConfigError, StoreError
from vedette.core.footage import Activity, ObservationChunk
from vedette.store import Store
from vedette.store.buckets import BUCKET_US, HOUR, Buckets

TEN_US = START_US // BUCKET_US * BUCKET_US
numbers = count()
in_one_store = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def moved(bucket: int, motion: float = 1.0, **changed: object) -> Activity:
    """Activity so many buckets after the start."""
    full = Activity(camera="gate", start_us=TEN_US + bucket * BUCKET_US, motion=motion, objects=2)
    return replace(full, **changed)  # type: ignore[arg-type]  # fields by name


def us(text: str) -> int:
    """A moment of UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def test_the_store_is_what_the_contract_asks_for(store: Store) -> None:
    contract: ActivityStore = store.activity
    contract.put_activity([])
    contract.put_chunks([])
    assert contract.activity("gate", (0, START_US), buckets=9) == []
    assert contract.activity("gate", (5, 5), buckets=9) == []
    assert contract.chunks("gate", (0, START_US)) == ()
    assert contract.days("gate", (0, START_US), time_zone="UTC") == ()
    assert contract.forget_before("gate", START_US) == 0


def test_buckets_come_back_where_something_happened(store: Store) -> None:
    rows = [moved(0), moved(7, 0.0, objects=0, events=3), moved(400, 0.2)]
    store.activity.put_activity([*rows, moved(3, 0.0, objects=0), moved(1, camera="yard")])
    span = (TEN_US, TEN_US + 500 * BUCKET_US)
    found = store.activity.activity("gate", span, buckets=500)
    assert [replace(one, motion=round(one.motion, 4)) for one in found] == rows


def test_a_bucket_takes_the_larger_values_and_the_same_again_changes_nothing(store: Store) -> None:
    span = (TEN_US, TEN_US + BUCKET_US)
    store.activity.put_activity([moved(0, 1 / 3, objects=1, events=4)])
    store.activity.put_activity([moved(0, 0.25, objects=5, events=1)])
    [found] = store.activity.activity("gate", span, buckets=1)
    assert (found.objects, found.events) == (5, 4)
    assert found.motion == pytest.approx(1 / 3, abs=1e-4)
    store.activity.put_activity([found])
    assert store.activity.activity("gate", span, buckets=1) == [found]


def test_the_smallest_motion_is_not_none(store: Store) -> None:
    store.activity.put_activity([moved(0, 1e-4, objects=0)])
    assert len(store.activity.activity("gate", (TEN_US, TEN_US + 5), buckets=1)) == 1


@given(
    rows=st.dictionaries(st.integers(0, 20_000), st.integers(1, 1_000), max_size=30),
    first=st.integers(0, 10_000),
    length=st.integers(1, 20_000),
    buckets=st.integers(1, 300),
)
@in_one_store
def test_nothing_gets_lost_in_coarser_buckets(
    lasting_store: Store, rows: dict[int, int], first: int, length: int, buckets: int
) -> None:
    camera = f"c{next(numbers)}"
    lasting_store.activity.put_activity(
        [moved(at, much / 1_000, camera=camera, events=1) for at, much in rows.items()]
    )
    span = (TEN_US + first * BUCKET_US, TEN_US + (first + length) * BUCKET_US)
    found = lasting_store.activity.activity(camera, span, buckets=buckets)
    # Long buckets are read from rows of two minutes, so that much may lie across the span's ends.
    within = {at for at in rows if first <= at < first + length}
    near = {at for at in rows if first - 12 <= at < first + length + 12}
    assert len(within) <= sum(one.events for one in found) <= len(near)
    if within:
        most = max(rows[at] for at in within) / 1_000
        assert max(one.motion for one in found) >= most - 1e-4
    starts = [one.start_us for one in found]
    assert starts == sorted(set(starts))
    assert all(span[0] <= start < span[1] for start in starts)


def test_a_row_that_cannot_be_read_is_named() -> None:
    with pytest.raises(StoreError, match="activity of 7 cannot be read"):
        Buckets.unpack(HOUR, 7, b"nonsense")


def chunk(second: int, **changed: object) -> ObservationChunk:
    """A minute of packed tracks."""
    start_us = START_US + second * 1_000_000
    full = ObservationChunk(
        camera="gate", start_us=start_us, end_us=start_us + MINUTE_US, frames=480, data=b"\0\xff'"
    )
    return replace(full, **changed)  # type: ignore[arg-type]  # fields by name


def test_chunks_are_found_by_the_spans_they_overlap(store: Store) -> None:
    store.activity.put_chunks([chunk(60), chunk(0), chunk(120), chunk(0, camera="yard")])
    store.activity.put_chunks([chunk(60, data=b"again")])
    span = (START_US + 59_000_000, START_US + 61_000_000)
    assert store.activity.chunks("gate", span) == (chunk(0), chunk(60, data=b"again"))
    assert store.activity.chunks("gate", (chunk(120).end_us, chunk(120).end_us + 1)) == ()


def test_a_chunk_of_an_hour_is_refused(store: Store) -> None:
    with pytest.raises(ConfigError, match="too long"):
        store.activity.put_chunks([chunk(0, end_us=START_US + 60 * MINUTE_US)])


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", ["2025-03-30", "2025-03-31"]),
        # The day on which clocks go forward there.
        ("Europe/Berlin", ["2025-03-30", "2025-03-31"]),
        ("Asia/Kathmandu", ["2025-03-31"]),
        ("America/Los_Angeles", ["2025-03-30"]),
    ],
)
def test_days_are_those_of_the_time_zone(store: Store, zone: str, days: list[str]) -> None:
    store.footage.put(
        [file(start_us=us(f"2025-03-30T{at}"), media_us=1) for at in ("19:00", "21:15")]
    )
    store.footage.put([file(start_us=us("2025-03-31T00:30"), media_us=1)])
    span = (us("2025-03-01"), us("2025-05-01"))
    assert [one.day for one in store.activity.days("gate", span, time_zone=zone)] == days


def test_a_day_says_how_much_there_is(store: Store) -> None:
    store.footage.put([file(0), file(1), file(0, stream="sub")])
    store.activity.put_activity([moved(0, 0.5, events=1), moved(300, 0.25, events=2)])
    store.activity.put_activity([moved(8_640, 0.0, events=1)])
    first, second = store.activity.days("gate", (0, START_US + 9 * DAY_US), time_zone="UTC")
    seconds = 2 * (60 - 0.04)
    assert replace(first, motion=round(first.motion, 4)) == Day(
        day="2025-11-13", footage_s=seconds, motion=0.5, events=3
    )
    assert second == Day(day="2025-11-14", footage_s=0, motion=0, events=1)
    store.footage.forget([file(0).id, file(1).id, file(0, stream="sub").id])
    [first, _] = store.activity.days("gate", (0, START_US + 9 * DAY_US), time_zone="UTC")
    assert first.footage_s == 0


def test_an_unknown_time_zone_is_named(store: Store) -> None:
    with pytest.raises(ConfigError, match="'Mars' is no time zone"):
        store.activity.days("gate", (0, 1), time_zone="Mars")


def test_what_is_older_is_forgotten(store: Store) -> None:
    store.activity.put_chunks([chunk(0), chunk(3_600 * 50), chunk(0, camera="yard")])
    store.activity.put_activity([moved(0), moved(360 * 50)])
    gone = store.activity.forget_before("gate", START_US + 49 * 60 * MINUTE_US)
    assert gone == 3  # a chunk, an hour, a day
    always = (0, 2**60)
    assert store.activity.chunks("gate", always) == (chunk(3_600 * 50),)
    assert store.activity.chunks("yard", always) == (chunk(0, camera="yard"),)
