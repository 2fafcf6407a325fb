"""Reads what a decoder is told ahead of pictures: parameter sets of H.264 and H.265."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["AvcProfile", "HevcProfile", "avc_profile", "hevc_profile", "nal_units"]

# Profiles whose sequence parameter set says how colours and depths are coded.
_WITH_CHROMA = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


def nal_units(access_unit: bytes) -> Iterator[bytes]:
    """The NAL units of an Annex B byte stream, start codes and padding removed."""
    start = access_unit.find(b"\x00\x00\x01")
    while start >= 0:
        following = access_unit.find(b"\x00\x00\x01", start + 3)
        end = following if following >= 0 else len(access_unit)
        unit = access_unit[start + 3 : end].rstrip(b"\x00")
        if unit:
            yield unit
        start = following


@dataclass(frozen=True, slots=True, kw_only=True)
class AvcProfile:
    """What an H.264 sequence parameter set says of itself."""

    profile: int
    constraints: int
    level: int
    chroma: int = 1
    luma_bits: int = 8
    chroma_bits: int = 8

    @property
    def told(self) -> bool:
        """Whether this profile says chroma and depths."""
        return self.profile in _WITH_CHROMA


@dataclass(frozen=True, slots=True, kw_only=True)
class HevcProfile:
    """What an H.265 sequence parameter set says of itself."""

    general: bytes
    """Twelve bytes: profile space, tier and profile; compatibility; constraints; level."""
    sub_layers: int
    nested: bool
    chroma: int
    luma_bits: int
    chroma_bits: int


def avc_profile(sps: bytes) -> AvcProfile:
    """Read an SPS, NAL header included; ValueError when it is too short."""
    if len(sps) < 4:
        raise ValueError("the sequence parameter set is too short")
    profile, constraints, level = sps[1:4]
    if profile not in _WITH_CHROMA:
        return AvcProfile(profile=profile, constraints=constraints, level=level)
    bits = _Bits(_unescape(sps[4:]))
    bits.exp_golomb()  # its id
    chroma = bits.exp_golomb()
    if chroma == 3:
        bits.skip(1)
    return AvcProfile(
        profile=profile,
        constraints=constraints,
        level=level,
        chroma=chroma,
        luma_bits=8 + bits.exp_golomb(),
        chroma_bits=8 + bits.exp_golomb(),
    )


def hevc_profile(sps: bytes) -> HevcProfile:
    """Read an SPS, NAL header included; ValueError when it is too short."""
    raw = _unescape(sps[2:])
    if len(raw) < 14:
        raise ValueError("the sequence parameter set is too short")
    layers, nested = ((raw[0] >> 1) & 7) + 1, bool(raw[0] & 1)
    bits = _Bits(raw[13:])
    _skip_sub_layers(bits, layers)
    bits.exp_golomb()  # its id
    chroma = bits.exp_golomb()
    if chroma == 3:
        bits.skip(1)
    bits.exp_golomb()  # width
    bits.exp_golomb()  # height
    if bits.read(1):
        for _ in range(4):
            bits.exp_golomb()  # cropping
    return HevcProfile(
        general=raw[1:13],
        sub_layers=layers,
        nested=nested,
        chroma=chroma,
        luma_bits=8 + bits.exp_golomb(),
        chroma_bits=8 + bits.exp_golomb(),
    )


def _skip_sub_layers(bits: _Bits, layers: int) -> None:
    if layers == 1:
        return
    present = [(bits.read(1), bits.read(1)) for _ in range(layers - 1)]
    bits.skip(2 * (8 - (layers - 1)))
    for profile, level in present:
        bits.skip(88 * profile + 8 * level)


def _unescape(payload: bytes) -> bytes:
    """Without the bytes that keep start codes out of a NAL unit."""
    return payload.replace(b"\x00\x00\x03", b"\x00\x00")


class _Bits:
    """Reads bit by bit; ValueError at the end."""

    def __init__(self, raw: bytes) -> None:
        self._bits = int.from_bytes(raw, "big")
        self._left = 8 * len(raw)

    def read(self, count: int) -> int:
        if count > self._left:
            raise ValueError("the parameter set ends too early")
        self._left -= count
        return (self._bits >> self._left) & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        self.read(count)

    def exp_golomb(self) -> int:
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("a number in the parameter set is too long")
        return (1 << zeros) - 1 + self.read(zeros)
