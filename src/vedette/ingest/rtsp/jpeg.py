"""RTP payloads of JPEG (RFC 2435): the headers that were left out are put back."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from vedette.ingest.rtsp.assemble import Picture
from vedette.ingest.rtsp.rtp import Rtp

__all__ = ["JpegAssembler"]

_MOST_OCTETS = 16 * 1024 * 1024

# ITU-T T.81, tables K.1 and K.2, in zigzag order; RFC 2435 scales them by its quality factor.
_LUMA_STEPS = bytes.fromhex(
    "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933"
    "383740485c4e404457453738506d51575f626768673e4d71797064785c656763"
)
_CHROMA_STEPS = bytes.fromhex("1112121815182f1a1a2f6342384263") + bytes([0x63]) * 49

# Tables K.3 to K.6: how many codes there are of each length, and what they stand for.
_DC_COUNTS = (
    bytes.fromhex("00010501010101010100000000000000"),
    bytes.fromhex("00030101010101010101010000000000"),
)
_DC_VALUES = bytes(range(12))
_AC_COUNTS = (
    bytes.fromhex("0002010303020403050504040000017d"),
    bytes.fromhex("00020102040403040705040400010277"),
)
_AC_VALUES = (
    bytes.fromhex(
        "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
        "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889"
        "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
        "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
    ),
    bytes.fromhex(
        "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
        "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a8283848586"
        "8788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8"
        "d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
    ),
)


class _Head(NamedTuple):
    """The main header of a packet, and the restart interval."""

    offset: int
    kind: int
    quality: int
    width: int
    height: int
    restart: int
    body: memoryview


class JpegAssembler:
    """Whole JPEGs; `size` is for pictures too wide for the header's eight bits."""

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        self._size = size
        self._head: _Head | None = None
        self._tables = b""
        self._kept_tables: dict[int, bytes] = {}
        self._pieces: list[bytes] = []
        self._octets = 0
        self._time = 0
        self._damaged = False

    def take(self, packet: Rtp) -> Sequence[Picture]:
        """The pictures this packet completes."""
        done: Sequence[Picture] = ()
        if packet.time != self._time:
            if self._pieces:
                # Its marker was lost, and with it perhaps its end.
                self._damaged = True
                done = self._finish()
            self._time = packet.time
        head = _parse(packet.payload)
        if head is None:
            self._damaged = True
            return done
        self._add(head, packet.lost)
        return (*done, *self._finish()) if packet.marker else done

    def _add(self, head: _Head, lost: bool) -> None:
        body = head.body
        if head.offset == 0:
            self._pieces.clear()
            self._octets = 0
            self._damaged = False
            body = self._take_tables(head)
            self._head = head._replace(body=memoryview(b""))
        # A hole cannot be filled: Huffman codes after it would be read out of step.
        if self._head is None or head.offset != self._octets:
            self._damaged = True
            return
        self._damaged = self._damaged or (lost and head.offset != 0)
        self._pieces.append(bytes(body))
        self._octets += len(body)
        if self._octets > _MOST_OCTETS:
            self._pieces.clear()
            self._head = None

    def _take_tables(self, head: _Head) -> memoryview:
        """Learn the quantiser tables; what follows them in the packet."""
        body = head.body
        if head.quality < 128:
            self._tables = _scaled_tables(head.quality)
            return body
        if len(body) < 4:
            self._tables = b""
            return body
        size = body[2] << 8 | body[3]
        if size:
            self._tables = bytes(body[4 : 4 + size])
            if head.quality != 255:
                self._kept_tables[head.quality] = self._tables
        else:
            self._tables = self._kept_tables.get(head.quality, b"")
        return body[4 + size :]

    def _finish(self) -> Sequence[Picture]:
        head, pieces = self._head, b"".join(self._pieces)
        damaged = self._damaged
        self._pieces.clear()
        self._octets = 0
        self._head = None
        self._damaged = False
        if head is None or not pieces or len(self._tables) < 64:
            return ()
        width, height = (head.width, head.height) if head.width and head.height else (0, 0)
        if not width and self._size is not None:
            width, height = self._size
        if not width or not height:
            return ()
        header = _header(head.kind, (width, height), self._tables, head.restart)
        end = b"" if pieces.endswith(b"\xff\xd9") else b"\xff\xd9"
        return (Picture(self._time, header + pieces + end, damaged),)


def _parse(payload: memoryview) -> _Head | None:
    if len(payload) < 9:
        return None
    offset = int.from_bytes(payload[1:4], "big")
    kind, quality = payload[4], payload[5]
    body, restart = payload[8:], 0
    if 64 <= kind <= 127:
        if len(body) < 4:
            return None
        restart, body, kind = body[0] << 8 | body[1], body[4:], kind - 64
    if kind > 1:
        return None
    return _Head(offset, kind, quality, payload[6] * 8, payload[7] * 8, restart, body)


def _scaled_tables(quality: int) -> bytes:
    factor = min(max(quality, 1), 99)
    scale = 5000 // factor if factor < 50 else 200 - 2 * factor
    steps = _LUMA_STEPS + _CHROMA_STEPS
    return bytes(min(max((step * scale + 50) // 100, 1), 255) for step in steps)


def _header(kind: int, size: tuple[int, int], tables: bytes, restart: int) -> bytes:
    """Everything from SOI to the beginning of the scan; kind 0 is 4:2:2, kind 1 is 4:2:0."""
    width, height = size
    luma, chroma = tables[:64], tables[64:128] or tables[:64]
    sampling = 0x21 if kind == 0 else 0x22
    parts = [
        b"\xff\xd8",
        _segment(0xDB, b"\x00" + luma + b"\x01" + chroma),
        _segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + _components(sampling)),
    ]
    for number in (0, 1):
        parts.append(_segment(0xC4, bytes((number,)) + _DC_COUNTS[number] + _DC_VALUES))
        parts.append(
            _segment(0xC4, bytes((0x10 | number,)) + _AC_COUNTS[number] + _AC_VALUES[number])
        )
    if restart:
        parts.append(_segment(0xDD, struct.pack(">H", restart)))
    parts.append(_segment(0xDA, bytes((3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0))))
    return b"".join(parts)


def _components(sampling: int) -> bytes:
    return bytes((1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1))


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
