"""When something is active: weekly windows in a time zone, across midnight and clock changes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from vedette.core.value import value

__all__ = ["ALWAYS", "Schedule", "TimeOfDay", "TimeZone", "Weekday", "Window", "covers"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$")


def _time_of_day(text: str) -> str:
    if not _TIME.match(text):
        raise ValueError(f"expected a time of day such as 22:30, got {text!r}")
    return text


def _zone_name(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}; use a name such as Europe/Berlin") from None
    return name


TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
"""HH:MM, 00:00–24:00, in local time."""
TimeZone = Annotated[str, AfterValidator(_zone_name)]
"""An IANA name."""


@value
class Window:
    """A span of a day; `end` not after `start` means it runs into the next day."""

    days: tuple[Weekday, ...] = _DAYS
    """On which days it begins."""
    start: TimeOfDay = "00:00"
    end: TimeOfDay = "24:00"


@value
class Schedule:
    """Active within any of the windows; without windows always."""

    windows: tuple[Window, ...] = ()


ALWAYS = Schedule()


def covers(schedule: Schedule, t_us: int, zone: str) -> bool:
    """Whether the schedule is active at `t_us` by clocks of `zone`; start inside, end outside."""
    if not schedule.windows:
        return True
    moment = datetime.fromtimestamp(t_us / 1_000_000, tz=UTC)
    local = moment.astimezone(ZoneInfo(zone))
    return any(
        _day_covers(window, moment, local, back) for window in schedule.windows for back in (0, 1)
    )


def _day_covers(window: Window, moment: datetime, local: datetime, back: int) -> bool:
    day = local.date() - timedelta(days=back)
    if _DAYS[day.weekday()] not in window.days:
        return False
    # Both ends are wall-clock times, so a window keeps its local hours when clocks change.
    last = day + timedelta(days=1) if window.end <= window.start else day
    start = _wall(day, window.start, local.tzinfo)
    return start <= moment < _wall(last, window.end, local.tzinfo)


def _wall(day: date, at: str, zone: tzinfo | None) -> datetime:
    naive = datetime(day.year, day.month, day.day) + timedelta(
        hours=int(at[:2]), minutes=int(at[3:])
    )
    return naive.replace(tzinfo=zone).astimezone(UTC)
