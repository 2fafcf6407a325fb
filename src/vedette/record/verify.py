"""Follows the chain over all files of a stream: what was changed, taken out or put in is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from vedette.core.archive import FootageStore
from vedette.core.errors import Gone, StoreError
from vedette.core.footage import Segment, Tier
from vedette.record.census import CameraDay, Census, Ledger, take_census
from vedette.record.journal import START, Anchor, link
from vedette.record.layout import file_path
from vedette.record.places import Places

__all__ = ["Breach", "BreachKind", "Verification"]

BreachKind = Literal["changed", "missing", "inserted", "chain", "index"]
"""`changed`: the file is not what was recorded. `missing`: gone, and nobody deleted it. `inserted`:
a file nobody recorded. `chain`: the journal was changed here, or a line before it taken out.
`index`: the database says something else than the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Something that is not as it was recorded."""

    kind: BreachKind
    path: str
    message: str


class Verification:
    """Goes through the days of an archive in order; one after the other, none left out."""

    def __init__(self, places: Places, store: FootageStore) -> None:
        self._places, self._store = places, store
        self._chains: dict[tuple[str, str], str] = {}
        self.files = 0
        """Files that are what was recorded."""
        self.deleted = 0
        """Files that retention or people deleted, which the journal says."""

    def look(self, day: CameraDay, told: Callable[[int], None]) -> list[Breach]:
        """What is wrong on a day; `told` hears of the bytes that are read."""
        census = take_census(self._places, self._store, day)
        found: list[Breach] = []
        for stream, ledger in census.ledgers.items():
            found += self._chain(day.camera, stream, ledger)
            for start_us, noted in sorted(ledger.files.items()):
                found += self._file(census, (stream, start_us), noted, told)
            self.deleted += len(ledger.deleted)
        found += self._inserted(census)
        return found

    def _chain(self, camera: str, stream: str, ledger: Ledger) -> Iterator[Breach]:
        before = self._chains.get((camera, stream))
        for entry in ledger.chained:
            if isinstance(entry, Anchor):
                before = entry.chain if before is None else before
        for entry in ledger.chained:
            if isinstance(entry, Anchor) or not entry.chain:
                continue
            if _broken(before or START, entry):
                message = "this line of the journal, or one before it, was changed or taken out"
                yield Breach(kind="chain", path=entry.path, message=message)
            before = entry.chain
        if before is not None:
            self._chains[camera, stream] = before

    def _file(
        self, census: Census, key: tuple[str, int], noted: Segment, told: Callable[[int], None]
    ) -> Iterator[Breach]:
        row = census.rows.get(key)
        if (
            row is not None
            and not row.open
            and (row.sha256, row.chain) != (noted.sha256, noted.chain)
        ):
            message = "index and journal do not agree on its checksum"
            yield Breach(kind="index", path=noted.path, message=message)
        lies = census.files.get(key, {})
        tier = next((tier for tier in self._places.tiers if tier in lies), None)
        if tier is None:
            message = "it was recorded, nobody deleted it, and it is gone"
            yield Breach(kind="missing", path=noted.path, message=message)
            return
        try:
            changed = self._digest(tier, noted, told)
        except Gone:
            return  # deleted or moved while we looked
        except StoreError as error:
            yield Breach(kind="changed", path=noted.path, message=str(error))
            return
        if changed:
            message = f"its content in the {tier} tier is not what was recorded"
            yield Breach(kind="changed", path=noted.path, message=message)
        else:
            self.files += 1

    def _digest(self, tier: Tier, noted: Segment, told: Callable[[int], None]) -> bool:
        return self._places.digest(tier, noted.path, told) != noted.sha256

    def _inserted(self, census: Census) -> Iterator[Breach]:
        for key in census.files:
            stream, start_us = key
            ledger, row = census.ledgers[stream], census.rows.get(key)
            if start_us in ledger.files or (row is not None and row.open):
                continue
            if start_us in ledger.deleted:
                message = "the journal says that it was deleted, and yet it is there"
            else:
                message = "no journal knows of it"
            path = file_path(census.of.camera, stream, start_us)
            yield Breach(kind="inserted", path=path, message=message)


def _broken(before: str, entry: Segment) -> bool:
    return link(before, entry.start_us, entry.size, entry.sha256) != entry.chain


def _differ(row: Segment, noted: Segment) -> bool:
    return (row.sha256, row.chain) != (noted.sha256, noted.chain)
