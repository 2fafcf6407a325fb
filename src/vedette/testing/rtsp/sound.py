"""Sends a mount's sound to one client, in step with the pictures."""

from __future__ import annotations

import asyncio
import random
import struct

from vedette.testing.clips import CLOCK_HZ
from vedette.testing.rtsp.mount import Mount
from vedette.testing.rtsp.player import Player, sender_report
from vedette.testing.rtsp.reel import HEADER
from vedette.testing.rtsp.sdp import SOUND_TYPE
from vedette.testing.rtsp.sink import Sink

__all__ = ["SoundPlayer"]


class SoundPlayer:
    """One sound track being sent, with a random clock of its own."""

    def __init__(self, mount: Mount, sink: Sink, beside: Player, chance: random.Random) -> None:
        sound = mount.options.sound
        if sound is None:
            raise ValueError("this camera has no sound")
        self._mount, self._sink, self._sound, self._beside = mount, sink, sound, beside
        self._chance = chance
        self._source, self._base = chance.getrandbits(32), chance.getrandbits(32)
        self._sequence = chance.getrandbits(16)
        self._packets = self._octets = 0
        self._report_s: float | None = None

    async def run(self) -> None:
        """Send until cancelled."""
        clock, reel = self._mount.clock, self._beside.programme.reel
        origin = self._beside.programme.start_ticks
        loop, index = divmod(clock.now() - origin, reel.duration_ticks)
        pieces = self._sound.pieces
        index = next((i for i, one in enumerate(pieces) if one.ticks >= index), len(pieces))
        while True:
            if index == len(pieces) or pieces[index].ticks >= reel.duration_ticks:
                loop, index = loop + 1, 0
            piece = pieces[index]
            ticks = origin + loop * reel.duration_ticks + piece.ticks
            # Sent when its last sample has been heard.
            wait_s = (ticks + piece.lasts_ticks - clock.now()) / CLOCK_HZ
            await asyncio.sleep(max(wait_s, 0.0))
            if not self._mount.faults.stalled:
                self._send(ticks, piece.data)
            index += 1

    def _send(self, ticks: int, data: bytes) -> None:
        timestamp = self._base + ticks * self._sound.clock_hz // CLOCK_HZ & 0xFFFF_FFFF
        self._report_if_due(ticks, timestamp)
        form = self._sound.format.codec
        body = struct.pack(">HH", 16, len(data) << 3) + data if form == "aac" else data
        self._sequence = self._sequence + 1 & 0xFFFF
        head = struct.pack(">BBHBB", 0x24, self._sink.channel, len(body) + 12, 0x80, _mark(form))
        wire = bytearray(head + struct.pack(">HII", self._sequence, timestamp, self._source) + body)
        self._packets += 1
        self._octets += len(body)
        faults = self._mount.faults
        if self._chance.random() < faults.sound_loss:
            return
        if self._chance.random() < faults.sound_corruption:
            for _ in range(4):
                wire[self._chance.randrange(HEADER, len(wire))] ^= 1 << self._chance.randrange(8)
        self._sink.send(wire, [(0, len(wire))])

    def _report_if_due(self, ticks: int, timestamp: int) -> None:
        every_s, now_s = self._mount.options.report_s, ticks / CLOCK_HZ
        if not every_s or (self._report_s is not None and now_s - self._report_s < every_s):
            return
        self._report_s = now_s
        counts = self._packets, self._octets
        wall_s = self._mount.clock.wall_s(ticks)
        self._sink.report(sender_report(self._source, wall_s, timestamp, counts))


def _mark(codec: str) -> int:
    """Payload type and marker; every access unit ends where its packet does."""
    return SOUND_TYPE[codec] | (0x80 if codec == "aac" else 0)
