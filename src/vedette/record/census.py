"""What there is of a day of a camera: on every tier, in the journals, in the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from vedette.core.archive import FootageStore
from vedette.core.errors import Gone
from vedette.core.footage import KEEPS, Gap, Segment, Tier
from vedette.record.journal import Anchor, Deleted, Entry, Moved, parse_journal
from vedette.record.layout import (
    DayFolder,
    day_of,
    day_span,
    days_of,
    start_of_name,
    streams_in,
)
from vedette.record.places import PART, Places

__all__ = ["CameraDay", "Census", "Key", "Ledger", "days_known", "read_ledger", "take_census"]

Key = tuple[str, int]
"""Stream and start of a file."""
_DAY_US = 86_400_000_000
_ALL = 2**31


@dataclass(slots=True)
class Ledger:
    """What the journal of a stream's day comes to."""

    folder: DayFolder
    files: dict[int, Segment] = field(default_factory=dict)
    """By start, those that were deleted left out; tier and worth as last noted."""
    deleted: dict[int, Segment | None] = field(default_factory=dict)
    """What was deleted, None where its own line is gone."""
    gaps: list[Gap] = field(default_factory=list)
    chained: list[Segment | Anchor] = field(default_factory=list)
    """In the order they were written."""
    torn: tuple[int, ...] = ()
    tier: Tier | None = None
    """Where the journal was found; None: nowhere."""
    _links: set[str] = field(default_factory=set)

    def take(self, entry: Entry) -> None:
        """The next line."""
        match entry:
            case Segment():
                self.files[entry.start_us] = entry
                self.deleted.pop(entry.start_us, None)
                # Noted anew because it was found again: it has its place in the chain already.
                if entry.chain and entry.chain not in self._links:
                    self.chained.append(entry)
                    self._links.add(entry.chain)
            case Deleted():
                known = self.deleted.get(entry.start_us)
                self.deleted[entry.start_us] = self.files.pop(entry.start_us, known)
            case Moved() if entry.start_us in self.files:
                self.files[entry.start_us] = _moved(self.files[entry.start_us], entry)
            case Gap():
                self.gaps.append(entry)
            case Anchor():
                self.chained.append(entry)


def read_ledger(places: Places, folder: DayFolder) -> Ledger:
    """The journal of a day from the first tier that has it."""
    ledger = Ledger(folder)
    for tier in places.tiers:
        try:
            read = parse_journal(places.get(tier, folder.journal))
        except Gone:
            continue
        for entry in read.entries:
            ledger.take(entry)
        ledger.torn, ledger.tier = read.torn, tier
        break
    return ledger


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CameraDay:
    """A day (UTC) of all streams of a camera."""

    camera: str
    day: str


@dataclass(slots=True)
class Census:
    """Everything that is known of a day of a camera."""

    of: CameraDay
    files: dict[Key, dict[Tier, int]]
    """Bytes of each file on each tier, as they lie there."""
    leftovers: list[tuple[Tier, str]]
    """Halves of copies."""
    ledgers: dict[str, Ledger]
    """By stream."""
    rows: dict[Key, Segment]

    def known(self) -> list[Key]:
        """All files anybody knows of, oldest first."""
        noted = {
            (stream, start) for stream, ledger in self.ledgers.items() for start in ledger.files
        }
        return sorted({*self.files, *self.rows, *noted}, key=lambda key: (key[1], key[0]))


def days_known(places: Places, store: FootageStore, camera: str | None) -> list[CameraDay]:
    """Every day that a disk, the remote store or the index knows of, by camera and time."""
    on_disks = (
        one
        for root in places.folders.values()
        for name, stream in streams_in(root)
        if camera in (None, name)
        for one in days_of(root, name, stream)
    )
    found = {CameraDay(camera=one.camera, day=one.day) for one in on_disks}
    if places.remote is not None:
        names = (name.split("/") for name, _ in places.remote.names(camera or ""))
        found |= {CameraDay(camera=one[0], day=one[2]) for one in names if len(one) > 3}
    for held in store.holdings():
        if camera in (None, held.camera):
            days = range(held.oldest_us // _DAY_US, held.newest_us // _DAY_US + 1)
            found |= {CameraDay(camera=held.camera, day=day_of(day * _DAY_US)) for day in days}
    return sorted(found)


def take_census(places: Places, store: FootageStore, of: CameraDay) -> Census:
    """Look everywhere: at files first, so that what is written meanwhile has its row."""
    files: defaultdict[Key, dict[Tier, int]] = defaultdict(dict)
    leftovers: list[tuple[Tier, str]] = []
    streams: set[str] = set()
    for tier in places.tiers:
        for stream, path, size in _listed(places, tier, of):
            streams.add(stream)
            start_us = start_of_name(path.rpartition("/")[2])
            if start_us is not None:
                files[stream, start_us][tier] = size
            elif path.endswith(PART):
                leftovers.append((tier, path))
    span = day_span(of.day)
    rows = {
        (one.stream, one.start_us): one
        for one in store.find(of.camera, None, span, limit=_ALL)
        if span[0] <= one.start_us < span[1]
    }
    streams |= {stream for stream, _ in rows}
    ledgers = {
        stream: read_ledger(places, DayFolder(camera=of.camera, stream=stream, day=of.day))
        for stream in sorted(streams)
    }
    return Census(of, dict(files), leftovers, ledgers, rows)


def _listed(places: Places, tier: Tier, of: CameraDay) -> Iterator[tuple[str, str, int]]:
    """(stream, path, size) of everything in a tier."""
    if tier == "remote" and places.remote is not None:
        # Streams are few; asking for each day of each is what keeps the lists short.
        for stream in places.remote.folders(of.camera):
            day = DayFolder(camera=of.camera, stream=stream, day=of.day)
            for path, size in places.remote.names(day.path):
                yield stream, path, size
        return
    root = places.folders[tier]
    for folder in sorted((root / of.camera).glob(f"*/{of.day}")):
        stream = folder.parent.name
        for place in _below(folder):
            with suppress(FileNotFoundError):  # deleted or moved just now
                yield stream, place.relative_to(root).as_posix(), place.stat().st_size


def _below(folder: Path) -> Iterator[Path]:
    return (place for place in sorted(folder.rglob("*")) if place.is_file())


def _moved(file: Segment, to: Moved) -> Segment:
    return replace(file, tier=to.tier, keep=max(file.keep, to.keep, key=KEEPS.index))
