"""Local video files as cameras."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

from pydantic import AwareDatetime

from vedette.core.clock import from_seconds
from vedette.core.errors import AddressRefused, SourceError, StreamMissing
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import plugin
from vedette.ingest.demux import open_file, read_units
from vedette.ingest.pacer import Pacer
from vedette.ingest.unit import SameFormat, Unit, stamp

__all__ = ["FileSource"]

Pace = Literal["realtime", "fast"]


@plugin
class FileSource:
    """Plays a video file: MP4, Matroska, MPEG-TS, AVI, FLV, or bare H.264, H.265 or MJPEG."""

    path: Path
    """The file; relative paths begin in the folders of the setting `sources.file_roots`."""
    pace: Pace = "realtime"
    """Whether it plays as fast as it was filmed or as fast as it can be read."""
    loop: bool = False
    """Begin anew at the end, for ever."""
    start: AwareDatetime | None = None
    """The time its first picture is said to be of, with time zone; now if not set."""

    def open(self, origin: Origin) -> _FilePlay:
        """One playing of the file."""
        return _FilePlay(self, origin)


@dataclass(slots=True)
class _Tape:
    """Where on the endless tape of repetitions we are."""

    begin_us: int = 0
    first_us: int | None = None
    end_us: int = 0

    def place(self, unit: Unit) -> Unit:
        if self.first_us is None:
            self.first_us = unit.pts_us
        shift_us = self.begin_us - self.first_us
        self.end_us = max(self.end_us, unit.pts_us + shift_us + unit.duration_us)
        return replace(unit, pts_us=unit.pts_us + shift_us, dts_us=unit.dts_us + shift_us)

    def rewind(self) -> None:
        self.begin_us, self.first_us = self.end_us, None


class _FilePlay:
    def __init__(self, options: FileSource, origin: Origin) -> None:
        self._options = options
        self._origin = origin
        self._pacer = Pacer(origin.clock)
        self.has_audio = False

    def close(self) -> None:
        self._pacer.stop()

    def packets(self) -> Iterator[Packet]:
        start_us = self._start_us()
        tape, same = _Tape(), SameFormat()
        while not self._pacer.stopped:
            for unit in self._once():
                placed = tape.place(same.keep(unit))
                if self._options.pace == "realtime":
                    self._pacer.wait_for(placed.dts_us)
                if self._pacer.stopped:
                    return
                yield stamp(self._origin, placed, start_us + placed.pts_us)
            if tape.first_us is None:
                raise StreamMissing(f"{self._options.path.name} holds no picture")
            if not self._options.loop:
                return
            tape.rewind()

    def _start_us(self) -> int:
        if self._options.start is not None:
            return from_seconds(self._options.start.timestamp())
        return self._origin.clock.now_us()

    def _once(self) -> Iterator[Unit]:
        name = self._options.path.name
        with _open_allowed(self._options.path, self._origin.allowed.file_roots) as file:
            container = open_file(file, name=name)
            with container:
                self.has_audio = bool(container.streams.audio)
                yield from read_units(container, name=name)


def _open_allowed(path: Path, roots: tuple[Path, ...]) -> IO[bytes]:
    """Open a regular file that lies, links followed, in one of the folders."""
    if not roots:
        raise AddressRefused(
            "files may not be played as cameras: the setting sources.file_roots names no folder"
        )
    refused = False
    for root in roots:
        try:
            real = (root / path).resolve(strict=True)
            inside = real.is_relative_to(root.resolve())
        except (OSError, RuntimeError, ValueError):
            continue
        if inside:
            return _open_regular(real)
        refused = True
    if refused:
        raise AddressRefused(f"{path} lies outside the folders of the setting sources.file_roots")
    raise StreamMissing(f"there is no file {path}")


def _open_regular(real: Path) -> IO[bytes]:
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SourceError(f"{real.name} cannot be opened: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise AddressRefused(f"{real.name} is not a file")
    return open(descriptor, "rb")
