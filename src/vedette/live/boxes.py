"""The boxes of a fragmented MP4 with one video track (ISO/IEC 14496-12 and -15)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.live.bits import AvcProfile, HevcProfile

__all__ = [
    "Sample",
    "TrackForm",
    "avc_record",
    "fragment",
    "hevc_record",
    "init",
]

TIMESCALE = 90_000
_TRACK = 1
# Unity transformation, as every header wants it.
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_DEFAULT_BASE_IS_MOOF = 0x020000
# Data offset, then duration, size, flags and composition offset for each sample.
_TRUN_FLAGS = 0x000F01
_SYNC_SAMPLE = 0x02000000
_OTHER_SAMPLE = 0x01010000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackForm:
    """What the init segment says of its track."""

    entry: bytes
    """Name of the sample entry: avc1, hvc1."""
    config: bytes
    """The whole configuration box of that entry."""
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture with its times in units of 1/90,000 s."""

    sequence: int
    decode_time: int
    offset: int
    """From decoding to showing; may be negative."""
    duration: int
    key: bool
    payload: bytes
    """Its NAL units, each after its length."""


def init(form: TrackForm) -> bytes:
    """The init segment."""
    brands = struct.pack(">4sI4s4s4s", b"iso5", 512, b"iso5", b"iso6", b"mp41")
    return _box(b"ftyp", brands) + _box(b"moov", _movie_header(), _track(form), _extends())


def fragment(sample: Sample) -> bytes:
    """One picture as moof and mdat."""
    header = _full(b"mfhd", 0, 0, struct.pack(">I", sample.sequence))
    track = _full(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", _TRACK))
    time = _full(b"tfdt", 1, 0, struct.pack(">Q", sample.decode_time))
    run_size = 12 + 4 + 4 + 16
    moof_size = 8 + len(header) + 8 + len(track) + len(time) + run_size
    run = _full(
        b"trun",
        1,
        _TRUN_FLAGS,
        struct.pack(
            ">IiIIIi",
            1,
            moof_size + 8,
            sample.duration,
            len(sample.payload),
            _SYNC_SAMPLE if sample.key else _OTHER_SAMPLE,
            sample.offset,
        ),
    )
    moof = _box(b"moof", header, _box(b"traf", track, time, run))
    return moof + _box(b"mdat", sample.payload)


def avc_record(about: AvcProfile, sps: Sequence[bytes], pps: Sequence[bytes]) -> bytes:
    """The avcC box; lengths before NAL units take four bytes."""
    head = bytes((1, about.profile, about.constraints, about.level, 0xFF, 0xE0 | len(sps)))
    sets = b"".join(struct.pack(">H", len(one)) + one for one in sps)
    sets += bytes((len(pps),)) + b"".join(struct.pack(">H", len(one)) + one for one in pps)
    if about.told:
        depths = (0xF8 | (about.luma_bits - 8), 0xF8 | (about.chroma_bits - 8))
        sets += bytes((0xFC | about.chroma, *depths, 0))
    return _box(b"avcC", head, sets)


def hevc_record(about: HevcProfile, arrays: Sequence[tuple[int, Sequence[bytes]]]) -> bytes:
    """The hvcC box with its parameter sets by NAL type; lengths take four bytes."""
    head = (
        b"\x01"
        + about.general
        + struct.pack(
            ">HBBBBHBB",
            0xF000,  # no segmentation known
            0xFC,  # parallelism unknown
            0xFC | about.chroma,
            0xF8 | (about.luma_bits - 8),
            0xF8 | (about.chroma_bits - 8),
            0,  # average rate unknown
            (about.sub_layers << 3) | (about.nested << 2) | 3,
            len(arrays),
        )
    )
    sets = b""
    for kind, units in arrays:
        sets += struct.pack(">BH", 0x80 | kind, len(units))
        sets += b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
    return _box(b"hvcC", head, sets)


def _movie_header() -> bytes:
    times = struct.pack(">IIII", 0, 0, TIMESCALE, 0)
    rest = struct.pack(">IHHII", 0x10000, 0x0100, 0, 0, 0)
    return _full(b"mvhd", 0, 0, times, rest, _MATRIX, bytes(24), struct.pack(">I", _TRACK + 1))


def _track(form: TrackForm) -> bytes:
    header = _full(
        b"tkhd",
        0,
        3,  # enabled, in the movie
        struct.pack(">IIIIIIIHHHH", 0, 0, _TRACK, 0, 0, 0, 0, 0, 0, 0, 0),
        _MATRIX,
        struct.pack(">II", form.width << 16, form.height << 16),
    )
    media_header = _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, TIMESCALE, 0, 0x55C4, 0))
    handler = _full(b"hdlr", 0, 0, struct.pack(">I4s", 0, b"vide"), bytes(12), b"video\0")
    return _box(b"trak", header, _box(b"mdia", media_header, handler, _media(form)))


def _media(form: TrackForm) -> bytes:
    here = _full(b"url ", 0, 1)
    place = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), here))
    empty = struct.pack(">I", 0)
    tables = _box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(form)),
        _full(b"stts", 0, 0, empty),
        _full(b"stsc", 0, 0, empty),
        _full(b"stsz", 0, 0, empty, empty),
        _full(b"stco", 0, 0, empty),
    )
    return _box(b"minf", _full(b"vmhd", 0, 1, bytes(8)), place, tables)


def _sample_entry(form: TrackForm) -> bytes:
    return _box(
        form.entry,
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HHIIIH", form.width, form.height, 0x480000, 0x480000, 0, 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
        form.config,
    )


def _extends() -> bytes:
    return _box(b"mvex", _full(b"trex", 0, 0, struct.pack(">IIIII", _TRACK, 1, 0, 0, 0)))


def _box(name: bytes, *parts: bytes) -> bytes:
    """A box: its size, its name, what is in it."""
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def _full(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return _box(name, struct.pack(">I", version << 24 | flags), *parts)
