"""Deletes and moves files so that a crash at any moment leaves nothing half done for long.

Deleting: the intent, the file, the journal, the row. Moving: the intent, a copy that was read back,
the journal, the row, the old file. Whoever starts next finishes what the intent says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import structlog

from vedette.core.archive import FootageStore
from vedette.core.clock import Clock
from vedette.core.errors import Gone, NotFound, Unavailable
from vedette.core.footage import Gap, Segment, Tier
from vedette.record.intents import Intent, Intents
from vedette.record.journal import Deleted, DeletedFor, Entry, Moved, append_journal
from vedette.record.layout import DayFolder, day_folder
from vedette.record.places import TIERS, Damaged, Pace, Places

__all__ = ["Changes", "TierAway"]

_log = structlog.get_logger()
_NEIGHBOURS_US = 2_000_000
"""Files with less between them follow one another."""


class TierAway(Unavailable):
    """A tier does not answer, or takes nothing; worth another try later."""

    def __init__(self, message: str, *, tier: Tier) -> None:
        super().__init__(message)
        self.tier = tier


class Changes:
    """Does what retention, tiers and people decide; one of them at a time in an installation."""

    def __init__(self, store: FootageStore, places: Places, clock: Clock, pace: Pace) -> None:
        self._store, self.places, self._clock, self._pace = store, places, clock, pace
        self._intents = Intents(places.root / "changes.json")
        self.damaged: set[str] = set()
        """Ids of files that are not what was recorded; they stay where they are."""

    def resume(self) -> int:
        """Finish what was begun; how many files it was about."""
        with _our_words():
            begun = self._intents.read()
            # What a tier does not take just now stays where it is, row and all: to be chosen again.
            self._delete([one for one in begun if one.to is None])
            for tier in TIERS:
                self._move([one.segment for one in begun if one.to == tier], tier)
            self._intents.clear()
        return len(begun)

    def delete(self, files: Sequence[Segment], reason: DeletedFor) -> None:
        """Delete files; TierAway when a tier does not answer: those before are gone."""
        intents = [Intent(segment=one, reason=reason) for one in files]
        with _our_words():
            self._intents.write(intents)
            _, failure = self._delete(intents)
            self._intents.clear()
        if failure is not None:
            raise failure

    def delete_unlisted(self, files: Sequence[Segment], reason: DeletedFor) -> None:
        """Delete files while the database is away; `resume` forgets their rows later."""
        intents = [Intent(segment=one, reason=reason) for one in files]
        with _our_words():
            self._intents.write([*self._intents.read(), *intents])
            self._remove(intents)

    def move(self, files: Sequence[Segment], to: Tier) -> int:
        """Move files to another tier; how many arrived. TierAway when it takes none just now."""
        with _our_words():
            self._intents.write([Intent(segment=one, to=to) for one in files])
            moved, failure = self._move(files, to)
            # What has not arrived stays where it was, and is chosen again.
            self._intents.clear()
        if failure is not None:
            raise failure
        return moved

    def mark(self, tier: Tier) -> None:
        """Note on a disk that it is the one with a tier's footage."""
        with _our_words():
            self.places.mark(tier)

    def _delete(self, intents: Sequence[Intent]) -> tuple[int, TierAway | None]:
        removed, failure = self._remove(intents)
        if removed:
            self._store.forget([one.segment.id for one in removed])
            gaps = list(self._gaps([one.segment for one in removed]))
            if gaps:
                self._store.put_gaps(gaps)
                self._write_down((one, one) for one in gaps)
        return len(removed), failure

    def _remove(self, intents: Sequence[Intent]) -> tuple[list[Intent], TierAway | None]:
        removed: list[Intent] = []
        failure: TierAway | None = None
        for one in intents:
            try:
                self.places.remove(one.segment.tier, one.segment.path)
            except (OSError, Unavailable) as error:
                failure = TierAway(str(error), tier=one.segment.tier)
                break
            removed.append(one)
        now_us = self._clock.now_us()
        self._write_down(
            (
                one.segment,
                Deleted(start_us=one.segment.start_us, reason=one.reason, t_us=now_us),
            )
            for one in removed
        )
        return removed, failure

    def _move(self, files: Sequence[Segment], to: Tier) -> tuple[int, TierAway | None]:
        arrived: list[Segment] = []
        failure: TierAway | None = None
        for one in files:
            try:
                if self._copy(one, to):
                    arrived.append(one)
            except (OSError, Unavailable) as error:
                failure = TierAway(str(error), tier=to)
                break
        self._settle(arrived, to)
        return len(arrived), failure

    def _copy(self, one: Segment, to: Tier) -> bool:
        try:
            self.places.copy(one, to, self._pace)
        except Damaged as error:
            self.damaged.add(one.id)
            _log.error("a recording has been changed", file=one.path, reason=str(error))
            return False
        except Gone:
            # Deleted meanwhile, or moved before a crash by somebody who did not know its checksum.
            return self.places.size(to, one.path) is not None
        return True

    def _settle(self, arrived: Sequence[Segment], to: Tier) -> None:
        """All that is left to do once copies have arrived."""
        if not arrived:
            return
        now_us = self._clock.now_us()
        days = self._write_down(
            (one, Moved(start_us=one.start_us, tier=to, keep=one.keep, t_us=now_us))
            for one in arrived
        )
        self._mirror(days, to)
        for one in arrived:
            with suppress(NotFound):
                self._store.move(one.id, to)
        for one in arrived:
            self.places.remove(one.tier, one.path)

    def _mirror(self, days: Iterable[DayFolder], tier: Tier) -> None:
        """A tier alone says what lies in it."""
        for day in days:
            with suppress(Gone):
                self.places.put(tier, day.journal, self.places.get("fast", day.journal))

    def _write_down(self, lines: Iterable[tuple[Segment | Gap, Entry]]) -> list[DayFolder]:
        by_day: defaultdict[DayFolder, list[Entry]] = defaultdict(list)
        for about, entry in lines:
            by_day[day_folder(about.camera, about.stream, about.start_us)].append(entry)
        for day, entries in sorted(by_day.items()):
            append_journal(self.places.root / day.journal, entries)
        return sorted(by_day)

    def _gaps(self, files: Sequence[Segment]) -> Iterator[Gap]:
        """What is missing now between older and newer footage."""
        for run in _runs(files):
            first, last = run[0], run[-1]
            older = self._store.find(first.camera, first.stream, (0, first.start_us), limit=1)
            if not older:
                continue
            gap = Gap(
                camera=first.camera,
                stream=first.stream,
                start_us=first.start_us,
                end_us=last.end_us,
                cause="deleted",
            )
            before = (first.start_us - _NEIGHBOURS_US, first.start_us + 1)
            for known in self._store.gaps(first.camera, first.stream, before):
                if known.cause == "deleted":
                    gap = replace(gap, start_us=min(known.start_us, gap.start_us))
            yield gap


@contextmanager
def _our_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise Unavailable(f"the archive's disk: {error.strerror or error}{where}") from error


def _runs(files: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Files of one stream that follow one another."""
    run: list[Segment] = []
    for one in sorted(files, key=lambda one: (one.camera, one.stream, one.start_us)):
        if run and not _follows(run[-1], one):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _follows(before: Segment, after: Segment) -> bool:
    same = (before.camera, before.stream) == (after.camera, after.stream)
    return same and after.start_us - before.end_us < _NEIGHBOURS_US
