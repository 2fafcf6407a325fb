"""A file that lines are appended to, each on disk before it counts; one process holds it."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path

__all__ = ["Journal", "abandoned"]

_SUFFIX = ".events"


class Journal:
    """An open journal, locked for as long as its process lives; not for two threads at once."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._taken = 0

    @classmethod
    def create(cls, folder: Path) -> Journal:
        """A new one, empty."""
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{os.getpid()}-{secrets.token_hex(4)}.part"
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        # Locked before it has its name: nobody can take it for one whose process has died.
        _lock(descriptor)
        path = part.rename(part.with_suffix(_SUFFIX))
        _sync_folder(folder)
        return cls(path, descriptor)

    @property
    def size(self) -> int:
        """Bytes in it."""
        return self._size

    def append(self, line: bytes) -> None:
        """Add a line; on disk when this returns, not there at all when it raises OSError."""
        try:
            written = os.pwrite(self._descriptor, line + b"\n", self._size)
            if written != len(line) + 1:
                raise OSError(28, "no space left on the disk")
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += written

    def read(self, most: int) -> tuple[list[bytes], int]:
        """The next lines, and what to tell `take` once they have been dealt with.

        What follows the last line's end was torn by a crash and never counted.
        """
        lines: list[bytes] = []
        end = self._taken
        with os.fdopen(os.dup(self._descriptor), "rb") as file:
            file.seek(end)
            for line in file:
                if len(lines) == most or not line.endswith(b"\n"):
                    break
                lines.append(line[:-1])
                end += len(line)
        return lines, end

    def take(self, end: int) -> None:
        """Do not read again what was read."""
        self._taken = end

    def clear(self) -> None:
        """Forget all lines."""
        os.ftruncate(self._descriptor, 0)
        self._size = self._taken = 0

    def close(self, *, delete: bool) -> None:
        """Let go of it; may be called twice."""
        if self._descriptor < 0:
            return
        if delete:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1


def abandoned(folder: Path) -> list[Journal]:
    """Journals of processes that are gone, oldest first; whoever asks first has them."""
    found = []
    for path in folder.glob(f"*{_SUFFIX}"):
        with suppress(FileNotFoundError):  # another process has just dealt with it
            descriptor = os.open(path, os.O_RDWR)
            if _lock(descriptor):
                found.append((os.fstat(descriptor).st_mtime_ns, Journal(path, descriptor)))
            else:
                os.close(descriptor)
    return [journal for _, journal in sorted(found, key=lambda one: one[0])]


def _lock(descriptor: int) -> bool:
    """Whether the file is ours now; not when it was deleted before it could be."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(descriptor).st_nlink > 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
