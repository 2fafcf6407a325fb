"""Packets of one stream become chunks: fragments for H.264 and H.265, as they are for MJPEG."""

from __future__ import annotations

import struct

from vedette.core.media import Packet, StreamFormat
from vedette.live.fmp4 import Fragmenter, Opening, open_stream
from vedette.live.queue import Chunk

__all__ = ["Wrapping"]


class Wrapping:
    """Wraps packets in order; begins a new timeline whenever the stream's form changes."""

    def __init__(self) -> None:
        self._format: StreamFormat | None = None
        self._fragmenter: Fragmenter | None = None
        self._opening: Opening | None = None

    def wrap(self, packet: Packet) -> Chunk | None:
        """The chunk, or None while no picture can be shown yet; StreamUnsupported for ever."""
        if packet.format is not self._format and packet.format != self._format:
            self._fragmenter = self._opening = None
        self._format = packet.format
        if packet.format.codec == "mjpeg":
            return self._picture(packet)
        return self._fragment(packet)

    def _fragment(self, packet: Packet) -> Chunk | None:
        if self._fragmenter is not None and not self._fragmenter.fits(packet):
            self._fragmenter = None
        if self._fragmenter is None:
            self._fragmenter = open_stream(packet) if packet.key else None
        if self._fragmenter is None:
            return None
        return Chunk(
            opening=self._fragmenter.opening,
            t_us=packet.t_us,
            key=packet.key,
            payload=self._fragmenter.wrap(packet),
        )

    def _picture(self, packet: Packet) -> Chunk:
        if self._opening is None:
            self._opening = Opening(
                mime="image/jpeg",
                codec="mjpeg",
                width=packet.format.width,
                height=packet.format.height,
                base_t_us=packet.t_us,
                segment=b"",
            )
        payload = struct.pack(">q", packet.t_us) + packet.data
        return Chunk(opening=self._opening, t_us=packet.t_us, key=True, payload=payload)
