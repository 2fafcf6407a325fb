"""NAL units of H.264 and H.265: cutting access units up, joining them, and what each unit is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

__all__ = [
    "START",
    "VideoCodec",
    "is_key",
    "is_parameter_set",
    "is_picture",
    "join",
    "leading",
    "nal_type",
    "split",
    "split_lengths",
    "stored_sets",
]

VideoCodec = Literal["h264", "hevc"]

START = b"\x00\x00\x00\x01"
_SHORT = b"\x00\x00\x01"

_H264_SETS = frozenset({7, 8})
_HEVC_SETS = frozenset({32, 33, 34})


def nal_type(codec: VideoCodec, nal: bytes) -> int:
    """The unit's type as numbered by its standard; -1 for an empty one."""
    if not nal:
        return -1
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def is_parameter_set(codec: VideoCodec, kind: int) -> bool:
    """SPS or PPS, or H.265's VPS."""
    return kind in (_H264_SETS if codec == "h264" else _HEVC_SETS)


def is_picture(codec: VideoCodec, kind: int) -> bool:
    """A slice."""
    return 1 <= kind <= 5 if codec == "h264" else 0 <= kind <= 31


def is_key(codec: VideoCodec, kind: int) -> bool:
    """A slice of a picture at which decoding can begin (IDR; H.265: any IRAP)."""
    return kind == 5 if codec == "h264" else 16 <= kind <= 23


def split(data: bytes) -> Iterator[bytes]:
    """The units of an Annex B byte stream, without start codes."""
    begin = _after_start(data, 0)
    while begin >= 0:
        end = data.find(_SHORT, begin)
        unit = data[begin:] if end < 0 else data[begin:end]
        unit = unit.rstrip(b"\x00")
        if unit:
            yield unit
        begin = _after_start(data, end) if end >= 0 else -1


def leading(codec: VideoCodec, data: bytes) -> Iterator[bytes]:
    """The units of an access unit before its first slice, and 64 bytes of that slice."""
    begin = _after_start(data, 0)
    while 0 <= begin < len(data):
        kind = nal_type(codec, data[begin : begin + 1])
        if is_picture(codec, kind):
            yield data[begin : begin + 64]
            return
        end = data.find(_SHORT, begin)
        yield (data[begin:] if end < 0 else data[begin:end]).rstrip(b"\x00")
        begin = end + 3 if end >= 0 else -1


def _after_start(data: bytes, at: int) -> int:
    found = data.find(_SHORT, at)
    return found + 3 if found >= 0 else -1


def split_lengths(data: bytes, length_size: int) -> Iterator[bytes]:
    """The units of an access unit as MP4 stores it, each behind its length; stops at nonsense."""
    at = 0
    while at + length_size <= len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if size > len(data) - at:
            return
        if size:
            yield data[at : at + size]
        at += size


def join(nals: Iterable[bytes]) -> bytes:
    """Units as Annex B."""
    return b"".join(START + nal for nal in nals)


def stored_sets(codec: VideoCodec, extradata: bytes) -> tuple[int, tuple[bytes, ...]]:
    """Length size (0: Annex B) and parameter sets of a container's extradata."""
    if extradata[:1] == b"\x01" and len(extradata) >= 7:
        sets = _avcc(extradata) if codec == "h264" else _hvcc(extradata)
        at = 4 if codec == "h264" else 21
        size = (extradata[at] & 3) + 1 if len(extradata) > at else 4
        return size, sets
    found = split(extradata)
    return 0, tuple(nal for nal in found if is_parameter_set(codec, nal_type(codec, nal)))


def _avcc(data: bytes) -> tuple[bytes, ...]:
    sps, at = _counted(data, 6, data[5] & 0x1F)
    if at >= len(data):
        return sps
    pps, _ = _counted(data, at + 1, data[at])
    return sps + pps


def _hvcc(data: bytes) -> tuple[bytes, ...]:
    found: tuple[bytes, ...] = ()
    at = 23
    for _ in range(data[22] if len(data) > 22 else 0):
        if at + 3 > len(data):
            break
        kind = data[at] & 0x3F
        nals, at = _counted(data, at + 3, int.from_bytes(data[at + 1 : at + 3], "big"))
        if is_parameter_set("hevc", kind):
            found += nals
    return found


def _counted(data: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    nals = []
    for _ in range(count):
        size = int.from_bytes(data[at : at + 2], "big")
        nals.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    return tuple(nal for nal in nals if nal), at
