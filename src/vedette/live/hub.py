"""Shares one reading and one wrapping of a stream among all who watch it in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from vedette.core.errors import NotFound, StreamUnsupported, Unavailable
from vedette.core.media import Packet
from vedette.core.ports import PacketHub, PacketInbox, SoundHub, SoundInbox
from vedette.live.queue import LONGEST_S, Chunk, State, ViewerQueue
from vedette.live.wrapping import Wrapping

__all__ = ["LiveHub"]

A = TypeVar("A")
_log = structlog.get_logger()
_WAIT_S = 1.0
_RETRY_S = 1.0
_MOST_CACHED = 2_000
_MOST_CACHED_BYTES = 16 * 1024 * 1024


class Wraps(Protocol):
    """Makes chunks of packets, in order."""

    def wrap(self, packet: Packet) -> Chunk | None:
        """The chunk, or None while no picture can be shown yet; StreamUnsupported for ever."""
        ...


class LiveHub:
    """Belongs to the event loop; one thread per stream that somebody watches."""

    def __init__(
        self,
        packets: PacketHub,
        longest_s: float = LONGEST_S,
        wrapping: Callable[[], Wraps] = Wrapping,
        *,
        sound: bool = False,
    ) -> None:
        """Pictures wait at most `longest_s` for their viewer."""
        self._sound = sound
        self._packets, self._longest_s, self._wrapping = packets, longest_s, wrapping
        self._channels: dict[tuple[str, str], _Channel] = {}

    @asynccontextmanager
    async def view(self, camera: str, stream: str) -> AsyncIterator[ViewerQueue]:
        """A queue that begins with the current group of pictures."""
        key = (camera, stream)
        channel = self._channels.get(key)
        if channel is None or not channel.alive:
            reading = _Reading(self._packets, key, self._wrapping, self._sound)
            channel = _Channel(reading, asyncio.get_running_loop())
            self._channels[key] = channel
        viewer = channel.join(self._longest_s)
        try:
            yield viewer
        finally:
            if channel.leave(viewer) == 0:
                channel.stop()
                if self._channels.get(key) is channel:
                    del self._channels[key]

    def watched(self) -> dict[tuple[str, str], int]:
        """How many viewers each stream has."""
        return {key: len(channel.viewers) for key, channel in self._channels.items()}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a channel reads and how it is wrapped."""

    packets: PacketHub
    key: tuple[str, str]
    wrapping: Callable[[], Wraps]
    sound: bool

    def inbox(self) -> PacketInbox:
        """A new one, with sound where it is wanted and can be had."""
        if self.sound and isinstance(self.packets, SoundHub):
            return self.packets.listen(*self.key)
        return self.packets.watch(*self.key)


class _Channel:
    """One stream: its thread, its last group of pictures, its viewers."""

    def __init__(self, reading: _Reading, loop: asyncio.AbstractEventLoop) -> None:
        self._reading, self._key, self._loop = reading, reading.key, loop
        self.viewers: tuple[ViewerQueue, ...] = ()
        self._group: list[Chunk] = []
        self._group_bytes = 0
        self._state: State | None = None
        self._ending = threading.Event()
        self._inbox: PacketInbox | None = None
        name = f"live-{'-'.join(self._key)}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, longest_s: float) -> ViewerQueue:
        viewer = ViewerQueue(longest_s=longest_s)
        if self._state is not None:
            viewer.note(self._state)
        for chunk in self._group:
            viewer.offer(chunk)
        self.viewers = (*self.viewers, viewer)
        return viewer

    def leave(self, viewer: ViewerQueue) -> int:
        self.viewers = tuple(one for one in self.viewers if one is not viewer)
        return len(self.viewers)

    def stop(self) -> None:
        self._ending.set()
        inbox = self._inbox
        if inbox is not None:
            inbox.close()

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                self._ending.wait(self._attempt())
        finally:
            if not self._ending.is_set():
                # A mistake of ours; nobody is left waiting without a word.
                self._tell(State(state="failed", reason="the stream is no longer read here"))

    def _attempt(self) -> float:
        """Read until it ends; the answer is how long to wait before the next attempt, in s."""
        try:
            self._read()
        except StreamUnsupported as error:
            self._tell(State(state="unsupported", reason=str(error)))
            # Another codec may come when somebody changes the camera.
            return 10 * _RETRY_S
        except (NotFound, Unavailable) as error:
            self._tell(State(state="failed", reason=str(error)))
        return _RETRY_S

    def _read(self) -> None:
        with closing(self._reading.inbox()) as inbox:
            self._inbox = inbox
            wrapping = self._reading.wrapping()
            while not self._ending.is_set() and not inbox.closed:
                packet = inbox.get(_WAIT_S)
                if packet is not None and self._reading.sound:
                    _pass_sound(inbox, wrapping)
                chunk = None if packet is None else wrapping.wrap(packet)
                if chunk is not None:
                    self._call(self._deliver, chunk)

    def _tell(self, state: State) -> None:
        _log.info("no live picture", camera=self._key[0], stream=self._key[1], reason=state.reason)
        self._call(self._note, state)

    def _call(self, what: Callable[[A], None], argument: A) -> None:
        try:
            self._loop.call_soon_threadsafe(what, argument)
        except RuntimeError:
            # The loop has closed: the server is stopping.
            self._ending.set()

    def _deliver(self, chunk: Chunk) -> None:
        self._state = None
        self._cache(chunk)
        for viewer in self.viewers:
            viewer.offer(chunk)

    def _note(self, state: State) -> None:
        self._state = state
        for viewer in self.viewers:
            viewer.note(state)

    def _cache(self, chunk: Chunk) -> None:
        self._group_bytes += len(chunk.payload)
        too_much = len(self._group) >= _MOST_CACHED or self._group_bytes > _MOST_CACHED_BYTES
        if chunk.key or too_much:
            # A group that is too long is not kept at all: half of one cannot be shown.
            self._group = []
            self._group_bytes = len(chunk.payload)
        if chunk.key or self._group:
            self._group.append(chunk)


def _pass_sound(inbox: PacketInbox, wrapping: Wraps) -> None:
    if isinstance(inbox, SoundInbox) and isinstance(wrapping, Wrapping):
        wrapping.hear(inbox.heard())
