"""A device's clock: which of our moments it means when it says a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["DeviceClock", "measured", "parse_time"]

_TIME = re.compile(r"(\d{4})-?(\d{1,2})-?(\d{1,2})[T ]?(\d{1,2}):?(\d{1,2}):?(\d{1,2})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_HALF_SECOND_US = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """Turns a device's words into our time and back."""

    zone: tzinfo = UTC
    ahead_us: int = 0
    """How much later than ours it reads, in its zone."""

    def us(self, said: datetime) -> int:
        """Our time of a moment the device calls so; what stands in `said` of zones is ignored."""
        return (said.replace(tzinfo=self.zone) - _EPOCH) // _MICRO - self.ahead_us

    def words(self, t_us: int) -> datetime:
        """What the device calls a moment of ours."""
        moment = _EPOCH + timedelta(microseconds=t_us + self.ahead_us)
        return moment.astimezone(self.zone).replace(tzinfo=None)


def measured(said: datetime | None, now_us: int, zone: str | None) -> DeviceClock:
    """The clock of a device that just said what time it is, in whole seconds.

    Without a zone the difference holds that too: right until the device changes to summer time.
    """
    known = DeviceClock(zone=ZoneInfo(zone) if zone else UTC)
    if said is None:
        return known
    ahead_us = known.us(said) + _HALF_SECOND_US - now_us
    return DeviceClock(zone=known.zone, ahead_us=ahead_us)


def parse_time(text: str) -> datetime | None:
    """The first date with a time in a text, without its zone; None when there is none."""
    found = _TIME.search(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
