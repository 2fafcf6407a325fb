"""A bus within one process."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar, cast

from vedette.core.ports import Subscription

__all__ = ["Inbox", "MemoryBus"]

M = TypeVar("M")


class Inbox(Generic[M]):
    """A bounded queue of messages; when full the oldest is dropped and counted."""

    def __init__(self, types: tuple[type[M], ...], depth: int) -> None:
        self.types = types
        self._waiting: deque[M] = deque()
        self._depth = depth
        self._ready = threading.Condition()
        self._dropped = 0
        self._closed = False

    def put(self, message: M) -> None:
        """Accept a message; never waits."""
        with self._ready:
            if self._closed:
                return
            if len(self._waiting) >= self._depth:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(message)
            self._ready.notify()

    def get(self, timeout_s: float | None = None) -> M | None:
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with self._ready:
            while not self._waiting and not self._closed:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._ready.wait(left)
            return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    @property
    def dropped(self) -> int:
        return self._dropped

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed


class MemoryBus:
    """Hands messages to subscribers in the same process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inboxes: tuple[Inbox[object], ...] = ()

    def publish(self, message: object) -> None:
        for inbox in self._inboxes:
            if inbox.closed:
                self._forget(inbox)
            elif isinstance(message, inbox.types):
                inbox.put(message)

    def subscribe(self, *types: type[M], depth: int = 1000) -> Subscription[M]:
        inbox = Inbox(types, depth)
        with self._lock:
            self._inboxes = (*self._inboxes, cast("Inbox[object]", inbox))
        return inbox

    def wanted(self) -> tuple[type, ...]:
        """The types somebody in this process listens to."""
        return tuple({one for inbox in self._inboxes if not inbox.closed for one in inbox.types})

    def close(self) -> None:
        for inbox in self._inboxes:
            inbox.close()

    def _forget(self, gone: Inbox[object]) -> None:
        with self._lock:
            self._inboxes = tuple(inbox for inbox in self._inboxes if inbox is not gone)
