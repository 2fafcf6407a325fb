"""RTP payloads of H.264 (RFC 6184) and H.265 (RFC 7798) put together to access units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from vedette.core.video.nal import START, VideoCodec, is_picture
from vedette.ingest.rtsp.rtp import Rtp

__all__ = ["Assembler", "Picture", "VideoAssembler"]

_MOST_OCTETS = 16 * 1024 * 1024
_STAP_A, _FU_A = 24, 28
_AP, _FU = 48, 49


class Picture(NamedTuple):
    """One picture as sent, with its RTP time."""

    time: int
    data: bytes
    damaged: bool


class Assembler(Protocol):
    """Puts the packets of one track together."""

    def take(self, packet: Rtp) -> Sequence[Picture]:
        """The pictures this packet completes."""
        ...


class VideoAssembler:
    """Access units in Annex B.

    One ends at the marker, or, with cameras that set markers anyhow, when the time changes.
    """

    def __init__(self, codec: VideoCodec) -> None:
        self._codec = codec
        self._unpack = self._unpack_h264 if codec == "h264" else self._unpack_hevc
        self._pieces: list[bytes] = []
        self._octets = 0
        self._time = 0
        self._has_slice = False
        self._damaged = False
        self._fragment_open = False
        self._trusts_marker = True
        self._ended_time: int | None = None

    def take(self, packet: Rtp) -> Sequence[Picture]:
        """The pictures this packet completes."""
        done: tuple[Picture, ...] = ()
        if packet.lost:
            # What is missing may be the end of this picture and the beginning of the next.
            self._damaged = True
            self._fragment_open = False
        if packet.time != self._time:
            if self._has_slice:
                done = (self._finish(),)
                self._damaged = packet.lost
            self._time = packet.time
        if len(packet.payload) > 3:
            self._unpack(packet.payload)
        if self._octets > _MOST_OCTETS:
            self._drop()
        if packet.marker and self._has_slice and self._trusts_marker:
            return (*done, self._finish())
        return done

    def _finish(self) -> Picture:
        picture = Picture(self._time, b"".join(self._pieces), self._damaged or self._fragment_open)
        if self._ended_time == self._time:
            self._trusts_marker = False
        self._ended_time = self._time
        self._drop()
        self._damaged = False
        return picture

    def _drop(self) -> None:
        self._pieces.clear()
        self._octets = 0
        self._has_slice = self._fragment_open = False
        self._damaged = True

    def _add(self, kind: int, *pieces: bytes) -> None:
        self._pieces += (START, *pieces)
        self._octets += sum(map(len, pieces))
        self._has_slice = self._has_slice or is_picture(self._codec, kind)

    def _continue(self, piece: bytes) -> None:
        if not self._fragment_open:
            self._damaged = True
            return
        self._pieces.append(piece)
        self._octets += len(piece)

    def _unpack_h264(self, payload: memoryview) -> None:
        kind = payload[0] & 0x1F
        if 1 <= kind <= 23:
            self._whole(kind, bytes(payload))
        elif kind == _FU_A:
            kind, mark = payload[1] & 0x1F, payload[1]
            header = bytes((payload[0] & 0xE0 | kind,))
            self._fragment(kind, mark, header, bytes(payload[2:]))
        elif kind == _STAP_A:
            self._several(payload, 1)
        else:
            self._damaged = True

    def _unpack_hevc(self, payload: memoryview) -> None:
        kind = payload[0] >> 1 & 0x3F
        if kind < _AP:
            self._whole(kind, bytes(payload))
        elif kind == _FU:
            kind, mark = payload[2] & 0x3F, payload[2]
            header = bytes((payload[0] & 0x81 | kind << 1, payload[1]))
            self._fragment(kind, mark, header, bytes(payload[3:]))
        elif kind == _AP:
            self._several(payload, 2)
        else:
            self._damaged = True

    def _whole(self, kind: int, nal: bytes) -> None:
        self._damaged = self._damaged or self._fragment_open
        self._fragment_open = False
        self._add(kind, nal)

    def _fragment(self, kind: int, mark: int, header: bytes, piece: bytes) -> None:
        """A piece of a unit; bit 7 of `mark` says it is the first one, bit 6 the last."""
        if mark & 0x80:
            self._damaged = self._damaged or self._fragment_open
            self._add(kind, header, piece)
            self._fragment_open = True
        else:
            self._continue(piece)
        if mark & 0x40:
            self._fragment_open = False

    def _several(self, payload: memoryview, at: int) -> None:
        """Whole units, each behind its length of two bytes."""
        while at + 2 < len(payload):
            size = payload[at] << 8 | payload[at + 1]
            nal = bytes(payload[at + 2 : at + 2 + size])
            if len(nal) < size or size < 2:
                self._damaged = True
                return
            kind = nal[0] & 0x1F if self._codec == "h264" else nal[0] >> 1 & 0x3F
            self._whole(kind, nal)
            at += 2 + size
