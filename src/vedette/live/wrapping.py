"""Packets of one stream become chunks: fragments for H.264 and H.265, as they are for MJPEG."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from vedette.core.media import Packet, Sound, SoundFormat, StreamFormat
from vedette.core.video.sound import sound_codecs
from vedette.live.fmp4 import Fragmenter, Opening, open_stream
from vedette.live.queue import Chunk

__all__ = ["Wrapping"]

# Players stop where one of two tracks ends, so silence for so long makes it one track.
_SILENT_US = 1_500_000
_MOST_SOUNDS = 600


class Wrapping:
    """Wraps packets in order; begins a new timeline whenever the stream's form changes."""

    def __init__(self) -> None:
        self._format: StreamFormat | None = None
        self._fragmenter: Fragmenter | None = None
        self._opening: Opening | None = None
        self._sounds: list[Sound] = []
        self._newest: Sound | None = None

    def hear(self, sounds: Iterable[Sound]) -> None:
        """Take the sound that came before the next picture; G.711 is left out, nobody plays it."""
        for sound in sounds:
            if sound_codecs(sound.format):
                self._sounds.append(sound)
                self._newest = sound
        del self._sounds[:-_MOST_SOUNDS]

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
        sound = self._sound_at(packet.t_us)
        if packet.key and self._fragmenter is not None and self._fragmenter.sound != sound:
            self._fragmenter = None
        if self._fragmenter is None:
            self._fragmenter = open_stream(packet, sound) if packet.key else None
        if self._fragmenter is None:
            return None
        sounds, self._sounds = self._sounds, []
        return Chunk(
            opening=self._fragmenter.opening,
            t_us=packet.t_us,
            key=packet.key,
            payload=self._fragmenter.wrap(packet, [one for one in sounds if one.format == sound]),
        )

    def _sound_at(self, t_us: int) -> SoundFormat | None:
        newest = self._newest
        return newest.format if newest is not None and newest.t_us > t_us - _SILENT_US else None

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
