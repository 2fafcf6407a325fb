"""Pictures one after the other in a single answer, as older cameras stream."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal

from vedette.testing.clips import CLOCK_HZ, Clip
from vedette.testing.http.exchange import Exchange

__all__ = ["MjpegPage"]

_POLL_S = 0.02
_BOUNDARY = "vedette-frame"


class MjpegPage:
    """An MJPEG clip in a loop at its own pace; every viewer begins at its start."""

    def __init__(
        self, clip: Clip, *, lengths: bool = True, form: Literal["dashes", "bare"] = "bare"
    ) -> None:
        """Without lengths a client looks for the boundary; some cameras name it with its dashes."""
        if clip.codec != "mjpeg":
            raise ValueError(f"an MJPEG page needs an MJPEG clip, not {clip.codec}")
        self._clip = clip
        self._lengths = lengths
        self._form = form
        self.began = time.monotonic()

    def still(self) -> bytes:
        """The picture that is shown now, for a `StillPage` beside this one."""
        within = (time.monotonic() - self.began) * CLOCK_HZ % self._clip.duration_ticks
        shown = [unit for unit in self._clip.units if unit.ticks <= within]
        return shown[-1].nals[0]

    def serve(self, exchange: Exchange) -> None:
        """Send pictures until the client leaves."""
        named = f"--{_BOUNDARY}" if self._form == "dashes" else _BOUNDARY
        exchange.begin(f"multipart/x-mixed-replace; boundary={named}")
        began = time.monotonic()
        for due_s, jpeg in self._loop():
            while (wait_s := began + due_s - time.monotonic()) > 0:
                time.sleep(min(wait_s, 0.1))
            while exchange.paused() and not exchange.ended():
                time.sleep(_POLL_S)
            if exchange.ended():
                return
            exchange.write(self._part(jpeg))

    def _loop(self) -> Iterator[tuple[float, bytes]]:
        """(seconds from the first picture, picture), for ever."""
        loop = 0
        while True:
            for unit in self._clip.units:
                ticks = loop * self._clip.duration_ticks + unit.ticks
                yield ticks / CLOCK_HZ, unit.nals[0]
            loop += 1

    def _part(self, jpeg: bytes) -> bytes:
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
        if self._lengths:
            head += f"Content-Length: {len(jpeg)}\r\n"
        return head.encode() + b"\r\n" + jpeg + b"\r\n"
