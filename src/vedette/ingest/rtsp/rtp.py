"""RTP packets (RFC 3550): headers, gaps, order, and time stamps that do not wrap."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Order", "Rtp", "TimeStamps", "is_marked", "parse_rtp"]

_HALF = 1 << 15
_HEADER = struct.Struct(">BBHI")
_PLAIN = 0x80


class Rtp(NamedTuple):
    """One RTP packet."""

    payload_type: int
    sequence: int
    time: int
    marker: bool
    payload: memoryview
    lost: bool = False
    """Whether packets before it are missing."""


def parse_rtp(packet: memoryview) -> Rtp | None:
    """The packet taken apart, None if it is none."""
    size = len(packet)
    if size < 12 or packet[0] >> 6 != 2:
        return None
    first, second, sequence, time = _HEADER.unpack_from(packet)
    begin, end = 12, size
    if first != _PLAIN:
        begin += 4 * (first & 0x0F)
        if first & 0x10:
            if size < begin + 4:
                return None
            begin += 4 + 4 * (packet[begin + 2] << 8 | packet[begin + 3])
        end -= packet[-1] if first & 0x20 else 0
        if begin > end:
            return None
    return Rtp(second & 0x7F, sequence, time, second >= 0x80, packet[begin:end])


def is_marked(packet: memoryview) -> bool:
    """Whether a packet ends a picture."""
    return len(packet) > 1 and packet[1] >= 0x80


class Order:
    """Puts packets into order and marks the gaps; `depth` packets may wait for a late one.

    A depth of 0 is for TCP, where nothing arrives out of order; packets that wait are copied.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._expected: int | None = None
        self._held: dict[int, Rtp] = {}
        self._strangers = 0
        self.missing = 0
        """Packets that never came."""

    def take(self, packet: Rtp) -> Sequence[Rtp]:
        """What can be handed on now that this packet has come."""
        expected = self._expected
        if expected is None or packet.sequence == expected:
            self._expected = packet.sequence + 1 & 0xFFFF
            self._strangers = 0
            return (packet, *self._release()) if self._held else (packet,)
        ahead = packet.sequence - expected & 0xFFFF
        if ahead >= _HALF:
            # Late or twice; but many of them in a row mean that the camera counts anew.
            self._strangers += 1
            if self._strangers > 16:
                self._expected = None
                self._held.clear()
            return ()
        copied = packet._replace(payload=memoryview(bytes(packet.payload)))
        self._held[packet.sequence] = copied
        return tuple(self._skip()) if len(self._held) > self._depth else ()

    def _release(self) -> Iterator[Rtp]:
        while self._expected is not None:
            following = self._held.pop(self._expected, None)
            if following is None:
                return
            self._expected = self._expected + 1 & 0xFFFF
            yield following

    def _skip(self) -> Iterator[Rtp]:
        """Give up on what is missing before the first packet that is held."""
        expected = self._expected or 0
        ahead, first = min((n - expected & 0xFFFF, n) for n in self._held)
        self.missing += ahead
        self._expected = first + 1 & 0xFFFF
        yield self._held.pop(first)._replace(lost=True)
        yield from self._release()


class TimeStamps:
    """32-bit time stamps as microseconds since the first, without wrapping."""

    def __init__(self, clock_hz: int) -> None:
        self._clock_hz = clock_hz
        self._first: int | None = None
        self._last = 0

    def us(self, time: int) -> int:
        """The time of a stamp."""
        if self._first is None:
            self._first = self._last = time
        self._last += self._step(time)
        return (self._last - self._first) * 1_000_000 // self._clock_hz

    def near_us(self, time: int) -> int:
        """The time of a stamp that is not one of the packets', such as a report's."""
        if self._first is None:
            return 0
        return (self._last + self._step(time) - self._first) * 1_000_000 // self._clock_hz

    def _step(self, time: int) -> int:
        """The nearer way round: cameras may send a picture before one that is shown earlier."""
        step = time - self._last & 0xFFFF_FFFF
        return step - (1 << 32) if step >= 1 << 31 else step
