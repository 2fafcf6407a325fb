"""Where files of the archive lie below the root of a tier: names that say what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vedette.core.footage import Span

__all__ = [
    "JOURNAL",
    "STILLS",
    "DayFolder",
    "day_folder",
    "day_of",
    "day_span",
    "days_of",
    "file_path",
    "start_of_name",
    "still_path",
    "streams_in",
]

JOURNAL = "journal.jsonl"
"""Beside the hours of a day: what happened to its files."""
STILLS = "_stills"
"""Beside the cameras, with a folder for each; no id of a camera begins like that."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILE = re.compile(r"(\d{1,19})\.mp4")
_DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class DayFolder:
    """One day (UTC) of one stream."""

    camera: str
    stream: str
    day: str

    @property
    def path(self) -> str:
        """Below the root of a tier, with slashes."""
        return f"{self.camera}/{self.stream}/{self.day}"

    @property
    def journal(self) -> str:
        """Its journal, below the root."""
        return f"{self.path}/{JOURNAL}"


def day_of(t_us: int) -> str:
    """The day (UTC) a moment belongs to, such as 2026-11-20."""
    return _moment(t_us).strftime("%Y-%m-%d")


def day_span(day: str) -> Span:
    """From when until when a day lasts."""
    start = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    start_us = round(start.timestamp()) * 1_000_000
    return start_us, start_us + _DAY_US


def day_folder(camera: str, stream: str, t_us: int) -> DayFolder:
    """The folder of a file that begins then."""
    return DayFolder(camera=camera, stream=stream, day=day_of(t_us))


def file_path(camera: str, stream: str, start_us: int) -> str:
    """Where a file that begins then lies below the root of its tier."""
    hour = _moment(start_us).strftime("%Y-%m-%d/%H")
    return f"{camera}/{stream}/{hour}/{start_us}.mp4"


def still_path(camera: str, t_us: int) -> str:
    """Where the archived picture of that moment lies below the root of the first tier."""
    hour = _moment(t_us).strftime("%Y-%m-%d/%H")
    return f"{STILLS}/{camera}/{hour}/{t_us}.jpg"


def start_of_name(name: str) -> int | None:
    """When a file of that name begins; None when it is none of ours."""
    found = _FILE.fullmatch(name)
    return None if found is None else int(found[1])


def streams_in(root: Path) -> Iterator[tuple[str, str]]:
    """(camera, stream) of everything below the root of a tier, sorted."""
    for camera in _folders(root):
        if camera.name == STILLS:
            continue
        for stream in _folders(camera):
            yield camera.name, stream.name


def days_of(root: Path, camera: str, stream: str) -> Iterator[DayFolder]:
    """The days of a stream that have a folder, oldest first."""
    for folder in _folders(root / camera / stream):
        if _DAY.fullmatch(folder.name):
            yield DayFolder(camera=camera, stream=stream, day=folder.name)


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(one for one in root.iterdir() if one.is_dir() and not one.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _moment(t_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=t_us)
