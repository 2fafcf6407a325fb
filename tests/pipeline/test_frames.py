"""Live frames: what we are behind is dropped and counted, what the stream is behind is not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vedette.core.clock import SimulatedClock
from vedette.core.media import Frame, Packet, Pixels, Region, StreamFormat
from vedette.pipeline.frames import Live

FORM = StreamFormat(codec="h264", width=2, height=2)
START_US = 1_700_000_000_000_000


class Tiny:
    width, height = 2, 2

    def luma(self) -> Pixels:
        return np.zeros((2, 2), np.uint8)

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        return np.zeros((2, 2, 3), np.uint8)


class Decoder:
    """One frame a packet."""

    can_rewind = False

    def decode(self, packet: Packet) -> Iterable[Frame]:
        yield Frame(
            camera="c", stream="s", seq=0, t_us=packet.t_us, pts_us=packet.pts_us, planes=Tiny()
        )

    def rouse(self, awake: bool) -> None: ...

    def rewind(self) -> Iterable[Frame]:
        return ()

    def close(self) -> None: ...


class Inbox:
    """Packets at 10 a second; the clock runs on with each, and stands behind where told."""

    dropped = 0

    def __init__(self, clock: SimulatedClock, lags_s: list[float]) -> None:
        self._clock, self._lags_s, self._next = clock, lags_s, 0

    @property
    def closed(self) -> bool:
        return self._next == len(self._lags_s)

    def get(self, timeout_s: float | None = None) -> Packet | None:
        t_us = START_US + self._next * 100_000
        self._clock.set_us(t_us + round(self._lags_s[self._next] * 1e6))
        self._next += 1
        return Packet(
            camera="c", stream="s", t_us=t_us, pts_us=t_us, duration_us=0, key=True,
            format=FORM, data=b"",
        )  # fmt: skip

    def close(self) -> None: ...


def seen(lags_s: list[float]) -> tuple[int, int]:
    """(frames that came through, frames that were late)."""
    clock = SimulatedClock(START_US)
    live = Live(Inbox(clock, lags_s), Decoder(), clock)
    return sum(1 for _ in live), live.late


def test_a_frame_that_we_are_late_with_is_dropped_and_counted() -> None:
    assert seen([0.1] * 10 + [4.0] * 5 + [0.1] * 5) == (15, 5)


def test_a_stream_that_is_behind_by_itself_is_analysed_all_the_same() -> None:
    assert seen([9.0 + 0.2 * (n % 3) for n in range(40)]) == (40, 0)


def test_a_stream_that_falls_farther_behind_for_good_is_seen_again() -> None:
    came, late = seen([1.0] * 100 + [20.0] * 1500)
    assert late < 1000
    assert came > 600
