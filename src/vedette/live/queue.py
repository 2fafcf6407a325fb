"""What waits for one viewer: bounded, dropped by whole groups of pictures, and honest about it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vedette.live.fmp4 import Opening

__all__ = ["LONGEST_S", "Chunk", "Drop", "State", "ViewerQueue"]

LONGEST_S = 2.0
"""How long pictures wait for a viewer unless said otherwise."""
# A group of ten seconds at 12 Mbit/s still fits.
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One picture as it goes over the wire, the same bytes for every viewer."""

    opening: Opening
    t_us: int
    key: bool
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Pictures were left out because the viewer is too slow."""

    kind: Literal["drop"] = "drop"
    dropped: int
    """How many so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The stream gives no pictures just now."""

    kind: Literal["state"] = "state"
    state: str
    reason: str


class ViewerQueue:
    """Belongs to the event loop; `offer` never waits, `next` does."""

    def __init__(
        self, now_s: Callable[[], float] = time.monotonic, longest_s: float = LONGEST_S
    ) -> None:
        self._now_s, self._longest_s = now_s, longest_s
        self._waiting: deque[tuple[float, Chunk]] = deque()
        self._notes: deque[Drop | State] = deque(maxlen=8)
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._needs_key = True
        self._begun = False
        self.dropped = 0

    def offer(self, chunk: Chunk) -> None:
        """Take a picture; when the viewer lags too far, skip to the next key frame."""
        if self._needs_key and not chunk.key:
            # Not counted at the start: whoever joins has lost nothing.
            self.dropped += self._begun
            return
        now_s = self._now_s()
        if self._too_full(now_s, chunk):
            self._skip()
            if not chunk.key:
                self.dropped += 1
                return
        self._needs_key, self._begun = False, True
        self._waiting.append((now_s, chunk))
        self._bytes += len(chunk.payload)
        self._arrived.set()

    def note(self, state: State) -> None:
        """Tell the viewer how the stream is."""
        self._notes.append(state)
        self._arrived.set()

    async def next(self) -> Chunk | Drop | State:
        """What to send next; notes go first."""
        while not self._waiting and not self._notes:
            self._arrived.clear()
            await self._arrived.wait()
        if self._notes:
            return self._notes.popleft()
        _, chunk = self._waiting.popleft()
        self._bytes -= len(chunk.payload)
        return chunk

    def _too_full(self, now_s: float, chunk: Chunk) -> bool:
        # Measured by how long things wait, not by media time: the group of pictures that greets
        # a viewer arrives in one piece and may span many seconds.
        if not self._waiting:
            return False
        waited_s = now_s - self._waiting[0][0]
        return waited_s > self._longest_s or self._bytes + len(chunk.payload) > _MOST_BYTES

    def _skip(self) -> None:
        self.dropped += len(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self._needs_key = True
        self._notes.append(Drop(dropped=self.dropped))
        self._arrived.set()
