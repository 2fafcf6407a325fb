"""What a feed knows of its stream."""

from __future__ import annotations

from vedette.core.clock import Clock, to_seconds
from vedette.core.facts import StreamState, StreamStatus
from vedette.core.media import Packet, StreamFormat
from vedette.core.ports import Origin
from vedette.ingest.rate import Rate

__all__ = ["Health"]


class Health:
    """State and counts of one stream; written by the feed's thread, read by any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rate = Rate()
        self._state: StreamState = "connecting"
        self._reason = ""
        self._since_us = clock.now_us()
        self._arrived_us: int | None = None
        self._live_us: int | None = None
        self._last_us: int | None = None
        self._format: StreamFormat | None = None
        self._packets = 0
        self._damaged = 0
        self._lives = 0

    @property
    def state(self) -> StreamState:
        return self._state

    def connecting(self) -> None:
        """A new attempt begins; the reason of the last failure stays until it succeeds."""
        self._rate.clear()
        self._live_us = None
        self._enter("connecting", self._reason)

    def received(self, packet: Packet) -> None:
        """A packet came."""
        now_us = self._clock.now_us()
        self._rate.take(packet, now_us)
        if self._live_us is None:
            self._live_us = now_us
            self._lives += 1
            self._enter("live", "")
        self._arrived_us = now_us
        self._last_us = packet.t_us
        self._format = packet.format
        self._packets += 1
        self._damaged += packet.damaged

    def ended(self, state: StreamState, reason: str) -> None:
        """The connection is gone."""
        self._enter(state, reason)

    def lived_s(self) -> float:
        """How long pictures came in this life of the connection."""
        if self._live_us is None or self._arrived_us is None:
            return 0.0
        return to_seconds(self._arrived_us - self._live_us)

    def report(self, origin: Origin, dropped: int) -> StreamStatus:
        """The status now."""
        now_us = self._clock.now_us()
        state, reason, since_us = self._state, self._reason, self._since_us
        arrived_us = self._arrived_us
        if state == "live" and arrived_us is not None:
            quiet_s = to_seconds(now_us - arrived_us)
            if quiet_s > origin.silent_s:
                state, reason, since_us = "silent", _silent(quiet_s), arrived_us
        pace = self._rate.measure(now_us)
        form = self._format
        return StreamStatus(
            camera=origin.camera,
            stream=origin.stream,
            state=state,
            reason=reason,
            since_us=since_us,
            codec=form.codec if form else "",
            width=form.width if form else 0,
            height=form.height if form else 0,
            fps=pace.fps,
            bitrate_bps=pace.bitrate_bps,
            packets=self._packets,
            dropped=dropped,
            damaged=self._damaged,
            reconnects=max(0, self._lives - 1),
            last_us=self._last_us,
        )

    def _enter(self, state: StreamState, reason: str) -> None:
        if (state == "live") != (self._state == "live"):
            # Further attempts in vain are the same trouble.
            self._since_us = self._clock.now_us()
        self._state, self._reason = state, reason


def _silent(quiet_s: float) -> str:
    return f"connected, but no picture for {quiet_s:.0f} seconds"
