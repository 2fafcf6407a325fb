"""A packet hub for tests: what is put on it is what watchers get."""

from __future__ import annotations

import threading
import time
from collections import deque

from vedette.core.errors import NotFound
from vedette.core.media import Packet

__all__ = ["PacketShelf"]


class PacketShelf:
    """Streams with their current group of pictures; watchers get that first, then what comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[tuple[str, str], list[Packet]] = {}
        self._inboxes: list[_Inbox] = []
        self.watches = 0
        """How often somebody began to watch."""

    def add(self, camera: str, stream: str = "main") -> None:
        """Make a stream known; watching an unknown one raises NotFound."""
        with self._lock:
            self._groups.setdefault((camera, stream), [])

    def put(self, packet: Packet) -> None:
        """Hand a packet to all who watch its stream."""
        key = (packet.camera, packet.stream)
        with self._lock:
            group = self._groups.setdefault(key, [])
            if packet.key:
                group.clear()
            group.append(packet)
            inboxes = [one for one in self._inboxes if one.key == key and not one.closed]
        for inbox in inboxes:
            inbox.put(packet)

    def watch(self, camera: str, stream: str) -> _Inbox:
        """A new inbox."""
        with self._lock:
            if (camera, stream) not in self._groups:
                raise NotFound(f"there is no stream {camera}/{stream}")
            self.watches += 1
            inbox = _Inbox((camera, stream), self._groups[camera, stream])
            self._inboxes.append(inbox)
            return inbox

    @property
    def watching(self) -> int:
        """How many inboxes are open."""
        with self._lock:
            return sum(not inbox.closed for inbox in self._inboxes)


class _Inbox:
    """Unbounded: tests put in what they mean to."""

    def __init__(self, key: tuple[str, str], first: list[Packet]) -> None:
        self.key = key
        self._waiting = deque(first)
        self._ready = threading.Condition()
        self._closed = False

    def put(self, packet: Packet) -> None:
        with self._ready:
            self._waiting.append(packet)
            self._ready.notify()

    def get(self, timeout_s: float | None = None) -> Packet | None:
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
        return 0

    @property
    def closed(self) -> bool:
        return self._closed
