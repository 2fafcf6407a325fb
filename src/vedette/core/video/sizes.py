"""The picture's size as a sequence parameter set or a JPEG states it, without decoding anything."""

from __future__ import annotations

from typing import NamedTuple

from vedette.core.video.bits import BitReader
from vedette.core.video.nal import VideoCodec
from vedette.core.video.profiles import WITH_CHROMA, skip_sub_layers

__all__ = ["Size", "jpeg_size", "sps_size"]

_LARGEST = 16_384


class Size(NamedTuple):
    """Pixels, cropping applied."""

    width: int
    height: int


def sps_size(codec: VideoCodec, sps: bytes) -> Size | None:
    """The size an SPS announces, None if it makes no sense."""
    try:
        size = _h264(BitReader(sps[1:])) if codec == "h264" else _hevc(BitReader(sps[2:]))
    except ValueError:
        return None
    sensible = 16 <= size.width <= _LARGEST and 16 <= size.height <= _LARGEST
    return size if sensible else None


def jpeg_size(data: bytes) -> Size | None:
    """The size in a JPEG's frame header, None if there is none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            width = int.from_bytes(data[at + 7 : at + 9], "big")
            return Size(width, height) if width and height else None
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _h264(bits: BitReader) -> Size:
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    chroma = 1
    if profile in WITH_CHROMA:
        chroma = _h264_chroma(bits)
    bits.ue()
    _h264_order_count(bits)
    bits.ue()
    bits.u(1)
    width = (bits.ue() + 1) * 16
    rows = bits.ue() + 1
    frames_only = bits.u(1)
    if not frames_only:
        bits.u(1)
    bits.u(1)
    height = rows * 16 * (2 - frames_only)
    step_x = 2 if chroma in (1, 2) else 1
    step_y = (2 if chroma == 1 else 1) * (2 - frames_only)
    return _cropped(bits, Size(width, height), step_x, step_y)


def _h264_chroma(bits: BitReader) -> int:
    chroma = bits.ue()
    separate = bits.u(1) if chroma == 3 else 0
    bits.ue()
    bits.ue()
    bits.u(1)
    if bits.u(1):
        for index in range(12 if chroma == 3 else 8):
            if bits.u(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return 0 if separate else chroma


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _h264_order_count(bits: BitReader) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()


def _hevc(bits: BitReader) -> Size:
    bits.u(4)
    sub_layers = bits.u(3)
    bits.u(1)
    _skip_profile_tier_level(bits, sub_layers)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.u(1)
    width, height = bits.ue(), bits.ue()
    step_x = 2 if chroma in (1, 2) else 1
    step_y = 2 if chroma == 1 else 1
    return _cropped(bits, Size(width, height), step_x, step_y)


def _skip_profile_tier_level(bits: BitReader, sub_layers: int) -> None:
    bits.u(88)
    bits.u(8)
    skip_sub_layers(bits, sub_layers)


def _cropped(bits: BitReader, size: Size, step_x: int, step_y: int) -> Size:
    if not bits.u(1):
        return size
    left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
    return Size(size.width - (left + right) * step_x, size.height - (top + bottom) * step_y)
