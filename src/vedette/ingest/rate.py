"""True frame rate and bit rate of a stream over the last seconds."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from vedette.core.media import Packet

__all__ = ["Pace", "Rate"]

_WINDOW_US = 5_000_000
_PATIENCE_US = 500_000


class Pace(NamedTuple):
    """What a stream really delivers."""

    fps: float
    bitrate_bps: float


class _Arrival(NamedTuple):
    arrived_us: int
    pts_us: int
    octets: int


class Rate:
    """Measures by the stream's own clock, so that bursts on the way do not count.

    `take` and `measure` may be called from different threads.
    """

    def __init__(self) -> None:
        self._seen: deque[_Arrival] = deque(maxlen=2_000)
        self._changing = threading.Lock()

    def take(self, packet: Packet, now_us: int) -> None:
        """Count a packet received now."""
        with self._changing:
            if self._seen and not 0 <= now_us - self._seen[-1].arrived_us <= _WINDOW_US:
                self._seen.clear()
            self._seen.append(_Arrival(now_us, packet.pts_us, len(packet.data)))
            while now_us - self._seen[0].arrived_us > _WINDOW_US:
                self._seen.popleft()

    def clear(self) -> None:
        """Begin anew, as after a reconnect."""
        with self._changing:
            self._seen.clear()

    def measure(self, now_us: int) -> Pace:
        """The rates of the last seconds; 0 while there is too little to tell."""
        with self._changing:
            seen = [one for one in self._seen if now_us - one.arrived_us <= _WINDOW_US]
        if len(seen) < 2:
            return Pace(0.0, 0.0)
        pts = [one.pts_us for one in seen]
        span_us = max(pts) - min(pts)
        step_us = span_us / (len(seen) - 1)
        overdue_us = now_us - seen[-1].arrived_us - 2 * step_us
        if overdue_us > _PATIENCE_US:
            span_us += round(overdue_us)
        if span_us <= 0:
            return Pace(0.0, 0.0)
        octets = sum(one.octets for one in seen[1:])
        return Pace((len(seen) - 1) * 1e6 / span_us, octets * 8e6 / span_us)
