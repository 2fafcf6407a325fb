"""Access units cut into RTP payloads: RFC 6184 (H.264), RFC 7798 (H.265)."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.core.video.nal import VideoCodec

__all__ = ["MTU", "payloads"]

MTU = 1400
"""Largest payload in bytes; a datagram with its headers stays below Ethernet's 1500."""

_FU_A = 28
_FU = 49


def payloads(codec: VideoCodec, unit: bytes) -> Iterator[bytes]:
    """The payloads of one NAL unit."""
    if len(unit) <= MTU:
        yield unit
        return
    if codec == "h264":
        head, kind, skip = bytes(((unit[0] & 0xE0) | _FU_A,)), unit[0] & 0x1F, 1
    else:
        head, kind, skip = bytes(((unit[0] & 0x81) | (_FU << 1), unit[1])), unit[0] >> 1 & 0x3F, 2
    size = MTU - len(head) - 1
    for at in range(skip, len(unit), size):
        begins, ends = at == skip, at + size >= len(unit)
        yield head + bytes((begins << 7 | ends << 6 | kind,)) + unit[at : at + size]
