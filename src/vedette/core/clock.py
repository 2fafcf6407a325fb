"""Time is an argument: the clock contract, the real one and the simulated one."""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "RealClock", "SimulatedClock", "from_seconds", "to_seconds"]


class Clock(Protocol):
    """Tells the time and waits."""

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class RealClock:
    """The machine's clock."""

    def now_us(self) -> int:
        return time.time_ns() // 1_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class SimulatedClock:
    """A clock that moves only when somebody sleeps or says so."""

    def __init__(self, start_us: int = 1_700_000_000_000_000) -> None:
        self._now_us = start_us

    def now_us(self) -> int:
        return self._now_us

    def sleep(self, seconds: float) -> None:
        self._now_us += from_seconds(seconds)

    def set_us(self, now_us: int) -> None:
        """Jump."""
        self._now_us = now_us


def from_seconds(seconds: float) -> int:
    """Seconds to microseconds, rounded."""
    return round(seconds * 1_000_000)


def to_seconds(duration_us: int) -> float:
    """Microseconds to seconds."""
    return duration_us / 1_000_000
