"""The tiers of an archive: where a file lies, copying it onwards so that it surely arrived."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from vedette.core.errors import ConfigError, Gone, StoreError, Unavailable
from vedette.core.footage import Segment, Tier
from vedette.core.settings import Settings
from vedette.record.growing import MARK
from vedette.record.reading import FileReader, LocalFiles
from vedette.record.remote import Remote
from vedette.record.sealed import ArchiveKeys, Bytes

__all__ = ["TIERS", "Damaged", "Pace", "Places", "Room", "first_folder", "places_of"]

TIERS: tuple[Tier, ...] = ("fast", "slow", "remote")
PART = ".part"
"""Ends the name of a copy that is not whole yet."""
_PIECE = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

Pace = Callable[[int], None]
"""Told of so many bytes that are about to be moved; waits while recording needs the disk."""


class Damaged(StoreError):
    """A file is not what was recorded."""

    code = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How full a disk is, bytes."""

    total: int
    free: int
    device: int
    """Equal for folders on the same disk."""


class Places:
    """The tiers there are: folders, and perhaps an S3-compatible store."""

    def __init__(
        self,
        folders: Mapping[Tier, Path],
        remote: Remote | None = None,
        measure: Callable[[Path], Room] | None = None,
    ) -> None:
        self.folders = dict(folders)
        self.remote = remote
        self._local = LocalFiles(self.folders)
        self._measure = measure or _measured

    @property
    def root(self) -> Path:
        """The folder of the first tier, where journals are kept."""
        return self.folders["fast"]

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Those there are, the fastest first."""
        return tuple(
            tier
            for tier in TIERS
            if tier in self.folders or (tier == "remote" and self.remote is not None)
        )

    def after(self, tier: Tier) -> Tier | None:
        """Where files of a tier go next."""
        return next((one for one in self.tiers if TIERS.index(one) > TIERS.index(tier)), None)

    def room(self, tier: Tier) -> Room | None:
        """How full a disk is; None for a store without end, or a disk that is not there."""
        if tier not in self.folders:
            return None
        with suppress(OSError):
            return self._measure(self.folders[tier])
        return None

    def marked(self, tier: Tier) -> bool:
        """Whether the disk with a tier's footage is there, not merely the folder it belongs in."""
        folder = self.folders.get(tier)
        return folder is not None and (folder / MARK).is_file()

    def mark(self, tier: Tier) -> None:
        """Note on the disk itself that it is the one."""
        self._write(tier, MARK, iter([b"This disk holds footage of Vedette.\n"]))

    def open(self, segment: Segment) -> FileReader:
        """The file of a row; where it has just been moved, its new place is tried."""
        if segment.tier != "remote" or self.remote is None:
            try:
                return self._local.open(segment)
            except Gone:
                if self.remote is None or segment.open:
                    raise
                return self.remote.open(checked(segment.path))
        try:
            return self.remote.open(checked(segment.path))
        except (Gone, Unavailable) as error:
            # A copy on a disk that is not deleted yet is as good.
            with suppress(Gone):
                return self._local.open(segment)
            raise error

    def reader(self, tier: Tier, path: str) -> Bytes:
        """A file as it lies in that tier and nowhere else; Gone when it does not."""
        if tier == "remote":
            if self.remote is None:
                raise Gone(f"{path} lies in a remote store that is no longer configured")
            return self.remote.open(checked(path))
        if tier not in self.folders:
            raise Gone(f"{path} lies on a {tier} disk that is no longer configured")
        return _LocalBytes(self.folders[tier] / checked(path))

    def size(self, tier: Tier, path: str) -> int | None:
        """Plain bytes of a file in a tier; None when it is not there."""
        try:
            with closing(self.reader(tier, path)) as found:
                return found.size
        except Gone:
            return None

    def digest(self, tier: Tier, path: str, pace: Pace) -> str:
        """The SHA-256 of a file as it is read back now; Gone when it is not there."""
        total = hashlib.sha256()
        with closing(self.reader(tier, path)) as found:
            for piece in _pieces(found, pace):
                total.update(piece)
        return total.hexdigest()

    def copy(self, segment: Segment, to: Tier, pace: Pace) -> str:
        """Bring a file into another tier and read it back; its SHA-256.

        Damaged when the source is no longer what was recorded: then nothing is left at the goal.
        A copy that is there already and right is not made again.
        """
        path = checked(segment.path)
        if segment.sha256 and self._arrived(segment, to, pace):
            return segment.sha256
        wanted = segment.sha256 or self.digest(segment.tier, path, pace)
        with closing(self.reader(segment.tier, path)) as source:
            if to == "remote" and self.remote is not None:
                self.remote.put(path, _pieces(source, pace), source.size)
            else:
                self._write(to, path, _pieces(source, pace))
        # Hashed once, as it is read back: only when that is not right it matters whose fault it is.
        if self.digest(to, path, pace) == wanted:
            return wanted
        right = self.digest(segment.tier, path, pace) == wanted
        self.remove(to, path)
        if right:
            raise Unavailable(f"the copy of {segment.id} in the {to} tier is not right")
        raise Damaged(f"the recording {segment.id} has been changed on the {segment.tier} disk")

    def remove(self, tier: Tier, path: str) -> None:
        """Delete a file; one that is not there is no error."""
        if tier == "remote":
            if self.remote is not None:
                self.remote.delete(checked(path))
            return
        if tier in self.folders:
            place = self.folders[tier] / checked(path)
            place.unlink(missing_ok=True)
            # The hour, once it is empty; a recorder that needs it again makes it again.
            with suppress(OSError):
                place.parent.rmdir()

    def put(self, tier: Tier, path: str, content: bytes) -> None:
        """Write a small file of ours, such as a journal, whole."""
        if tier == "remote" and self.remote is not None:
            self.remote.put(checked(path), [content], len(content))
        elif tier in self.folders:
            self._write(tier, path, iter([content]))

    def get(self, tier: Tier, path: str) -> bytes:
        """Read a small file of ours; Gone when it is not there."""
        with closing(self.reader(tier, path)) as found:
            return found.read(0, found.size)

    def _arrived(self, segment: Segment, to: Tier, pace: Pace) -> bool:
        try:
            return self.digest(to, segment.path, pace) == segment.sha256
        except StoreError:  # not there, or half of it
            return False

    def _write(self, tier: Tier, path: str, pieces: Iterator[bytes]) -> None:
        place = self.folders[tier] / path
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(place.name + PART)
        with part.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            # What is read back afterwards shall come from the disk, and recording wants the memory.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        part.replace(place)
        _sync_folder(place.parent)


