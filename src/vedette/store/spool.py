"""Events of a worker that cannot reach the store: on its own disk until it can."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import TypeAdapter, ValidationError

from vedette.core.clock import Clock, RealClock, from_seconds
from vedette.core.errors import Unavailable, VedetteError
from vedette.core.facts import Event
from vedette.core.ports import EventStore
from vedette.core.queries import EventQuery, Page
from vedette.store.journal import Journal, abandoned

__all__ = ["LARGEST_BYTES", "EventBatches", "SpooledEvents"]

LARGEST_BYTES = 1 << 30
"""So large may the spool of one process become; then `add` raises Unavailable."""
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_BATCH = 500
_RETRY_S = 5.0

_log = structlog.get_logger()


class EventBatches(EventStore, Protocol):
    """An event store that takes many at once."""

    def add_many(self, events: Sequence[Event]) -> int:
        """Store durably, all or none, and say how many were new."""
        ...


class SpooledEvents:
    """An event store that also takes events while the store behind it cannot be reached.

    Spooled events reach the store in order, each once, before any newer one of this process; a
    process that dies leaves them to the next that is given the same folder. Somebody calls
    `replay` every second or so; `add` does it too, now and then.
    """

    def __init__(self, events: EventBatches, folder: Path, *, clock: Clock | None = None) -> None:
        self._events, self._folder = events, folder
        self._clock = clock or RealClock()
        self._journal: Journal | None = None
        self._left: list[Journal] = []
        self._waiting = 0
        self._replayed = 0
        self._refused = 0
        self._failed_us: int | None = None
        self._writing = threading.Lock()
        self._replaying = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many events of this process are not in the store yet."""
        return self._waiting

    @property
    def refused(self) -> int:
        """How many the store would not have; they lie in `refused.jsonl`."""
        return self._refused

    def add(self, event: Event) -> bool:
        """Store durably, here or there; False when the store is known to have it already."""
        if not self._waiting:
            try:
                return self._events.add(event)
            except Unavailable as error:
                self._fail(error)
        self._spool(event)
        if self._due():
            self.replay()
        return True

    def get(self, event_id: str) -> Event:
        """An event that has reached the store."""
        return self._events.get(event_id)

    def find(self, query: EventQuery) -> Page[Event]:
        """Events that have reached the store."""
        return self._events.find(query)

    def without_alarm(self, limit: int) -> tuple[Event, ...]:
        """Events that have reached the store and are in no alarm yet."""
        return self._events.without_alarm(limit)

    def replay(self) -> int:
        """Bring spooled events to the store and say how many; few or none while it is away."""
        if not self._replaying.acquire(blocking=False):
            return 0
        before = self._replayed
        try:
            self._left += abandoned(self._folder)
            while self._left:
                self._drain(self._left[0])
                self._left.pop(0).close(delete=True)
            if self._journal is not None:
                self._drain(self._journal)
            self._failed_us = None
        except Unavailable as error:
            self._fail(error)
        finally:
            self._replaying.release()
        if done := self._replayed - before:
            _log.info("spooled events are in the store", events=done)
        return done

    def close(self) -> None:
        """Let go of the spool; events in it stay for the next start. May be called twice."""
        with self._replaying, self._writing:
            for journal in self._left:
                journal.close(delete=False)
            self._left.clear()
            if self._journal is not None:
                self._journal.close(delete=not self._waiting)
                self._journal = None

    def _spool(self, event: Event) -> None:
        line = _EVENT.dump_json(event)
        with self._writing:
            try:
                journal = self._journal = self._journal or Journal.create(self._folder)
                if journal.size + len(line) >= LARGEST_BYTES:
                    raise Unavailable(f"the store does not answer and {journal.path} is full")
                journal.append(line)
            except OSError as error:
                raise Unavailable(
                    f"the store does not answer, and {self._folder} cannot be written: {error}"
                ) from error
            self._waiting += 1

    def _drain(self, journal: Journal) -> None:
        while True:
            with self._writing:
                lines, end = journal.read(_BATCH)
                if not lines:
                    journal.clear()
                    if journal is self._journal:
                        self._waiting = 0
                    return
            self._deliver(lines)
            with self._writing:
                journal.take(end)
                if journal is self._journal:
                    self._waiting -= len(lines)
            self._replayed += len(lines)

    def _deliver(self, lines: list[bytes]) -> None:
        events = [event for line in lines if (event := self._read(line))]
        try:
            self._events.add_many(events)
        except Unavailable:
            raise
        except VedetteError:
            # One of them is at fault; the others are not to wait for it.
            for event in events:
                self._deliver_one(event)

    def _deliver_one(self, event: Event) -> None:
        try:
            self._events.add(event)
        except Unavailable:
            raise
        except VedetteError as error:
            self._refuse(_EVENT.dump_json(event), str(error))

    def _read(self, line: bytes) -> Event | None:
        try:
            return _EVENT.validate_json(line)
        except ValidationError as error:
            self._refuse(line, f"{error.error_count()} faults")
            return None

    def _refuse(self, line: bytes, reason: str) -> None:
        """Put it where a person can look at it; it would only be refused again."""
        with (self._folder / "refused.jsonl").open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._refused += 1
        _log.error("the store refuses a spooled event", reason=reason, file=file.name)

    def _fail(self, error: Unavailable) -> None:
        if self._failed_us is None or self._due():
            _log.warning("events are spooled", folder=str(self._folder), reason=str(error))
        self._failed_us = self._clock.now_us()

    def _due(self) -> bool:
        if self._failed_us is None:
            return True
        return abs(self._clock.now_us() - self._failed_us) >= from_seconds(_RETRY_S)
