"""Sends one mount to one client at the clip's own pace."""

from __future__ import annotations

import asyncio
import random
import struct

from vedette.testing.clips import CLOCK_HZ
from vedette.testing.rtsp.mount import Faults, Mount
from vedette.testing.rtsp.programme import Cursor, Join, Programme
from vedette.testing.rtsp.reel import HEADER
from vedette.testing.rtsp.sink import Bounds, Sink

__all__ = ["Player", "sender_report"]

_NTP_EPOCH_S = 2_208_988_800
"""From 1900 to 1970."""
_LATEST_S = 2.0
"""Further behind than this we skip to now, as a live camera would."""
_BURSTS = 8
_STALL_POLL_S = 0.02


class Player:
    """One stream being sent; `first` says what its first packet will carry."""

    def __init__(self, mount: Mount, sink: Sink, chance: random.Random) -> None:
        self._mount = mount
        self._sink = sink
        self._chance = chance
        self._source = chance.getrandbits(32)
        self._sequence = chance.getrandbits(16)
        base = mount.options.timestamp_base
        self._base = chance.getrandbits(32) if base is None else base
        self._packets = self._octets = 0
        self._report_ticks: int | None = None
        self._stalled = False
        self._own: Programme | None = None
        self._cursor = self._join(mount.options.join)

    @property
    def programme(self) -> Programme:
        """What is being sent."""
        return self._cursor.programme

    def first(self) -> tuple[int, int]:
        """(sequence number, RTP time) of the packet to come."""
        return self._sequence & 0xFFFF, self._timestamp(self._cursor.due.ticks)

    async def run(self) -> None:
        """Send until cancelled."""
        stats = self._mount.stats
        stats.playing += 1
        stats.opened += 1
        try:
            while True:
                await self._send_next()
        finally:
            stats.playing -= 1

    def _join(self, join: Join) -> Cursor:
        mount, now = self._mount, self._mount.clock.now()
        if join != "start":
            return Cursor(mount.programme, now, join)
        self._own = Programme(mount.programme.reel, now)
        return Cursor(self._own, now, "now")

    async def _send_next(self) -> None:
        mount = self._mount
        if mount.faults.stalled:
            self._stalled = True
            await asyncio.sleep(_STALL_POLL_S)
            return
        if self._stalled:
            self._stalled = False
            self._cursor = self._join("key")
        self._follow_switch()
        due = self._cursor.take()
        wait_s = (due.ticks - mount.clock.now()) / CLOCK_HZ
        late = wait_s < -_LATEST_S and mount.options.join != "burst"
        if late or self._sink.congested():
            self._skip()
            return
        if wait_s > 0.001:
            await asyncio.sleep(wait_s)
        if not mount.faults.stalled:
            await self._send(
                due.ticks, due.frame.stamped(*self._stamp(due.ticks)), due.frame.bounds()
            )

    def _follow_switch(self) -> None:
        now_playing = self._mount.programme
        own_reel = self._own.reel if self._own else self._cursor.programme.reel
        if own_reel is not now_playing.reel:
            self._own = None
            self._cursor = Cursor(now_playing, now_playing.start_ticks, "now")

    def _skip(self) -> None:
        self._mount.stats.skipped += 1
        programme = self._cursor.programme
        self._cursor = Cursor(programme, self._mount.clock.now(), "key")

    def _stamp(self, ticks: int) -> tuple[int, int, int, int]:
        return self._sink.channel, self._sequence, self._timestamp(ticks), self._source

    def _timestamp(self, ticks: int) -> int:
        return (self._base + ticks) & 0xFFFFFFFF

    async def _send(self, ticks: int, wire: bytearray, bounds: Bounds) -> None:
        self._report_if_due(ticks)
        self._sequence = (self._sequence + len(bounds)) & 0xFFFF
        self._packets += len(bounds)
        octets = len(wire) - HEADER * len(bounds)
        self._octets += octets
        stats = self._mount.stats
        stats.frames += 1
        stats.packets += len(bounds)
        stats.octets += octets
        if self._mount.faults.loss or self._mount.faults.corruption:
            bounds = _spoil(wire, bounds, self._mount.faults, self._chance)
        pace_s = self._mount.options.pace_s
        if pace_s == 0 or len(bounds) < 2:
            if bounds:
                self._sink.send(wire, bounds)
            return
        step = -(-len(bounds) // _BURSTS)
        for at in range(0, len(bounds), step):
            self._sink.send(wire, bounds[at : at + step])
            await asyncio.sleep(pace_s / _BURSTS)

    def _report_if_due(self, ticks: int) -> None:
        every_s = self._mount.options.report_s
        if every_s == 0:
            return
        last = self._report_ticks
        if last is not None and ticks - last < every_s * CLOCK_HZ:
            return
        self._report_ticks = ticks
        wall_s = self._mount.clock.wall_s(ticks)
        counts = self._packets, self._octets
        report = sender_report(self._source, wall_s, self._timestamp(ticks), counts)
        self._sink.report(report)


def sender_report(source: int, wall_s: float, timestamp: int, counts: tuple[int, int]) -> bytes:
    """RTCP that tells what time it was on the camera's clock; counts of packets and bytes."""
    seconds, part = divmod(wall_s, 1)
    ntp = (int(seconds) + _NTP_EPOCH_S) & 0xFFFFFFFF, int(part * (1 << 32))
    report = struct.pack(">BBHI", 0x80, 200, 6, source)
    report += struct.pack(">IIIII", *ntp, timestamp, *(one & 0xFFFFFFFF for one in counts))
    # A source description belongs to every report; six letters and zeros fill its words.
    return report + struct.pack(">BBHIBB", 0x81, 202, 4, source, 1, 6) + b"camera" + bytes(4)


def _spoil(wire: bytearray, bounds: Bounds, faults: Faults, chance: random.Random) -> Bounds:
    """Flip bits in some payloads, in place, and leave some packets out."""
    kept = []
    for start, end in bounds:
        if chance.random() < faults.loss:
            continue
        if chance.random() < faults.corruption:
            for _ in range(4):
                wire[chance.randrange(start + HEADER, end)] ^= 1 << chance.randrange(8)
        kept.append((start, end))
    return kept
