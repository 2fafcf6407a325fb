"""What `analyse` tells the archive, on its own disk while the database is away."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from vedette.core.archive import ActivityStore, FootageStore
from vedette.core.clock import Clock, RealClock, from_seconds
from vedette.core.errors import Unavailable, VedetteError
from vedette.core.footage import Memories
from vedette.store.journal import Journal, abandoned

__all__ = ["LARGEST_BYTES", "SpooledMemories"]

LARGEST_BYTES = 1 << 30
"""So large may the spool of one process become; what comes then is dropped and counted."""
_MEMORIES: TypeAdapter[Memories] = TypeAdapter(Memories)
_RETRY_S = 5.0
_AT_ONCE = 20

_log = structlog.get_logger()


class SpooledMemories:
    """Puts memories into the archive; while it cannot be reached they wait in a file.

    Order does not matter here: values only rise, and chunks are the same whenever they come. A
    process that dies leaves its file to the next that is given the same folder.
    """

    def __init__(
        self,
        footage: FootageStore,
        activity: ActivityStore,
        folder: Path,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._footage, self._activity, self._folder = footage, activity, folder
        self._clock = clock or RealClock()
        self._own: Journal | None = None
        self._left: list[Journal] = []
        self._failed_us: int | None = None
        self._lock = threading.Lock()
        self.dropped = 0
        """How many were lost because neither database nor disk would have them."""
        self.refused = 0
        """How many the database would not have; they would only be refused again."""

    def put(self, memories: Memories) -> None:
        """Store durably, here or there; never raises for a database or a disk that is away."""
        if not memories:
            return
        with self._lock:
            if self._due():
                try:
                    self._deliver(memories)
                    self._failed_us = None
                    return
                except Unavailable as error:
                    self._fail(error)
            self._spool(memories)

    def replay(self) -> int:
        """Bring what waits to the archive and say how many; none while it is away."""
        with self._lock:
            if not self._due():
                return 0
            done = 0
            try:
                self._left += abandoned(self._folder)
                while self._left:
                    done += self._drain(self._left[0])
                    self._left.pop(0).close(delete=True)
                if self._own is not None:
                    done += self._drain(self._own)
                self._failed_us = None
            except Unavailable as error:
                self._fail(error)
            return done

    def close(self) -> None:
        """Let go of the files; what waits in them stays for the next start."""
        with self._lock:
            for journal in self._left:
                journal.close(delete=False)
            self._left.clear()
            if self._own is not None:
                self._own.close(delete=self._own.size == 0)
                self._own = None

    def _spool(self, memories: Memories) -> None:
        line = _MEMORIES.dump_json(memories)
        try:
            journal = self._own = self._own or Journal.create(self._folder)
            if journal.size + len(line) >= LARGEST_BYTES:
                raise OSError(28, f"{journal.path} is full")
            journal.append(line)
        except OSError as error:
            self.dropped += 1
            _log.error("activity and tracks are lost", reason=str(error), lost=self.dropped)

    def _drain(self, journal: Journal) -> int:
        done = 0
        while True:
            lines, end = journal.read(_AT_ONCE)
            if not lines:
                journal.clear()
                return done
            for line in lines:
                try:
                    self._deliver(_MEMORIES.validate_json(line))
                except ValidationError as error:
                    self._refuse(f"{error.error_count()} faults")
            journal.take(end)
            done += len(lines)

    def _deliver(self, memories: Memories) -> None:
        try:
            self._activity.put_activity(memories.activity)
            self._activity.put_chunks(memories.chunks)
            for one in memories.keeps:
                self._footage.raise_keep(one.camera, (one.start_us, one.end_us), one.keep)
        except Unavailable:
            raise
        except VedetteError as error:
            self._refuse(str(error))

    def _refuse(self, reason: str) -> None:
        self.refused += 1
        _log.error("the archive refuses activity and tracks", reason=reason)

    def _fail(self, error: Unavailable) -> None:
        if self._failed_us is None:
            _log.warning("activity is spooled", folder=str(self._folder), reason=str(error))
        self._failed_us = self._clock.now_us()

    def _due(self) -> bool:
        if self._failed_us is None:
            return True
        return abs(self._clock.now_us() - self._failed_us) >= from_seconds(_RETRY_S)
