"""The head of a plain MP4: all sample tables first, so that it plays while it is fetched."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vedette.record.runs import Counts, Flags

__all__ = ["TIMESCALE", "Chunk", "Edit", "Table", "movie"]

TIMESCALE = 90_000
"""Ticks per second of the movie, and of its pictures."""
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# Seconds from 1904, when MP4 begins to count, to 1970.
_EPOCH = 2_082_844_800
_LARGEST_32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A stretch of the movie: how long, and from which media time; -1 shows nothing."""

    duration: int
    """In ticks of the movie."""
    media_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Samples of a track that lie one behind the other."""

    offset: int
    """From the first byte of media."""
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One track with all its samples."""

    kind: Literal["video", "audio"]
    timescale: int
    entry: bytes
    width: int
    height: int
    duration: Counts
    late: Counts
    """From decoding to showing."""
    size: Counts
    key: Flags
    chunks: Sequence[Chunk]
    edits: Sequence[Edit]


def movie(tables: Sequence[Table], media_size: int, taken_us: int) -> bytes:
    """Everything that stands before the media: ftyp, moov and the header of mdat.

    `taken_us` is noted as the time the movie was made.
    """
    # Its own size decides where the media begins: made twice, the first time to measure.
    wide = media_size > _LARGEST_32 - (1 << 28)
    media_header = 16 if wide else 8
    kind = _box(b"ftyp", struct.pack(">4sI4s4s4s", b"isom", 512, b"isom", b"iso2", b"mp41"))
    size = len(_moov(tables, 0, wide, taken_us))
    moov = _moov(tables, len(kind) + size + media_header, wide, taken_us)
    if wide:
        return kind + moov + struct.pack(">I4sQ", 1, b"mdat", media_size + 16)
    return kind + moov + struct.pack(">I4s", media_size + 8, b"mdat")


def _moov(tables: Sequence[Table], begin: int, wide: bool, taken_us: int) -> bytes:
    taken = taken_us // 1_000_000 + _EPOCH
    duration = max((_length(table) for table in tables), default=0)
    header = _full(
        b"mvhd",
        1,
        0,
        struct.pack(">QQIQ", taken, taken, TIMESCALE, duration),
        struct.pack(">IHHII", 0x10000, 0x0100, 0, 0, 0),
        _MATRIX,
        bytes(24),
        struct.pack(">I", len(tables) + 1),
    )
    tracks = [
        _track(table, number, begin, wide, taken) for number, table in enumerate(tables, start=1)
    ]
    return _box(b"moov", header, *tracks)


def _length(table: Table) -> int:
    return sum(edit.duration for edit in table.edits)


def _track(table: Table, number: int, begin: int, wide: bool, taken: int) -> bytes:
    video = table.kind == "video"
    header = _full(
        b"tkhd",
        1,
        3,  # enabled, in the movie
        struct.pack(">QQIIQ", taken, taken, number, 0, _length(table)),
        bytes(8),
        struct.pack(">HHHH", 0, 0 if video else 1, 0 if video else 0x0100, 0),
        _MATRIX,
        struct.pack(">II", table.width << 16, table.height << 16),
    )
    edits = b"".join(
        struct.pack(">QqHH", edit.duration, edit.media_time, 1, 0) for edit in table.edits
    )
    shown = _box(b"edts", _full(b"elst", 1, 0, struct.pack(">I", len(table.edits)), edits))
    length = int(table.duration.sum())
    times = struct.pack(">QQIQHH", taken, taken, table.timescale, length, 0x55C4, 0)
    handler = _handler(b"vide" if video else b"soun", table.kind)
    media = _box(b"mdia", _full(b"mdhd", 1, 0, times), handler, _media(table, begin, wide))
    return _box(b"trak", header, shown, media)


def _handler(name: bytes, words: str) -> bytes:
    return _full(b"hdlr", 0, 0, struct.pack(">I4s", 0, name), bytes(12), words.encode() + b"\0")


def _media(table: Table, begin: int, wide: bool) -> bytes:
    here = _full(b"url ", 0, 1)
    place = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), here))
    head = (
        _full(b"vmhd", 0, 1, bytes(8)) if table.kind == "video" else _full(b"smhd", 0, 0, bytes(4))
    )
    return _box(b"minf", head, place, _samples(table, begin, wide))


def _samples(table: Table, begin: int, wide: bool) -> bytes:
    boxes = [
        _full(b"stsd", 0, 0, struct.pack(">I", 1), table.entry),
        _full(b"stts", 0, 0, _runs(table.duration, ">u4")),
    ]
    if table.late.any():
        boxes.append(_full(b"ctts", int(bool((table.late < 0).any())), 0, _runs(table.late, ">i4")))
    if not table.key.all():
        numbers = (np.flatnonzero(table.key) + 1).astype(">u4")
        boxes.append(_full(b"stss", 0, 0, struct.pack(">I", len(numbers)), numbers.tobytes()))
    counts = np.array([chunk.samples for chunk in table.chunks], np.int64)
    sizes = table.size.astype(">u4")
    offsets = np.array([begin + chunk.offset for chunk in table.chunks], np.int64)
    count = struct.pack(">I", len(offsets))
    boxes += [
        _full(b"stsc", 0, 0, _chunk_runs(counts)),
        _full(b"stsz", 0, 0, struct.pack(">II", 0, len(sizes)), sizes.tobytes()),
        _full(b"co64", 0, 0, count, offsets.astype(">u8").tobytes())
        if wide
        else _full(b"stco", 0, 0, count, offsets.astype(">u4").tobytes()),
    ]
    return _box(b"stbl", *boxes)


def _runs(numbers: Counts, form: str) -> bytes:
    """Equal neighbours as one: their count, how many each stands for, and what it is."""
    firsts = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    lengths = np.diff(firsts, append=len(numbers))
    rows = np.empty(len(firsts), [("n", ">u4"), ("what", form)])
    rows["n"], rows["what"] = lengths, numbers[firsts]
    return struct.pack(">I", len(firsts)) + rows.tobytes()


def _chunk_runs(counts: Counts) -> bytes:
    firsts = np.flatnonzero(np.diff(counts, prepend=counts[:1] - 1))
    rows = np.ones((len(firsts), 3), ">u4")
    rows[:, 0], rows[:, 1] = firsts + 1, counts[firsts]
    return struct.pack(">I", len(firsts)) + rows.tobytes()


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def _full(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *parts)
