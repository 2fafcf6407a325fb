"""A recording played by a device over RTSP, each picture with the time it was taken."""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vedette.core.errors import SourceError, StreamSilent
from vedette.core.footage import Span
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.ingest.address import Address
from vedette.ingest.rtsp.rtp import Order
from vedette.ingest.rtsp.session import Session
from vedette.ingest.rtsp.units import Units, assembler_of, pictures
from vedette.ingest.unit import Unit, stamp

__all__ = ["Asked", "Moments", "play"]

_QUIET_S = 3.0
_NTP_EPOCH_S = 2_208_988_800
_REPLAY = 0xABAC
_CLOCK = re.compile(r"clock\s*=\s*(\d{8}T\d{6})(\.\d+)?Z", re.IGNORECASE)
_MOST_STAMPS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for."""

    span: Span
    """By our clock."""
    ahead_us: int = 0
    """How much later than ours the device's UTC clock reads."""


class Moments:
    """When pictures were taken, by the best the device tells.

    That is a stamp in the packets (ONVIF Streaming Specification, replay), else the range it says
    it plays, else the beginning that was asked for.
    """

    def __init__(self, asked: Asked, played: str) -> None:
        self._ahead_us = asked.ahead_us
        told_us = clock_of(played)
        self._begin_us = asked.span[0] if told_us is None else told_us - asked.ahead_us
        self._base_us: int | None = None
        self._stamps: dict[int, int] = {}

    def hear(self, packets: Sequence[memoryview]) -> None:
        """Take in the stamps of packets."""
        for packet in packets:
            stamped_us = stamp_of(packet)
            if stamped_us is not None:
                (rtp_time,) = struct.unpack_from(">I", packet, 4)
                self._stamps[rtp_time] = stamped_us - self._ahead_us
        while len(self._stamps) > _MOST_STAMPS:
            del self._stamps[next(iter(self._stamps))]

    def of(self, rtp_time: int, pts_us: int) -> int:
        """When the picture of that time stamp was taken."""
        stamped_us = self._stamps.pop(rtp_time, None)
        if stamped_us is not None:
            self._base_us = stamped_us - pts_us
        elif self._base_us is None:
            self._base_us = self._begin_us - pts_us
        return self._base_us + pts_us


def play(session: Session, address: Address, origin: Origin, asked: Asked) -> Iterator[Packet]:
    """The pictures of a span; the end of the recording ends them as well."""
    seen_us: int | None = None
    try:
        for unit, t_us in _units(session, address, origin, asked):
            if t_us >= asked.span[1]:
                return
            seen_us = t_us
            yield stamp(origin, unit, t_us)
    except StreamSilent:
        # A device that has played all it has falls silent.
        if seen_us is None:
            raise
    finally:
        session.farewell()


def _units(
    session: Session, address: Address, origin: Origin, asked: Asked
) -> Iterator[tuple[Unit, int]]:
    track = session.open(address)
    moments = Moments(asked, session.played)
    order, assembler, units = Order(0), assembler_of(track), Units(track)
    heard = time.monotonic()
    patience_s = origin.silent_s
    for received in session.packets():
        moments.hear(received)
        for picture in pictures(received, track.payload_type, order, assembler):
            unit = units.make(picture)
            heard = time.monotonic()
            if unit is not None:
                patience_s = min(_QUIET_S, origin.silent_s)
                yield unit, moments.of(picture.time, unit.pts_us)
                # The taker may have taken its time.
                heard = time.monotonic()
        if time.monotonic() - heard > patience_s:
            raise StreamSilent(f"{address.authority} sends nothing of that recording")
    raise SourceError(f"the errand at {address.authority} was given up")


def stamp_of(packet: memoryview) -> int | None:
    """µs since 1970 out of the replay extension of an RTP packet; None without one."""
    if len(packet) < 12 or not packet[0] & 0x10:
        return None
    at = 12 + 4 * (packet[0] & 0x0F)
    if len(packet) < at + 12:
        return None
    profile, _, seconds, fraction = struct.unpack_from(">HHII", packet, at)
    if profile != _REPLAY:
        return None
    whole_us, part_us = (seconds - _NTP_EPOCH_S) * 1_000_000, fraction * 1_000_000 >> 32
    return int(whole_us + part_us)


def clock_of(header: str) -> int | None:
    """µs since 1970 at which a Range of absolute times begins; None when it is another."""
    found = _CLOCK.search(header)
    if found is None:
        return None
    try:
        begin = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(begin.timestamp()) * 1_000_000 + round(float(found[2] or 0) * 1e6)
