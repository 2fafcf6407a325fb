"""RTP payloads of sound taken apart: AAC (RFC 3640), G.711 (RFC 3551) and Opus (RFC 7587)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from vedette.ingest.rtsp.rtp import Rtp
from vedette.ingest.rtsp.sound_sdp import AuHeader, SoundTrack

__all__ = ["Piece", "SoundUnits", "sound_units"]

_MOST_OCTETS = 64 * 1024
_MOST_UNITS = 64
# Lengths of an Opus frame by the configuration in its first byte (RFC 6716, 3.1), in 1/48000 s.
_SILK, _HYBRID, _CELT = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)


class Piece(NamedTuple):
    """One access unit: its time and length in the track's clock."""

    time: int
    ticks: int
    data: bytes


class SoundUnits(Protocol):
    """Takes the packets of one sound track apart."""

    def take(self, packet: Rtp) -> Sequence[Piece]:
        """The pieces this packet completes; none when it is damaged."""
        ...


def sound_units(track: SoundTrack) -> SoundUnits:
    """Whatever reads the track's codec."""
    if track.format.codec == "aac":
        return AacUnits(track.header, track.frame_ticks)
    if track.format.codec == "opus":
        return OpusUnits()
    return G711Units(track.format.channels)


class G711Units:
    """One byte for each sample and channel."""

    def __init__(self, channels: int) -> None:
        self._channels = channels

    def take(self, packet: Rtp) -> Sequence[Piece]:
        size = len(packet.payload)
        if not size or size > _MOST_OCTETS or size % self._channels:
            return ()
        return (Piece(packet.time, size // self._channels, bytes(packet.payload)),)


class OpusUnits:
    """One Opus packet in each RTP packet."""

    def take(self, packet: Rtp) -> Sequence[Piece]:
        data = bytes(packet.payload)
        ticks = _opus_ticks(data)
        return (Piece(packet.time, ticks, data),) if ticks else ()


def _opus_ticks(data: bytes) -> int:
    """How long a packet lasts, 0 when it makes no sense or holds nothing."""
    if len(data) < 2:
        return 0
    form, code = data[0] >> 3, data[0] & 3
    if form < 12:
        frame = _SILK[form & 3]
    elif form < 16:
        frame = _HYBRID[form & 1]
    else:
        frame = _CELT[form & 3]
    ticks = frame * (1, 2, 2, data[1] & 0x3F)[code]
    # No packet lasts longer than 120 ms.
    return ticks if ticks <= 5760 else 0


class AacUnits:
    """Access units behind their headers; a large one may come in several packets."""

    def __init__(self, header: AuHeader, frame_ticks: int) -> None:
        self._header, self._ticks = header, frame_ticks
        self._begun = bytearray()
        self._begun_time = 0
        self._whole = 0

    def take(self, packet: Rtp) -> Sequence[Piece]:
        payload = packet.payload
        if packet.lost:
            self._begun.clear()
        if len(payload) < 3:
            return ()
        bits = payload[0] << 8 | payload[1]
        at = 2 + (bits + 7) // 8
        sizes = self._sizes(bytes(payload[2:at]), bits)
        body = payload[at:]
        if sizes is None or at > len(payload):
            self._begun.clear()
            return ()
        if len(sizes) == 1 and sizes[0][1] > len(body):
            return self._fragment(packet, sizes[0][1], body)
        self._begun.clear()
        return self._several(packet.time, sizes, body)

    def _sizes(self, headers: bytes, bits: int) -> list[tuple[int, int]] | None:
        """(number, size) of each unit; None when the headers make no sense."""
        first, later = self._header.index, self._header.delta
        if len(headers) * 8 < bits or bits < self._header.size + first:
            return None
        value, left = int.from_bytes(headers, "big"), 8 * len(headers)
        end = left - bits
        found: list[tuple[int, int]] = []
        number = -1
        while left - end >= self._header.size + (later if found else first):
            left -= self._header.size
            size = value >> left & ((1 << self._header.size) - 1)
            wide = later if found else first
            left -= wide
            step = value >> left & ((1 << wide) - 1)
            number = number + 1 + step if found else 0
            if not size or len(found) >= _MOST_UNITS:
                return None
            found.append((number, size))
        return found

    def _several(
        self, time: int, sizes: Sequence[tuple[int, int]], body: memoryview
    ) -> Sequence[Piece]:
        if sum(size for _, size in sizes) > len(body):
            return ()
        pieces, at = [], 0
        for number, size in sizes:
            when = time + number * self._ticks & 0xFFFF_FFFF
            pieces.append(Piece(when, self._ticks, bytes(body[at : at + size])))
            at += size
        return pieces

    def _fragment(self, packet: Rtp, size: int, body: memoryview) -> Sequence[Piece]:
        if self._begun and (packet.time, size) != (self._begun_time, self._whole):
            self._begun.clear()
        if not self._begun and packet.lost:
            # Its beginning may be what is missing.
            return ()
        self._begun_time, self._whole = packet.time, size
        self._begun += body
        if len(self._begun) < size and not packet.marker:
            return ()
        data = bytes(self._begun)
        self._begun.clear()
        return (Piece(packet.time, self._ticks, data),) if len(data) == size else ()
