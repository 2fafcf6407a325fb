"""A file while it is written: whole parts only, hashed on the way."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from pathlib import Path
from typing import Protocol

__all__ = ["MARK", "Disk", "GrowingFile", "LocalDisk", "is_full"]

MARK = "archive.txt"
"""Stands in a tier's folder: an empty mount point does not have it."""
_WRITTEN_BACK = 16 * 1024 * 1024
"""So many bytes of a file may lie in the kernel alone; what a power cut costs at most."""


class Disk(Protocol):
    """What a file needs of the disk; every call may raise OSError."""

    def prepare(self) -> None: ...

    def create(self, path: Path) -> int:
        """A new file, its folders made; never one that exists."""
        ...

    def write(self, descriptor: int, octets: bytes) -> int: ...

    def sync(self, descriptor: int) -> None: ...


class LocalDisk:
    """A disk of this machine, of which an archive has a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._marked = False

    def prepare(self) -> None:
        """Make the archive's folder where it has never been; later it is never made anew."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(self, path: Path) -> int:
        self._mind_mount()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        try:
            return os.open(path, flags, 0o600)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(path, flags, 0o600)

    def _mind_mount(self) -> None:
        """What would go to another disk, under an empty mount point, is refused."""
        marked = (self._root / MARK).is_file()
        if (self._marked and not marked) or not self._root.is_dir():
            raise OSError(errno.ENODEV, "the disk of the archive is not there")
        self._marked = marked

    def write(self, descriptor: int, octets: bytes) -> int:
        return os.write(descriptor, octets)

    def sync(self, descriptor: int) -> None:
        os.fdatasync(descriptor)


class GrowingFile:
    """Appends parts, each with one write; after an error only what was whole before is kept."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._disk = disk
        self._descriptor = disk.create(path)
        self.path = path
        self.size = 0
        self._unsynced = 0
        self._hash = hashlib.sha256()

    def append(self, octets: bytes) -> None:
        """All of it, or OSError and none of it."""
        written = self._disk.write(self._descriptor, octets)
        if written != len(octets):
            raise OSError(errno.ENOSPC, "no space left on the disk", str(self.path))
        self._hash.update(octets)
        self.size += len(octets)
        self._unsynced += len(octets)
        if self._unsynced > _WRITTEN_BACK:
            self._disk.sync(self._descriptor)
            self._unsynced = 0

    def close(self) -> str:
        """Put it on the disk; its SHA-256. OSError when the disk does not take it."""
        self._disk.sync(self._descriptor)
        self._let_go()
        return self._hash.hexdigest()

    def abandon(self) -> str:
        """Cut off what was written by halves and let go; whatever the disk says."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self.size)
        with contextlib.suppress(OSError):
            self._let_go()
        return self._hash.hexdigest()

    def _let_go(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def is_full(error: OSError) -> bool:
    """Whether the disk merely has no room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
