"""When a schedule is active: by wall clocks, across midnight and clock changes."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from vedette.core.schedule import ALWAYS, Schedule, Weekday, Window, covers

BERLIN = "Europe/Berlin"
NIGHT = Window(start="22:00", end="06:00")
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")


def us(local: str, zone: str = BERLIN, *, fold: int = 0) -> int:
    """Microseconds at a local time; `fold` 1 is the second of two that look alike."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(moment.timestamp() * 1_000_000)


def active(window: Window, t_us: int, zone: str = BERLIN) -> bool:
    return covers(Schedule(windows=(window,)), t_us, zone)


@pytest.mark.parametrize(
    ("local", "inside"),
    [
        ("2026-11-20T21:59:59", False),
        ("2026-11-20T22:00:00", True),
        ("2026-11-20T23:59:59", True),
        ("2026-11-21T00:00:00", True),
        ("2026-11-21T05:59:59", True),
        ("2026-11-21T06:00:00", False),
        ("2026-11-21T12:00:00", False),
    ],
)
def test_a_night_goes_across_midnight(local: str, inside: bool) -> None:
    assert active(NIGHT, us(local)) == inside


@pytest.mark.parametrize(
    ("local", "inside"),
    [
        ("2026-11-20T23:00", True),  # Friday
        ("2026-11-21T03:00", True),  # Saturday, but of Friday's night
        ("2026-11-21T23:00", False),  # Saturday's own
        ("2026-11-22T03:00", False),
        ("2026-11-23T03:00", False),  # Monday, but of Sunday's night
        ("2026-11-23T23:00", True),
    ],
)
def test_a_night_belongs_to_the_day_it_begins_on(local: str, inside: bool) -> None:
    assert active(Window(days=WEEK, start="22:00", end="06:00"), us(local)) == inside


@pytest.mark.parametrize(
    ("evening", "hours"),
    [
        ("2026-11-20T12:00", 8),
        ("2026-03-28T12:00", 7),  # clocks go forward
        ("2026-10-24T12:00", 9),  # clocks go back
    ],
)
def test_a_night_keeps_its_local_hours_when_clocks_change(evening: str, hours: int) -> None:
    noon = us(evening)
    minutes = [active(NIGHT, noon + minute * 60_000_000) for minute in range(24 * 60)]
    assert sum(minutes) == hours * 60
    changes = [before for before, after in itertools.pairwise(minutes) if before != after]
    assert changes == [False, True]


@pytest.mark.parametrize(
    ("window", "day", "hours"),
    [
        (Window(start="02:00", end="03:00"), "2026-10-25", 2.0),  # the hour comes twice
        (Window(start="02:00", end="03:00"), "2026-03-29", 0.0),  # the hour does not come
        (Window(start="01:30", end="03:30"), "2026-03-29", 1.0),
        (Window(start="00:00", end="24:00"), "2026-03-29", 23.0),
        (Window(start="00:00", end="24:00"), "2026-10-25", 25.0),
        (Window(start="00:00", end="00:00"), "2026-11-20", 24.0),
        (Window(start="08:15", end="17:45"), "2026-11-20", 9.5),
    ],
)
def test_hours_of_a_day(window: Window, day: str, hours: float) -> None:
    begin = us(f"{day}T00:00")
    only = Window(days=(_weekday(day),), start=window.start, end=window.end)
    minutes = sum(active(only, begin + minute * 60_000_000) for minute in range(26 * 60))
    assert minutes == hours * 60


def _weekday(day: str) -> Weekday:
    names: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return names[datetime.fromisoformat(day).weekday()]


def test_both_of_two_equal_hours_are_inside() -> None:
    window = Window(start="02:00", end="02:45")
    first, second = us("2026-10-25T02:30"), us("2026-10-25T02:30", fold=1)
    assert second - first == 3_600_000_000
    assert active(window, first)
    assert not active(window, second), "it began with the first 2:00 and was over at 2:45"


@pytest.mark.parametrize(
    ("zone", "inside"),
    [(BERLIN, True), ("UTC", True), ("America/New_York", False), ("Asia/Shanghai", False)],
)
def test_the_same_moment_is_another_time_elsewhere(zone: str, inside: bool) -> None:
    """23:30 in Berlin is 22:30 in UTC, 17:30 in New York and 06:30 in Shanghai."""
    assert active(NIGHT, us("2026-11-20T23:30"), zone) == inside


def test_any_of_several_windows_will_do() -> None:
    schedule = Schedule(
        windows=(Window(start="08:00", end="12:00"), Window(start="13:00", end="17:00"))
    )
    hours = [covers(schedule, us(f"2026-11-20T{hour:02}:30"), BERLIN) for hour in range(24)]
    assert [hour for hour, inside in enumerate(hours) if inside] == [8, 9, 10, 11, 13, 14, 15, 16]


def test_without_windows_it_is_always() -> None:
    begin = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))
    days = (begin + timedelta(days=day, hours=day % 24) for day in range(365))
    assert all(covers(ALWAYS, round(day.timestamp() * 1e6), BERLIN) for day in days)


@pytest.mark.parametrize("text", ["25:00", "24:01", "7:00", "07:60", "noon", ""])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a time of day such as 22:30"):
        TypeAdapter(Window).validate_python({"start": text})
