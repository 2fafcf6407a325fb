"""Holds files, journals and the index against each other, and mends what can be mended.

Files are the truth: nothing that could be footage is ever deleted here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from vedette.core.archive import FootageStore
from vedette.core.clock import Clock
from vedette.core.errors import NotFound, StoreError
from vedette.core.footage import Gap, Segment, Tier
from vedette.record.adopt import adopted
from vedette.record.census import CameraDay, Census, Key, days_known, take_census
from vedette.record.journal import Deleted, append_journal
from vedette.record.layout import day_folder, file_path
from vedette.record.places import Places
from vedette.record.sealed import sealed_size

__all__ = ["Check", "Finding", "FindingKind", "Mode"]

FindingKind = Literal[
    "missing",
    "unlisted",
    "changed",
    "elsewhere",
    "twice",
    "unjournalled",
    "torn",
    "leftover",
    "gap",
]
"""`missing`: known, but no file. `unlisted`: a file without a row. `changed`: not what was
recorded. `elsewhere`: in another tier than its row says. `twice`: in two tiers. `unjournalled`: no
line in the journal. `torn`: a line that cannot be read. `leftover`: half of a copy. `gap`: known to
the journal, not to the index."""

_YOUNG_S = 300.0
"""A file without a line in the journal that was written to this lately is still being recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not fit together."""

    kind: FindingKind
    path: str
    message: str
    repaired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How thoroughly, and whether to mend."""

    deep: bool = False
    """Read every file and compare its SHA-256."""
    repair: bool = False


