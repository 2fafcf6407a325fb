"""Reads recorded files, wherever they lie; clients name ids, and rows name places."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from vedette.core.errors import Gone
from vedette.core.footage import Segment, Tier

__all__ = ["ArchiveFiles", "FileReader", "LocalFiles", "LocalReader", "open_below", "read_span"]

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CHUNK = 256 * 1024


class FileReader(Protocol):
    """One recorded file, open for reading; it may grow meanwhile."""

    @property
    def size(self) -> int:
        """Bytes that are there now."""
        ...

    def read(self, offset: int, n: int) -> bytes:
        """At most `n` bytes from there; fewer only at the end."""
        ...

    def close(self) -> None: ...


class ArchiveFiles(Protocol):
    """Where recorded files can be had, whatever their tier."""

    def open(self, segment: Segment) -> FileReader:
        """The file of that row; Gone when it is no longer there."""
        ...


class LocalFiles:
    """Files on disks of this machine, one folder for each tier."""

    def __init__(self, folders: Mapping[Tier, Path]) -> None:
        self._folders = dict(folders)

    def open(self, segment: Segment) -> LocalReader:
        """The file, also when it has just moved from one disk to the other."""
        parts = segment.path.split("/")
        if not all(_PART.fullmatch(part) for part in parts):
            raise Gone(f"the recording {segment.id} has no place of ours")
        first = [self._folders[segment.tier]] if segment.tier in self._folders else []
        others = [folder for folder in self._folders.values() if folder not in first]
        for folder in [*first, *others]:
            with contextlib.suppress(OSError):
                return open_below(folder, parts)
        raise Gone(f"the recording {segment.id} is no longer there")


class LocalReader:
    """An open file; may be closed twice."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "rb", buffering=0)

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, n: int) -> bytes:
        return os.pread(self._file.fileno(), n, offset)

    def close(self) -> None:
        self._file.close()


def read_span(reader: FileReader, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` until `end`, in handy pieces; Gone when there are fewer."""
    while start < end:
        piece = reader.read(start, min(_CHUNK, end - start))
        if not piece:
            raise Gone("a recording ended before it should")
        yield piece
        start += len(piece)


def open_below(folder: Path, parts: Sequence[str]) -> LocalReader:
    """Step by step and without following links, so that no row leads out of the folder."""
    with contextlib.ExitStack() as opened:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        opened.callback(os.close, at)
        for part in parts[:-1]:
            at = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            opened.callback(os.close, at)
        # Without O_NONBLOCK a pipe put here would hold the reader for ever.
        found = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise FileNotFoundError(parts[-1])
    return LocalReader(found)
