"""Reads what a decoder is told ahead of pictures: parameter sets of H.264 and H.265."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.core.video.bits import BitReader

__all__ = [
    "WITH_CHROMA",
    "AvcProfile",
    "HevcProfile",
    "avc_profile",
    "hevc_profile",
    "skip_sub_layers",
]

WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""H.264 profiles whose sequence parameter set says how colours and depths are coded."""


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
        return self.profile in WITH_CHROMA


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
    if profile not in WITH_CHROMA:
        return AvcProfile(profile=profile, constraints=constraints, level=level)
    bits = BitReader(sps[4:])
    bits.ue()  # its id
    chroma = bits.ue()
    if chroma == 3:
        bits.u(1)
    return AvcProfile(
        profile=profile,
        constraints=constraints,
        level=level,
        chroma=chroma,
        luma_bits=8 + bits.ue(),
        chroma_bits=8 + bits.ue(),
    )


def hevc_profile(sps: bytes) -> HevcProfile:
    """Read an SPS, NAL header included; ValueError when it is too short."""
    bits = BitReader(sps[2:])
    bits.u(4)
    layers, nested = bits.u(3) + 1, bool(bits.u(1))
    general = bits.u(96).to_bytes(12, "big")
    skip_sub_layers(bits, layers - 1)
    bits.ue()  # its id
    chroma = bits.ue()
    if chroma == 3:
        bits.u(1)
    bits.ue()  # width
    bits.ue()  # height
    if bits.u(1):
        for _ in range(4):
            bits.ue()  # cropping
    return HevcProfile(
        general=general,
        sub_layers=layers,
        nested=nested,
        chroma=chroma,
        luma_bits=8 + bits.ue(),
        chroma_bits=8 + bits.ue(),
    )


def skip_sub_layers(bits: BitReader, more: int) -> None:
    """Pass over the profiles and levels of the temporal sub-layers after the first."""
    present = [(bits.u(1), bits.u(1)) for _ in range(more)]
    if more:
        bits.u(2 * (8 - more))
    for profile, level in present:
        bits.u(88 * profile + 8 * level)
