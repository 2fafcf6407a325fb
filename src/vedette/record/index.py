"""What lies where in a recorded file, found by walking its parts; also while it grows."""

from __future__ import annotations

import struct
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vedette.core.errors import StoreError
from vedette.core.footage import Segment
from vedette.record.head import Head, read_head
from vedette.record.reading import ArchiveFiles, FileReader
from vedette.record.runs import Run, read_runs

__all__ = ["FileIndex", "Indexes", "Part", "head_of", "parts_of", "start_of"]

# Enough for the header of a part of a second, so that most parts cost one read.
_LOOK = 4096
# Pictures that are further apart have a hole between them.
_HOLE_US = 1_000_000
_LARGEST_HEADER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A second or so of footage that can be fetched by itself."""

    t_us: int
    """When its first picture was taken."""
    duration_us: int
    offset: int
    size: int
    key: bool
    """Whether decoding can begin here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileIndex:
    """A file as far as it can be played."""

    head: Head
    parts: tuple[Part, ...]
    end: int
    """Bytes until where it is whole."""

    @property
    def end_us(self) -> int | None:
        """When its last picture stops being shown."""
        return self.parts[-1].t_us + self.parts[-1].duration_us if self.parts else None


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    body: int
    """Where its content begins, from its own beginning."""
    size: int
    seen: bytes
    """What was read along with it."""


class Indexes:
    """Indexes of files, those last asked for kept; usable from any thread."""

    def __init__(self, files: ArchiveFiles, keep: int = 500) -> None:
        self._files, self._keep = files, keep
        self._known: OrderedDict[str, FileIndex] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, segment: Segment) -> FileIndex:
        """The file's index, of a growing one as far as it is now; Gone when there is no file."""
        with self._lock:
            known = self._known.get(segment.id)
            if known is not None:
                self._known.move_to_end(segment.id)
        if known is not None and (not segment.open and known.end >= segment.size):
            return known
        reader = self._files.open(segment)
        try:
            index = _walk(segment, reader, known)
        finally:
            reader.close()
        with self._lock:
            self._known[segment.id] = index
            while len(self._known) > self._keep:
                self._known.popitem(last=False)
        return index


def head_of(reader: FileReader) -> Head:
    """The head of a file; ValueError when it has none that makes sense."""
    at = 0
    while (box := _box(reader, at)) is not None:
        if box.name == b"moov":
            moov = _whole(reader, at, box)
            return read_head(moov[box.body :], at + box.size)
        at += box.size
    raise ValueError("the file has no head yet")


def parts_of(reader: FileReader, head: Head, start: int) -> Iterator[tuple[int, int, list[Run]]]:
    """(offset, size, samples) of the whole parts from byte `start` on.

    An incomplete last part is left out, and whatever comes after damage.
    """
    at = begin = start
    runs: list[Run] = []
    while (box := _box(reader, at)) is not None:
        if box.name == b"moof":
            try:
                runs += read_runs(_whole(reader, at, box), at, head)
            except ValueError:
                return
        at += box.size
        if box.name == b"mdat":
            if at > reader.size:
                return
            if runs:
                yield begin, at - begin, runs
            begin, runs = at, []


def start_of(head: Head, runs: list[Run]) -> tuple[int, int, bool] | None:
    """(begin, end, key) of a part in µs of media time, from its pictures where it has any."""
    video = head.video
    if video is None:
        return None
    chosen = next((run for run in runs if run.track == video.id), None)
    if chosen is None:
        return None
    first, last = int(chosen.shown.min()), int((chosen.shown + chosen.duration).max())
    scale = video.timescale
    return first * 1_000_000 // scale, last * 1_000_000 // scale, bool(chosen.key[0])


def _walk(segment: Segment, reader: FileReader, known: FileIndex | None) -> FileIndex:
    if known is None:
        try:
            head = head_of(reader)
        except ValueError as error:
            raise StoreError(f"the recording {segment.id} cannot be read: {error}") from error
        known = FileIndex(head=head, parts=(), end=head.size)
    parts = list(known.parts)
    end = known.end
    for offset, size, runs in parts_of(reader, known.head, known.end):
        end = offset + size
        span = start_of(known.head, runs)
        if span is None:
            continue
        begin_us, end_us, key = span
        # The part before lasts until this one, whatever its last picture said of itself.
        if parts:
            step_us = segment.start_us + begin_us - parts[-1].t_us
            if 0 < step_us < parts[-1].duration_us + _HOLE_US:
                parts[-1] = replace(parts[-1], duration_us=step_us)
        parts.append(
            Part(
                t_us=segment.start_us + begin_us,
                duration_us=end_us - begin_us,
                offset=offset,
                size=size,
                key=key,
            )
        )
    return FileIndex(head=known.head, parts=tuple(parts), end=end)


def _box(reader: FileReader, at: int) -> _Box | None:
    seen = reader.read(at, _LOOK)
    if len(seen) < 8:
        return None
    size, name = struct.unpack_from(">I4s", seen)
    body = 8
    if size == 1 and len(seen) >= 16:
        size, body = struct.unpack_from(">Q", seen, 8)[0], 16
    return _Box(name, body, size, seen) if size >= body else None


def _whole(reader: FileReader, at: int, box: _Box) -> bytes:
    if box.size > _LARGEST_HEADER:
        raise ValueError(f"a box {box.name!r} of {box.size} bytes is not one of ours")
    if box.size <= len(box.seen):
        return box.seen[: box.size]
    whole = box.seen + reader.read(at + len(box.seen), box.size - len(box.seen))
    if len(whole) < box.size:
        raise ValueError(f"a box {box.name!r} is incomplete")
    return whole
