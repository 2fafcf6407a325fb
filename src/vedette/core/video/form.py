"""A stream as an MP4 file keeps it: its track's form, its pictures, what to call it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vedette.core.media import StreamFormat
from vedette.core.video.mp4 import VideoForm, avc_record, hevc_record
from vedette.core.video.nal import VideoCodec, nal_type, split
from vedette.core.video.profiles import avc_profile, hevc_profile

__all__ = ["StoredForm", "hevc_words", "stored_form", "stored_picture"]

_HEVC_SETS = (32, 33, 34)
_SETS = {"h264": frozenset({7, 8}), "hevc": frozenset(_HEVC_SETS)}
# Delimiters and filling bytes say nothing where every picture has its length.
_EMPTY = {"h264": frozenset({9, 12}), "hevc": frozenset({35, 38})}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredForm:
    """A track's form, and its codec as RFC 6381 writes it."""

    form: VideoForm
    codecs: str

    @property
    def mime(self) -> str:
        """What a browser is told."""
        return f'video/mp4; codecs="{self.codecs}"'


def stored_form(stream: StreamFormat, key_picture: bytes) -> StoredForm | None:
    """The form of a stream that begins with this picture; None while parameter sets are unknown.

    ValueError when they make no sense.
    """
    if stream.codec == "mjpeg":
        form = VideoForm(entry=b"jpeg", config=b"", width=stream.width, height=stream.height)
        return StoredForm(form=form, codecs="jpeg")
    avc = stream.codec == "h264"
    # The newest parameter sets travel with the picture; extradata may be older.
    of = _avc if avc else _hevc
    found = of(key_picture) or of(stream.extradata)
    if found is None:
        return None
    config, codecs = found
    entry = b"avc1" if avc else b"hvc1"
    form = VideoForm(entry=entry, config=config, width=stream.width, height=stream.height)
    return StoredForm(form=form, codecs=codecs)


def stored_picture(codec: VideoCodec, annex_b: bytes, *, with_sets: bool = False) -> bytes:
    """An access unit with lengths for start codes, without what the track's form says already."""
    left_out = _EMPTY[codec] if with_sets else _EMPTY[codec] | _SETS[codec]
    parts = []
    for unit in split(annex_b):
        if nal_type(codec, unit) not in left_out:
            parts.append(struct.pack(">I", len(unit)))
            parts.append(unit)
    return b"".join(parts)


def _avc(annex_b: bytes) -> tuple[bytes, str] | None:
    sps: list[bytes] = []
    pps: list[bytes] = []
    for unit in split(annex_b):
        kept = {7: sps, 8: pps}.get(unit[0] & 0x1F)
        if kept is not None and unit not in kept:
            kept.append(unit)
    if not sps or not pps:
        return None
    about = avc_profile(sps[0])
    codecs = f"avc1.{about.profile:02x}{about.constraints:02x}{about.level:02x}"
    return avc_record(about, sps[:31], pps[:255]), codecs


def _hevc(annex_b: bytes) -> tuple[bytes, str] | None:
    sets: dict[int, list[bytes]] = {kind: [] for kind in _HEVC_SETS}
    for unit in split(annex_b):
        kept = sets.get((unit[0] >> 1) & 0x3F)
        if kept is not None and unit not in kept:
            kept.append(unit)
    if not all(sets.values()):
        return None
    about = hevc_profile(sets[33][0])
    return hevc_record(about, list(sets.items())), f"hvc1.{hevc_words(about.general)}"


def hevc_words(general: bytes) -> str:
    """Profile, tier, level and constraints as RFC 6381 writes them, from `HevcProfile.general`."""
    # ISO/IEC 14496-15 annex E: space and profile, compatibility bits reversed, tier and level,
    # constraint bytes without the trailing zero ones.
    first, level = general[0], general[11]
    space, tier, profile = first >> 6, (first >> 5) & 1, first & 0x1F
    flags = int(f"{int.from_bytes(general[1:5], 'big'):032b}"[::-1], 2)
    parts = [f"{('', 'A', 'B', 'C')[space]}{profile}", f"{flags:X}", f"{'HL'[1 - tier]}{level}"]
    constraints = general[5:11].rstrip(b"\x00")
    return ".".join([*parts, *(f"{byte:X}" for byte in constraints)])
