"""Pictures kept at an interval: one JPEG a file on the first disk, named after its moment.

There is no index: a listing looks at the folders of the days and hours asked for, and nothing else.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import structlog

from vedette.core.errors import NotFound, StoreError, Unavailable
from vedette.core.footage import Span
from vedette.core.site import Keeping
from vedette.record.growing import MARK
from vedette.record.layout import STILLS, day_of, still_path
from vedette.record.retention import cutoff_us

__all__ = ["Still", "StillArchive", "StillRetention"]

_log = structlog.get_logger()
_CAMERA = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOUR = re.compile(r"\d{2}")
_FILE = re.compile(r"(\d{1,16})\.jpg")
_PART = ".part"
_EVER = (0, 9_007_199_254_740_991)
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Still:
    """One kept picture; camera and moment are its id."""

    t_us: int
    """When it was taken."""
    camera: str
    size: int
    """Bytes."""


class StillArchive:
    """The pictures below the archive's first folder; written by one process a camera."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, camera: str, t_us: int, jpeg: bytes) -> None:
        """Keep a picture: whole on the disk or not at all; Unavailable without the disk."""
        if not (self._root / MARK).is_file():
            # What would lie under an empty mount point is lost once the disk is back.
            raise Unavailable("the disk of the archive is not there")
        place = self._place(camera, t_us)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(place, jpeg)
        except OSError as error:
            raise StoreError(
                f"a picture of camera {camera!r} cannot be kept: {error.strerror}"
            ) from error

    def read(self, camera: str, t_us: int) -> bytes:
        """The JPEG of exactly that moment, or NotFound."""
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with os.fdopen(os.open(self._place(camera, t_us), flags), "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(f"no picture of camera {camera!r} was kept at that moment") from None
        except OSError as error:
            raise Unavailable(f"the disk cannot be read: {error.strerror}") from error

    def find(self, camera: str, span: Span, limit: int) -> list[Still]:
        """Pictures of a span, oldest first."""
        return list(islice(self._stills(camera, span), limit))

    def newest_us(self, camera: str) -> int | None:
        """When the last one was taken."""
        for day in reversed(_folders(self._root / STILLS / camera, _DAY)):
            for hour in reversed(_folders(day, _HOUR)):
                if times := _times(hour):
                    return times[-1]
        return None

    def cameras(self) -> list[str]:
        """Whose pictures there are, of cameras that are gone as well."""
        return [one.name for one in _folders(self._root / STILLS, _CAMERA)]

    def oldest(self, before_us: int) -> Iterator[Still]:
        """Pictures of all cameras taken before a moment, oldest first."""
        span = (0, before_us)
        return heapq.merge(*(self._stills(camera, span) for camera in self.cameras()))

    def remove(self, still: Still) -> None:
        """Delete one, and its folders once they are empty; one that is gone is no error."""
        place = self._place(still.camera, still.t_us)
        place.unlink(missing_ok=True)
        hour = place.parent
        with contextlib.suppress(OSError):
            if not _times(hour):
                # Halves that a killed process left would keep the folder for ever.
                for half in hour.glob(f"*{_PART}"):
                    half.unlink(missing_ok=True)
                hour.rmdir()
                hour.parent.rmdir()

    def _stills(self, camera: str, span: Span) -> Iterator[Still]:
        first, last = day_of(span[0]), day_of(min(span[1], _EVER[1]))
        for day in _folders(self._root / STILLS / camera, _DAY):
            if not first <= day.name <= last:
                continue
            for hour in _folders(day, _HOUR):
                yield from _within(camera, hour, span)

    def _place(self, camera: str, t_us: int) -> Path:
        if not _CAMERA.fullmatch(camera):
            raise NotFound(f"there is no camera {camera!r}")
        return self._root / still_path(camera, t_us)


class StillRetention:
    """Removes pictures that are too old, or stand in the way of recording."""

    def __init__(self, archive: StillArchive) -> None:
        self._archive = archive

    def age(self, keeping: Callable[[str], Keeping], now_us: int) -> bool:
        """Remove some of those older than footage in which nothing happened; whether more are."""
        busy = False
        for camera in self._archive.cameras():
            before_us = cutoff_us(keeping(camera), "continuous", now_us)
            if before_us is None or before_us <= 0:
                continue
            old = self._archive.find(camera, (0, before_us), _BATCH)
            self._remove(old, "age")
            busy |= len(old) == _BATCH
        return busy

    def relieve(self, needed: int, before_us: int) -> int:
        """Remove the oldest of all cameras until so many bytes are free; how many were freed."""
        gone: list[Still] = []
        for one in islice(self._archive.oldest(before_us), _BATCH):
            if needed <= 0:
                break
            gone.append(one)
            needed -= one.size
        self._remove(gone, "space")
        return sum(one.size for one in gone)

    def _remove(self, stills: list[Still], reason: str) -> None:
        for one in stills:
            self._archive.remove(one)
        if stills:
            _log.info("kept pictures were removed", pictures=len(stills), reason=reason)


def _within(camera: str, hour: Path, span: Span) -> Iterator[Still]:
    for t_us in _times(hour):
        if span[0] <= t_us < span[1]:
            # Retention may have been here since the folder was read.
            with contextlib.suppress(FileNotFoundError):
                size = (hour / f"{t_us}.jpg").stat().st_size
                yield Still(t_us=t_us, camera=camera, size=size)


def _times(hour: Path) -> list[int]:
    try:
        found = (_FILE.fullmatch(name) for name in os.listdir(hour))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(one[1]) for one in found if one is not None)


def _folders(folder: Path, named: re.Pattern[str]) -> list[Path]:
    try:
        names = sorted(one for one in os.listdir(folder) if named.fullmatch(one))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in names]


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(place.name + _PART)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            # Nobody is likely to look at it soon, and recording wants the memory.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        part.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    descriptor = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
