"""Compressed pictures cut into RTP payloads: RFC 6184 (H.264), 7798 (H.265), 2435 (JPEG)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from vedette.testing.clips import Clip

__all__ = ["MTU", "payloads"]

MTU = 1400
"""Largest payload in bytes; a datagram with its headers stays below Ethernet's 1500."""

_STAP_A, _FU_A = 24, 28
_AP, _FU = 48, 49


def payloads(
    clip: Clip, index: int, *, parameter_sets: bool = True, aggregate: bool = False
) -> list[bytes]:
    """The payloads of one picture; key frames carry their parameter sets in band if asked."""
    unit = clip.units[index]
    if clip.codec == "mjpeg":
        return _jpeg(unit.nals[0])
    nals = list(unit.nals)
    if unit.key and parameter_sets:
        sets = list(clip.parameter_sets)
        nals = ([_aggregate(clip.codec, sets)] if aggregate else sets) + nals
    cut = _cut_h264 if clip.codec == "h264" else _cut_hevc
    return [piece for nal in nals for piece in ([nal] if len(nal) <= MTU else cut(nal))]


def _aggregate(codec: str, nals: list[bytes]) -> bytes:
    """Several small units in one payload (STAP-A, AP)."""
    body = b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)
    if codec == "h264":
        return bytes([max(nal[0] & 0x60 for nal in nals) | _STAP_A]) + body
    return bytes([_AP << 1, nals[0][1]]) + body


def _cut_h264(nal: bytes) -> list[bytes]:
    indicator = (nal[0] & 0xE0) | _FU_A
    return [bytes((indicator, mark | (nal[0] & 0x1F))) + part for mark, part in _parts(nal[1:], 2)]


def _cut_hevc(nal: bytes) -> list[bytes]:
    header = bytes(((nal[0] & 0x81) | (_FU << 1), nal[1]))
    kind = (nal[0] >> 1) & 0x3F
    return [header + bytes((mark | kind,)) + part for mark, part in _parts(nal[2:], 3)]


def _parts(body: bytes, overhead: int) -> list[tuple[int, bytes]]:
    """(start and end bits, piece) of a fragmented unit."""
    size = MTU - overhead
    cuts = [body[at : at + size] for at in range(0, len(body), size)]
    last = len(cuts) - 1
    return [((i == 0) << 7 | (i == last) << 6, cut) for i, cut in enumerate(cuts)]


class _Jpeg(NamedTuple):
    kind: int
    width: int
    height: int
    tables: bytes
    scan: bytes


def _jpeg(data: bytes) -> list[bytes]:
    picture = _parse_jpeg(data)
    if picture.width % 8 or picture.height % 8:
        size = f"{picture.width}x{picture.height}"
        raise ValueError(f"RTP carries JPEG only in multiples of 8 pixels, not {size}")
    head = struct.pack(">BBBB", picture.kind, 255, picture.width // 8, picture.height // 8)
    tables = struct.pack(">BBH", 0, 0, len(picture.tables)) + picture.tables
    out: list[bytes] = []
    at = 0
    while at < len(picture.scan):
        extra = tables if at == 0 else b""
        part = picture.scan[at : at + MTU - 8 - len(extra)]
        out.append(struct.pack(">I", at) + head + extra + part)
        at += len(part)
    return out


def _parse_jpeg(data: bytes) -> _Jpeg:
    """Size, sampling, quantiser tables and scan of a baseline JPEG with default Huffman tables."""
    at, tables, kind, width, height = 2, b"", 1, 0, 0
    while True:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + size]
        at += 2 + size
        if marker == 0xDB:
            tables += b"".join(body[i + 1 : i + 65] for i in range(0, len(body), 65))
        elif marker == 0xC0:
            height, width = struct.unpack(">HH", body[1:5])
            kind = 1 if body[7] == 0x22 else 0
        elif marker == 0xDA:
            end = data.rfind(b"\xff\xd9")
            return _Jpeg(kind, width, height, tables, data[at : end if end > 0 else len(data)])
