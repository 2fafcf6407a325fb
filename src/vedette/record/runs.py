"""The samples of one part of a file, as its `moof` lists them, in arrays."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.record.head import Head, Inner, TrackHead, inner_boxes

__all__ = ["Counts", "Flags", "Run", "join", "read_runs"]

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NOT_SYNC = 0x10000
_BASE, _DURATION, _SIZE, _FLAGS = 0x01, 0x08, 0x10, 0x20
_INDEX = 0x02
_RUN_OFFSET, _RUN_FIRST = 0x001, 0x004
_RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of one track in the order they are decoded; times in units of the track."""

    track: int
    decoded: Counts
    shown: Counts
    duration: Counts
    size: Counts
    offset: Counts
    """Where in the file each begins."""
    key: Flags

    def __getitem__(self, some: slice) -> Run:
        return Run(
            self.track,
            self.decoded[some],
            self.shown[some],
            self.duration[some],
            self.size[some],
            self.offset[some],
            self.key[some],
        )

    def __len__(self) -> int:
        return len(self.size)


@dataclass(slots=True)
class _Defaults:
    track: int
    duration: int
    size: int
    flags: int
    base: int


def read_runs(moof: bytes, at: int, head: Head) -> tuple[Run, ...]:
    """One run for each track of a part; `at` is where in the file its `moof` box begins."""
    tracks = {track.id: track for track in head.tracks}
    found = []
    try:
        for box in inner_boxes(moof, 8, len(moof)):
            if box.name == b"traf":
                run = _fragment(moof, box, at, tracks)
                if run is not None:
                    found.append(run)
    except struct.error as error:
        raise ValueError(f"a part makes no sense: {error}") from error
    return tuple(found)


def join(runs: list[Run]) -> Run:
    """Runs of one track as one."""
    return Run(
        runs[0].track,
        np.concatenate([one.decoded for one in runs]),
        np.concatenate([one.shown for one in runs]),
        np.concatenate([one.duration for one in runs]),
        np.concatenate([one.size for one in runs]),
        np.concatenate([one.offset for one in runs]),
        np.concatenate([one.key for one in runs]),
    )


def _fragment(moof: bytes, traf: Inner, at: int, tracks: dict[int, TrackHead]) -> Run | None:
    boxes = list(inner_boxes(moof, traf.start, traf.end))
    header = next((box for box in boxes if box.name == b"tfhd"), None)
    if header is None:
        raise ValueError("a part does not say whose it is")
    track = tracks.get(struct.unpack_from(">I", moof, header.start + 4)[0])
    if track is None:
        return None
    defaults = _defaults(moof, header, track, at)
    time = next((box for box in boxes if box.name == b"tfdt"), None)
    start = 0
    if time is not None:
        wide = moof[time.start] == 1
        start = struct.unpack_from(">Q" if wide else ">I", moof, time.start + 4)[0]
    runs: list[Run] = []
    end_of_last = defaults.base
    for box in boxes:
        if box.name == b"trun":
            run = _run(moof, box, defaults, (start, end_of_last))
            if len(run):
                start = int(run.decoded[-1] + run.duration[-1])
                end_of_last = int(run.offset[-1] + run.size[-1])
                runs.append(run)
    if not runs:
        return None
    return join(runs) if len(runs) > 1 else runs[0]


def _defaults(moof: bytes, header: Inner, track: TrackHead, at: int) -> _Defaults:
    flags = int.from_bytes(moof[header.start + 1 : header.start + 4], "big")
    found = _Defaults(track.id, track.duration, track.size, track.flags, at)
    place = header.start + 8
    if flags & _BASE:
        found.base = struct.unpack_from(">Q", moof, place)[0]
        place += 8
    if flags & _INDEX:
        place += 4
    for bit, name in ((_DURATION, "duration"), (_SIZE, "size"), (_FLAGS, "flags")):
        if flags & bit:
            setattr(found, name, struct.unpack_from(">I", moof, place)[0])
            place += 4
    return found


def _run(moof: bytes, box: Inner, defaults: _Defaults, begins: tuple[int, int]) -> Run:
    flags = int.from_bytes(moof[box.start + 1 : box.start + 4], "big")
    n = struct.unpack_from(">I", moof, box.start + 4)[0]
    place = box.start + 8
    time, data = begins
    if flags & _RUN_OFFSET:
        data = defaults.base + struct.unpack_from(">i", moof, place)[0]
        place += 4
    first_flags = None
    if flags & _RUN_FIRST:
        first_flags = struct.unpack_from(">I", moof, place)[0]
        place += 4
    there = [bool(flags & bit) for bit in _RUN_FIELDS]
    columns = sum(there)
    if place + 4 * columns * n > box.end:
        raise ValueError("a part lists more samples than it has room for")
    table = np.frombuffer(moof, ">u4", columns * n, place).reshape(n, columns).astype(np.int64)
    filled = [defaults.duration, defaults.size, defaults.flags, 0]
    fields = []
    column = 0
    for present, default in zip(there, filled, strict=True):
        fields.append(table[:, column] if present else np.full(n, default, np.int64))
        column += present
    duration, size, marks, offset = fields
    if first_flags is not None and n:
        marks = marks.copy()
        marks[0] = first_flags
    decoded = time + np.cumsum(duration) - duration
    # Version 0 says they are unsigned; nobody writes offsets of half a day, but negative ones.
    shown = decoded + offset.astype(np.uint32).view(np.int32)
    places = data + np.cumsum(size) - size
    return Run(defaults.track, decoded, shown, duration, size, places, (marks & _NOT_SYNC) == 0)