class Check:
    """One look at an archive; may run beside a recording server."""

    def __init__(self, places: Places, store: FootageStore, clock: Clock, mode: Mode) -> None:
        self._places, self._store, self._clock, self._mode = places, store, clock, mode

    def days(self, camera: str | None = None) -> list[CameraDay]:
        """What there is to look at."""
        return days_known(self._places, self._store, camera)

    def look(self, day: CameraDay, told: Callable[[int], None]) -> list[Finding]:
        """What does not fit on a day; `told` hears of the bytes of each file that was read."""
        census = take_census(self._places, self._store, day)
        found = [*self._journals(census), *self._leftovers(census), *self._gaps(census)]
        for key in census.known():
            found += self._file(census, key, told)
        return found

    def _file(self, census: Census, key: Key, told: Callable[[int], None]) -> Iterator[Finding]:
        row = census.rows.get(key)
        noted = census.ledgers[key[0]].files.get(key[1])
        lies = census.files.get(key, {})
        if not lies:
            yield from self._missing(row, noted)
            return
        if row is None or (row.open and noted is not None):
            yield from self._unlisted(census, key, noted)
            return
        if row.open:
            return
        if noted is None and key[1] not in census.ledgers[key[0]].deleted:
            yield self._unjournalled(row)
        row = yield from self._tier(row, lies)
        yield from self._content(row, lies[row.tier], told)

    def _missing(self, row: Segment | None, noted: Segment | None) -> Iterator[Finding]:
        known = row or noted
        if known is None or self._meanwhile(known, row):
            return
        if self._mode.repair:
            now_us = self._clock.now_us()
            gone = Deleted(start_us=known.start_us, reason="missing", t_us=now_us)
            gap = Gap(
                camera=known.camera,
                stream=known.stream,
                start_us=known.start_us,
                end_us=known.end_us,
                cause="missing",
            )
            self._append(known, gone, gap)
            self._store.put_gaps([gap])
            self._store.forget([known.id])
        yield self._finding("missing", known.path, "the file is gone")

    def _meanwhile(self, known: Segment, row: Segment | None) -> bool:
        """Whether it was recorded, moved or deleted since we looked."""
        if any(self._places.size(tier, known.path) is not None for tier in self._places.tiers):
            return True
        if row is None:
            return False
        try:
            self._store.get(row.id)
        except NotFound:
            return True
        return False

    def _unlisted(self, census: Census, key: Key, noted: Segment | None) -> Iterator[Finding]:
        lies, known = census.files[key], noted
        noted = known or census.ledgers[key[0]].deleted.get(key[1])
        tier = next(tier for tier in self._places.tiers if tier in lies)
        path = file_path(census.of.camera, *key)
        if noted is None and self._young(tier, path):
            return
        if self._mode.repair:
            row = replace(noted, tier=tier) if noted else self._adopt(census.of.camera, key, tier)
            if row is None:
                message = "not in the index, and it cannot be read as footage"
                yield Finding(kind="unlisted", path=path, message=message)
                return
            if known is None:
                self._append(row, row)
            self._store.put([row])
        yield self._finding("unlisted", path, "not in the index")

    def _adopt(self, camera: str, key: Key, tier: Tier) -> Segment | None:
        stream, start_us = key
        with suppress(StoreError, ValueError):
            return adopted(self._places, tier, camera, stream, start_us)
        return None

    def _unjournalled(self, row: Segment) -> Finding:
        if self._mode.repair:
            self._append(row, replace(row, tier="fast"))
        return self._finding("unjournalled", row.path, "not in the journal of its day")

    def _tier(self, row: Segment, lies: dict[Tier, int]) -> Generator[Finding, None, Segment]:
        if row.tier not in lies:
            tier = next(tier for tier in self._places.tiers if tier in lies)
            if self._mode.repair:
                self._store.move(row.id, tier)
            message = f"lies in the {tier} tier, not in the {row.tier} one"
            yield self._finding("elsewhere", row.path, message)
            return replace(row, tier=tier)
        for tier in lies:
            if tier != row.tier:
                yield self._double(row, tier)
        return row

    def _double(self, row: Segment, other: Tier) -> Finding:
        message = f"a copy lies in the {other} tier, too"
        if self._mode.repair and not self._right(row, row.tier):
            return Finding(kind="twice", path=row.path, message=f"{message}; neither is removed")
        if self._mode.repair:
            self._places.remove(other, row.path)
        return self._finding("twice", row.path, message)

    def _right(self, row: Segment, tier: Tier) -> bool:
        return bool(row.sha256) and self._places.digest(tier, row.path, _no_limit) == row.sha256

    def _content(self, row: Segment, size: int, told: Callable[[int], None]) -> Iterator[Finding]:
        sizes = {row.size, sealed_size(row.size)} if row.tier == "remote" else {row.size}
        if size not in sizes:
            message = f"has {size} bytes instead of {row.size}"
            yield Finding(kind="changed", path=row.path, message=message)
        elif self._mode.deep and row.sha256:
            try:
                same = self._places.digest(row.tier, row.path, told) == row.sha256
            except NotFound:
                return  # deleted or moved meanwhile
            except StoreError as error:
                yield Finding(kind="changed", path=row.path, message=str(error))
                return
            if not same:
                message = "its content is not what was recorded"
                yield Finding(kind="changed", path=row.path, message=message)

    def _journals(self, census: Census) -> Iterator[Finding]:
        for ledger in census.ledgers.values():
            for number in ledger.torn:
                message = f"line {number} cannot be read"
                yield Finding(kind="torn", path=ledger.folder.journal, message=message)
            if ledger.tier is not None and ledger.tier != "fast" and self._mode.repair:
                # The first disk is new: recording goes on with the chain where it was.
                content = self._places.get(ledger.tier, ledger.folder.journal)
                self._places.put("fast", ledger.folder.journal, content)

    def _leftovers(self, census: Census) -> Iterator[Finding]:
        for tier, path in census.leftovers:
            if not self._young(tier, path):
                if self._mode.repair:
                    (self._places.folders[tier] / path).unlink(missing_ok=True)
                yield self._finding("leftover", path, "half of a copy")

    def _gaps(self, census: Census) -> Iterator[Finding]:
        for ledger in census.ledgers.values():
            newest = {gap.start_us: gap for gap in ledger.gaps}
            for gap in newest.values():
                if gap.end_us is None or gap.end_us <= gap.start_us:
                    continue  # it still lasts, or was taken back
                known = self._store.gaps(gap.camera, gap.stream, (gap.start_us, gap.end_us))
                if any(one.start_us == gap.start_us for one in known):
                    continue
                if self._mode.repair:
                    self._store.put_gaps([gap])
                message = f"a gap ({gap.cause}) at {gap.start_us} is not in the index"
                yield self._finding("gap", ledger.folder.journal, message)

    def _young(self, tier: Tier, path: str) -> bool:
        if tier not in self._places.folders:
            return False
        with suppress(OSError):
            age_s = time.time() - (self._places.folders[tier] / path).stat().st_mtime
            return 0 <= age_s < _YOUNG_S
        return True

    def _append(self, about: Segment, *entries: Segment | Deleted | Gap) -> None:
        folder = day_folder(about.camera, about.stream, about.start_us)
        append_journal(self._places.root / folder.journal, entries)

    def _finding(self, kind: FindingKind, path: str, message: str) -> Finding:
        return Finding(kind=kind, path=path, message=message, repaired=self._mode.repair)


def _no_limit(_: int) -> None:
    """Repairs are few."""