def first_folder(settings: Settings) -> Path:
    """The folder of the first tier, as the settings say."""
    return settings.archive.folder or settings.data_dir / "recordings"


def places_of(settings: Settings, installation_key: Callable[[], bytes]) -> Places:
    """The tiers that settings describe; the key is asked for only where something is encrypted."""
    archive = settings.archive
    folders: dict[Tier, Path] = {"fast": first_folder(settings)}
    if archive.slow_folder is not None:
        if archive.slow_folder.resolve() == folders["fast"].resolve():
            raise ConfigError("the slow folder is the first one", path=("archive", "slow_folder"))
        folders["slow"] = archive.slow_folder
    remote = None
    if archive.remote.bucket:
        remote = Remote(archive.remote, ArchiveKeys(installation_key()))
    return Places(folders, remote)


def checked(path: str) -> str:
    """The path of a row, which must stay below the root of its tier."""
    if not all(_NAME.fullmatch(part) for part in path.split("/")):
        raise Gone(f"{path!r} is no place of ours")
    return path


class _LocalBytes:
    """A file on a disk, read past the memory that recording wants."""

    def __init__(self, place: Path) -> None:
        try:
            self._file = place.open("rb", buffering=0)
        except (FileNotFoundError, NotADirectoryError):
            raise Gone(f"{place.name} is no longer there") from None
        except OSError as error:
            raise Unavailable(f"{place} cannot be read: {error.strerror}") from error

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, n: int) -> bytes:
        try:
            return os.pread(self._file.fileno(), n, offset)
        except OSError as error:
            raise Unavailable(f"the disk cannot be read: {error.strerror}") from error

    def close(self) -> None:
        with suppress(OSError):
            os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self._file.close()


def _pieces(source: Bytes, pace: Pace) -> Iterator[bytes]:
    at = 0
    while piece := source.read(at, _PIECE):
        pace(len(piece))
        yield piece
        at += len(piece)


def _measured(folder: Path) -> Room:
    folder.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(folder)
    return Room(total=usage.total, free=usage.free, device=folder.stat().st_dev)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
