"""H.264 and H.265 taken apart into NAL units; own code, so that it proves that of `ingest`."""

from __future__ import annotations

import re

__all__ = [
    "PARAMETER_SETS",
    "is_parameter_set",
    "nal_type",
    "split_annexb",
    "split_lengths",
    "unpack_extradata",
]

PARAMETER_SETS = {"h264": (7, 8), "hevc": (32, 33, 34)}
"""NAL types that describe the stream, in the order in which they are sent."""

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")


def nal_type(codec: str, nal: bytes) -> int:
    """Type of one NAL unit."""
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def is_parameter_set(codec: str, nal: bytes) -> bool:
    """Whether the unit is an SPS, PPS or VPS."""
    return nal_type(codec, nal) in PARAMETER_SETS[codec]


def split_annexb(data: bytes) -> list[bytes]:
    """NAL units between start codes."""
    marks = list(_START_CODE.finditer(data))
    ends = [mark.start() for mark in marks[1:]] + [len(data)]
    return [data[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]


def split_lengths(data: bytes, length_size: int) -> list[bytes]:
    """NAL units that each follow their length, as MP4 keeps them."""
    units = []
    at = 0
    while at + length_size <= len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        units.append(data[at : at + size])
        at += size
    return units


def unpack_extradata(codec: str, extradata: bytes) -> tuple[int, list[bytes]]:
    """(bytes per length field, parameter sets) of avcC or hvcC; 0 where it is Annex B already."""
    if extradata[:1] != b"\x01":
        return 0, [n for n in split_annexb(extradata) if is_parameter_set(codec, n)]
    if codec == "h264":
        return (extradata[4] & 3) + 1, _from_avcc(extradata)
    return (extradata[21] & 3) + 1, _from_hvcc(extradata)


def _from_avcc(box: bytes) -> list[bytes]:
    units, at = _read_units(box, 6, box[5] & 0x1F)
    more, _ = _read_units(box, at + 1, box[at])
    return units + more


def _from_hvcc(box: bytes) -> list[bytes]:
    units: list[bytes] = []
    at = 23
    for _ in range(box[22]):
        found, end = _read_units(box, at + 3, int.from_bytes(box[at + 1 : at + 3], "big"))
        if box[at] & 0x3F in PARAMETER_SETS["hevc"]:
            units += found
        at = end
    return units


def _read_units(box: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units = []
    for _ in range(count):
        size = int.from_bytes(box[at : at + 2], "big")
        units.append(box[at + 2 : at + 2 + size])
        at += 2 + size
    return units, at
