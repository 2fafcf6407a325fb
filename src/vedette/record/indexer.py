"""Brings what the writer tells to the database; while that is away, the disk is what is true."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import structlog

from vedette.core.archive import FootageStore
from vedette.core.clock import Clock
from vedette.core.errors import Unavailable, VedetteError
from vedette.core.footage import Gap, Segment
from vedette.record.journal import Deleted, Moved, read_journal
from vedette.record.layout import day_of, day_span, days_of

__all__ = ["Indexer"]

log = structlog.get_logger()

_DAY_US = 86_400_000_000
_EVERY_S = 0.5
_AGAIN_S = 2.0
_AT_ONCE = 500
_LOOK_AT = 5_000
Key = tuple[str, str]
Row = Segment | Gap


class Indexer:
    """An outlet whose rows reach the store in order, each at least once."""

    def __init__(self, footage: FootageStore, root: Path, clock: Clock, most: int = 50_000) -> None:
        self._footage, self._root, self._clock, self._most = footage, root, clock, most
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, ...], Row] = {}
        self._behind: dict[Key, None] = {}
        self._ending = threading.Event()

    def tell(self, row: Row) -> None:
        """Take a row; a later one about the same thing replaces it."""
        key = (row.id,) if isinstance(row, Segment) else (row.camera, row.stream, f"{row.start_us}")
        with self._lock:
            self._waiting[key] = row
            if len(self._waiting) > self._most:
                oldest = self._waiting.pop(next(iter(self._waiting)))
                # The journal has it.
                self._behind[(oldest.camera, oldest.stream)] = None

    def catch_up(self, camera: str, stream: str) -> None:
        """Compare what is known of a stream with its files, before anything new is told of it."""
        with self._lock:
            self._behind[(camera, stream)] = None

    @property
    def waiting(self) -> int:
        """How many rows the database does not have yet."""
        return len(self._waiting)

    def run(self) -> None:
        """Bring rows until closed."""
        while not self._ending.is_set():
            self._ending.wait(_EVERY_S if self.flush() else _AGAIN_S)
        self.flush()

    def close(self) -> None:
        """End, after one last attempt; may be called twice."""
        self._ending.set()

    def flush(self) -> bool:
        """Bring everything that waits; False when the database is away."""
        try:
            self._compare_all()
            while self._bring():
                pass
        except Unavailable as error:
            log.debug("the index waits for the database", error=str(error))
            return False
        return True

    def _compare_all(self) -> None:
        while self._behind:
            key = next(iter(self._behind))
            self._compare(*key)
            with self._lock:
                self._behind.pop(key, None)

    def _bring(self) -> bool:
        with self._lock:
            keys = list(self._waiting)[:_AT_ONCE]
            rows = [self._waiting[key] for key in keys]
        if not rows:
            return False
        self._put(rows)
        with self._lock:
            for key, row in zip(keys, rows, strict=True):
                # What was told meanwhile stays.
                if self._waiting.get(key) is row:
                    del self._waiting[key]
        return True

    def _put(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        try:
            self._footage.put([row for row in rows if isinstance(row, Segment)])
            self._footage.put_gaps([row for row in rows if isinstance(row, Gap)])
        except Unavailable:
            raise
        except VedetteError as error:
            if len(rows) == 1:
                log.error("the database refuses a recording's row", error=str(error))
                return
            for row in rows:
                self._put([row])

    def _compare(self, camera: str, stream: str) -> None:
        """Rows for files that have none, and no rows for files that are gone."""
        newest = self._footage.latest(camera, stream)
        from_day = day_of(newest.start_us - _DAY_US) if newest else ""
        for folder in days_of(self._root, camera, stream):
            if folder.day >= from_day:
                self._compare_day(camera, stream, folder.day, self._root / folder.journal)
        if newest is not None:
            self._forget_missing(camera, stream, newest.start_us - _DAY_US)

    def _compare_day(self, camera: str, stream: str, day: str, journal: Path) -> None:
        try:
            entries = read_journal(journal).entries
        except OSError as error:
            log.error("a journal cannot be read", path=str(journal), error=error.strerror)
            return
        since_us, until_us = day_span(day)
        found = self._footage.find(camera, stream, (since_us, until_us), limit=_LOOK_AT)
        closed = {row.start_us for row in found if not row.open}
        # Files that were moved or deleted since are the business of whoever did it.
        elsewhere = {one.start_us for one in entries if isinstance(one, Moved | Deleted)}
        done = closed | elsewhere
        missing: list[Row] = [
            one
            for one in entries
            if isinstance(one, Gap) or (isinstance(one, Segment) and one.start_us not in done)
        ]
        for at in range(0, len(missing), _AT_ONCE):
            self._put(missing[at : at + _AT_ONCE])

    def _forget_missing(self, camera: str, stream: str, from_us: int) -> None:
        span = (from_us, self._clock.now_us() + _DAY_US)
        for row in self._footage.find(camera, stream, span, limit=_LOOK_AT):
            if row.tier != "fast" or (self._root / row.path).exists():
                continue
            if not self._root.is_dir():
                # The disk is away, not the file.
                return
            gap = Gap(
                camera=camera,
                stream=stream,
                start_us=row.start_us,
                end_us=row.end_us,
                cause="missing",
                detail="the file is gone",
            )
            self._put([gap])
            self._footage.forget([row.id])
