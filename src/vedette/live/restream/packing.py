"""Packets of one stream become RTP, laid out once for all clients as it goes over TCP."""

from __future__ import annotations

import base64
import secrets
import struct
from collections.abc import Sequence

from vedette.core.errors import StreamUnsupported
from vedette.core.media import Packet, StreamFormat
from vedette.core.video.nal import VideoCodec, is_parameter_set, nal_type, split
from vedette.live.fmp4 import Opening
from vedette.live.queue import Chunk
from vedette.live.restream.payload import payloads

__all__ = ["FRAMING", "Packing", "Stamp", "stamp_of"]

FRAMING = 4
"""Bytes before each RTP packet on a TCP connection: a dollar, the channel, the length."""
_HEAD = struct.Struct(">BBHBBHII")
_TYPE = 96
_HZ = 90_000
_SETS = {"h264": 2, "hevc": 3}


class Packing:
    """Wraps packets in order; begins anew whenever the stream's form changes.

    A chunk's payload is its RTP packets, each behind its framing for channel 0; the `segment` of
    its opening is the SDP. Sequence numbers run on for all clients: who loses pictures sees a hole.
    """

    def __init__(self) -> None:
        self._format: StreamFormat | None = None
        self._opening: Opening | None = None
        self._sets: tuple[bytes, ...] = ()
        self._sequence = secrets.randbits(16)
        self._source = 0

    def wrap(self, packet: Packet) -> Chunk | None:
        """The chunk, or None before the first key frame; StreamUnsupported for other codecs."""
        codec = _codec(packet)
        if packet.format is not self._format and packet.format != self._format:
            self._opening = None
        self._format = packet.format
        units = list(split(packet.data))
        if packet.key:
            units = self._with_sets(codec, units, packet.format.extradata)
        opening = self._opening
        if opening is None:
            if not packet.key or len(self._sets) < _SETS[codec]:
                return None
            opening = self._opening = self._begun(codec, packet)
        return Chunk(
            opening=opening,
            t_us=packet.t_us,
            key=packet.key,
            payload=self._laid_out(codec, units, packet.t_us),
        )

    def _with_sets(self, codec: VideoCodec, units: list[bytes], stored: bytes) -> list[bytes]:
        """A client that comes now needs the parameter sets with the key frame."""
        sets: list[bytes] = []
        rest: list[bytes] = []
        for unit in units:
            (sets if is_parameter_set(codec, nal_type(codec, unit)) else rest).append(unit)
        if len(sets) < _SETS[codec]:
            sets = list(split(stored)) or list(self._sets)
        self._sets = tuple(dict.fromkeys(sets))
        return [*self._sets, *rest]

    def _begun(self, codec: VideoCodec, packet: Packet) -> Opening:
        self._source = secrets.randbits(32)
        return Opening(
            mime="application/sdp",
            codec=codec,
            width=packet.format.width,
            height=packet.format.height,
            base_t_us=packet.t_us,
            segment=_sdp(codec, self._sets),
        )

    def _laid_out(self, codec: VideoCodec, units: Sequence[bytes], t_us: int) -> bytes:
        pieces = [piece for unit in units for piece in payloads(codec, unit)]
        time = t_us * 9 // 100 & 0xFFFF_FFFF
        out: list[bytes] = []
        for number, piece in enumerate(pieces, start=1):
            kind = _TYPE | (0x80 if number == len(pieces) else 0)
            self._sequence = (self._sequence + 1) & 0xFFFF
            size = len(piece) + _HEAD.size - FRAMING
            out.append(_HEAD.pack(0x24, 0, size, 0x80, kind, self._sequence, time, self._source))
            out.append(piece)
        return b"".join(out)


class Stamp:
    """The clock of a stream, as a sender report tells it."""

    __slots__ = ("source", "time")

    def __init__(self, time: int, source: int) -> None:
        self.time, self.source = time, source


def stamp_of(chunk: Chunk) -> Stamp:
    """RTP time and source of a chunk's packets."""
    _, _, _, _, _, _, time, source = _HEAD.unpack_from(chunk.payload)
    return Stamp(time, source)


def _codec(packet: Packet) -> VideoCodec:
    match packet.format.codec:
        case "h264":
            return "h264"
        case "hevc":
            return "hevc"
    raise StreamUnsupported(f"{packet.format.codec or 'this codec'} is not handed on over RTSP")


def _sdp(codec: VideoCodec, sets: Sequence[bytes]) -> bytes:
    texts = [base64.b64encode(one).decode() for one in sets]
    if codec == "h264":
        profile = next(one for one in sets if nal_type(codec, one) == 7)[1:4].hex()
        about = f"packetization-mode=1;profile-level-id={profile}"
        about += f";sprop-parameter-sets={','.join(texts)}"
    else:
        named = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
        kinds = [named[nal_type(codec, one)] for one in sets]
        about = ";".join(f"{name}={text}" for name, text in zip(kinds, texts, strict=True))
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 0.0.0.0",
        "s=Vedette",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {_TYPE}",
        f"a=rtpmap:{_TYPE} {'H264' if codec == 'h264' else 'H265'}/{_HZ}",
        f"a=fmtp:{_TYPE} {about}",
        "a=control:track0",
    )
    return ("\r\n".join(lines) + "\r\n").encode()
