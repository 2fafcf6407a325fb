"""One detector for many lanes: who asks while it works is served together, next."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from vedette.core.errors import Unavailable, VedetteError
from vedette.core.media import Detections
from vedette.core.ports import Detector, Look

__all__ = ["BatchFigures", "Batched"]

_ACTIVE_S = 2.0
"""A camera that has neither asked nor been answered for so long is not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFigures:
    """How sharing went so far."""

    calls: int
    looks: int
    wait_s: float
    """All waits together: from asking to the start of the call that answered."""
    worst_wait_s: float

    @property
    def mean_batch(self) -> float:
        """Looks per call."""
        return self.looks / self.calls if self.calls else 0.0

    @property
    def mean_wait_ms(self) -> float:
        """Of one look."""
        return 1000 * self.wait_s / self.looks if self.looks else 0.0


@dataclass(slots=True, eq=False)
class _Ticket:
    """One look on its way."""

    look: Look
    since_s: float
    answer: Detections | None = None
    failure: VedetteError | None = None

    @property
    def done(self) -> bool:
        return self.answer is not None or self.failure is not None


class Batched:
    """A detector made of a detector, for any number of threads; it has no thread of its own.

    One of the callers leads: it waits a moment for the others, at most `wait_s` after the first
    and not at all once every active camera has asked, and asks for all of them. A batch holds one
    look per camera, first come first served.
    """

    def __init__(self, detector: Detector, *, wait_s: float = 0.02, most: int = 32) -> None:
        self._detector, self._wait_s, self._most = detector, wait_s, most
        self.name: str = getattr(detector, "name", type(detector).__name__)
        self._changed = threading.Condition()
        self._pending: list[_Ticket] = []
        self._seen_s: dict[str, float] = {}
        self._led = self._closed = False
        self._figures = BatchFigures(calls=0, looks=0, wait_s=0.0, worst_wait_s=0.0)

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        """One answer per look; Unavailable when the detector is closed meanwhile."""
        tickets = self._queue(looks)
        while not all(ticket.done for ticket in tickets):
            batch = self._lead(tickets)
            if batch:
                self._serve(batch)
        return [_answer(ticket) for ticket in tickets]

    def close(self) -> None:
        """Send everybody home, then close the detector once it has finished its call."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._led)
        self._detector.close()

    def figures(self) -> BatchFigures:
        """Up to now."""
        with self._changed:
            return self._figures

    def _queue(self, looks: Sequence[Look]) -> list[_Ticket]:
        now_s = time.monotonic()
        tickets = [_Ticket(look, now_s) for look in looks]
        with self._changed:
            self._pending += tickets
            for look in looks:
                self._seen_s[look.frame.camera] = now_s
            self._changed.notify_all()
        return tickets

    def _lead(self, tickets: Sequence[_Ticket]) -> list[_Ticket]:
        """Wait until these are answered (nothing to do then) or lead the next batch."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or not self._led or all(one.done for one in tickets)
            )
            if self._closed:
                self._pending = [one for one in self._pending if one not in tickets]
                for one in tickets:
                    one.failure = one.failure or Unavailable("the detector has been closed")
                return []
            if self._led or all(one.done for one in tickets):
                return []
            self._led = True
            self._gather()
            if self._closed:
                self._led = False
                self._changed.notify_all()
                return []
            return self._take()

    def _gather(self) -> None:
        deadline_s = self._pending[0].since_s + self._wait_s
        while not self._closed and not self._complete():
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                return
            self._changed.wait(left_s)

    def _complete(self) -> bool:
        """Whether nobody else is likely to ask now."""
        now_s = time.monotonic()
        waiting = {one.look.frame.camera for one in self._pending}
        active = {camera for camera, at_s in self._seen_s.items() if now_s - at_s < _ACTIVE_S}
        return len(waiting) >= self._most or active <= waiting

    def _take(self) -> list[_Ticket]:
        """The oldest look of each camera, oldest first."""
        now_s = time.monotonic()
        batch: list[_Ticket] = []
        cameras: set[str] = set()
        for one in self._pending:
            if len(batch) < self._most and one.look.frame.camera not in cameras:
                cameras.add(one.look.frame.camera)
                batch.append(one)
        self._pending = [one for one in self._pending if one not in batch]
        waits = [now_s - one.since_s for one in batch]
        before = self._figures
        self._figures = BatchFigures(
            calls=before.calls + 1,
            looks=before.looks + len(batch),
            wait_s=before.wait_s + sum(waits),
            worst_wait_s=max([before.worst_wait_s, *waits]),
        )
        return batch

    def _serve(self, batch: Sequence[_Ticket]) -> None:
        failure: VedetteError = Unavailable("the detector failed")
        try:
            answers = self._detector.detect([one.look for one in batch])
            for one, answer in zip(batch, answers, strict=True):
                one.answer = answer
        except VedetteError as error:
            failure = error
        finally:
            # Whatever went wrong, nobody may wait for ever.
            now_s = time.monotonic()
            with self._changed:
                for one in batch:
                    self._seen_s[one.look.frame.camera] = now_s
                    if one.answer is None:
                        one.failure = failure
                self._led = False
                self._changed.notify_all()


def _answer(ticket: _Ticket) -> Detections:
    if ticket.answer is None:
        # A copy each: threads that share an exception tangle its traceback.
        raise copy(ticket.failure) if ticket.failure else Unavailable("the detector failed")
    return ticket.answer
