"""A clip ready to be sent: every packet laid out once; sending is a copy and some patched bytes."""

from __future__ import annotations

import struct
from bisect import bisect_left
from dataclasses import dataclass

from vedette.core.value import value
from vedette.testing.clips import Clip
from vedette.testing.rtsp.payload import payloads

__all__ = ["HEADER", "PAYLOAD_TYPE", "Reel", "ReelFrame", "Wire"]

PAYLOAD_TYPE = {"h264": 96, "hevc": 96, "mjpeg": 26}

HEADER = 16
"""Bytes before a payload: 4 of interleaving, 12 of RTP."""

_PATCH = struct.Struct(">HII")


@value
class Wire:
    """How a camera writes its packets."""

    parameter_sets_in_band: bool = True
    parameter_sets_in_sdp: bool = True
    aggregate: bool = False
    """Parameter sets in one STAP-A or AP packet."""


@dataclass(frozen=True, slots=True)
class ReelFrame:
    """One picture: its interleaved packets back to back; channel, sequence, time, source blank."""

    ticks: int
    key: bool
    image: bytes
    starts: tuple[int, ...]

    def stamped(self, channel: int, sequence: int, timestamp: int, source: int) -> bytearray:
        """A copy with the blanks filled in; it takes one sequence number per start."""
        wire = bytearray(self.image)
        for start in self.starts:
            wire[start + 1] = channel
            _PATCH.pack_into(wire, start + 6, sequence & 0xFFFF, timestamp, source)
            sequence += 1
        return wire

    def bounds(self) -> list[tuple[int, int]]:
        """(start, end) of each packet within the image."""
        return list(zip(self.starts, (*self.starts[1:], len(self.image)), strict=True))


class Reel:
    """A clip cut into packets."""

    def __init__(self, clip: Clip, wire: Wire) -> None:
        self.clip = clip
        self.frames = tuple(_lay_out(clip, index, wire) for index in range(len(clip.units)))
        self.duration_ticks = clip.duration_ticks
        self._ticks = [frame.ticks for frame in self.frames]

    def index_at(self, ticks: int) -> int:
        """The first frame at or after that time in the clip; the frame count if there is none."""
        return bisect_left(self._ticks, ticks)


def _lay_out(clip: Clip, index: int, wire: Wire) -> ReelFrame:
    pieces = payloads(
        clip, index, parameter_sets=wire.parameter_sets_in_band, aggregate=wire.aggregate
    )
    kind, last = PAYLOAD_TYPE[clip.codec], len(pieces) - 1
    image = bytearray()
    starts = []
    for i, piece in enumerate(pieces):
        starts.append(len(image))
        marker = 0x80 if i == last else 0
        image += struct.pack(">BBHBBHII", 0x24, 0, len(piece) + 12, 0x80, marker | kind, 0, 0, 0)
        image += piece
    unit = clip.units[index]
    return ReelFrame(ticks=unit.ticks, key=unit.key, image=bytes(image), starts=tuple(starts))
