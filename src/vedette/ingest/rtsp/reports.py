"""RTCP sender reports (RFC 3550, 6.4.1): what time it was when a track's clock stood so."""

from __future__ import annotations

import struct
from typing import NamedTuple

__all__ = ["SenderReport", "read_report"]

_SENDER = 200
_HEADER = struct.Struct(">BBH")
_CLOCKS = struct.Struct(">III")


class SenderReport(NamedTuple):
    """One moment on two clocks."""

    wall_us: int
    """The camera's own clock, from whatever beginning."""
    time: int
    """RTP time of the track."""


def read_report(packet: memoryview) -> SenderReport | None:
    """The sender report of a compound packet, None if it has none that says a time."""
    at = 0
    while at + 4 <= len(packet):
        first, kind, words = _HEADER.unpack_from(packet, at)
        if first >> 6 != 2:
            return None
        if kind == _SENDER and at + 20 <= len(packet):
            seconds, part, time = _CLOCKS.unpack_from(packet, at + 8)
            if not seconds and not part:
                return None
            return SenderReport(seconds * 1_000_000 + (part * 1_000_000 >> 32), time)
        at += 4 + 4 * words
    return None
