"""From the bus to the sockets: one thread listens, each message is written as JSON once."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Protocol, cast

from vedette.core.codec import Message, encode
from vedette.core.facts import (
    AlarmChange,
    Event,
    LaneStatus,
    Observation,
    Picture,
    ProcessStatus,
    RecorderStatus,
    SiteChanged,
    StreamStatus,
    SystemWarning,
)
from vedette.core.ports import Bus, Subscription
from vedette.web.board import Board
from vedette.web.pictures import Pictures

__all__ = ["Broadcast", "Letter", "Listener"]

_TYPES = (
    Observation,
    Event,
    AlarmChange,
    SiteChanged,
    StreamStatus,
    LaneStatus,
    ProcessStatus,
    RecorderStatus,
    SystemWarning,
    Picture,
)
_DEPTH = 5_000
_BATCH = 200
_WAIT_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message on its way to sockets."""

    kind: str
    camera: str | None
    """None where it concerns no single camera."""
    subject: str
    """What a newer message of the same kind replaces, such as the stream of a status."""
    text: str


class Listener(Protocol):
    """A socket's queue."""

    def offer(self, letter: Letter) -> None:
        """Take or leave a letter; called in the event loop, never waits."""
        ...


class Broadcast:
    """Reads the bus as long as the server runs."""

    def __init__(self, bus: Bus, board: Board, pictures: Pictures) -> None:
        self._bus, self._board, self._pictures = bus, board, pictures
        self._listeners: tuple[Listener, ...] = ()
        self._ending = threading.Event()
        self._inbox: Subscription[Message] | None = None
        self._thread: threading.Thread | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; deliveries happen in that loop."""
        self._ending.clear()
        # Subscribed here, so that nothing published after `start` is missed.
        inbox = cast("Subscription[Message]", self._bus.subscribe(*_TYPES, depth=_DEPTH))

        def run() -> None:
            while not self._ending.is_set():
                message = inbox.get(_WAIT_S)
                if message is None:
                    continue
                batch: list[Message] = [message]
                while len(batch) < _BATCH and (more := inbox.get(0)) is not None:
                    batch.append(more)
                self._pass_on(loop, batch)

        self._inbox = inbox
        self._thread = threading.Thread(target=run, name="web-broadcast", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; may be called twice."""
        self._ending.set()
        if self._inbox is not None:
            self._inbox.close()
        if self._thread is not None:
            self._thread.join(2 * _WAIT_S + 1)

    @property
    def running(self) -> bool:
        """Whether the bus is being read."""
        return self._thread is not None and self._thread.is_alive()

    def join(self, listener: Listener) -> None:
        """Deliver to a socket from now on."""
        self._listeners = (*self._listeners, listener)

    def leave(self, listener: Listener) -> None:
        """No longer."""
        self._listeners = tuple(one for one in self._listeners if one is not listener)

    def _pass_on(self, loop: asyncio.AbstractEventLoop, batch: list[Message]) -> None:
        letters: list[Letter] = []
        pictures: list[Picture] = []
        for message in batch:
            self._board.take(message)
            if isinstance(message, Picture):
                pictures.append(message)
            elif self._listeners:
                letters.append(_letter(message))
        if letters or pictures:
            try:
                loop.call_soon_threadsafe(self._deliver, letters, pictures)
            except RuntimeError:
                # The loop has closed: the server is stopping.
                self._ending.set()

    def _deliver(self, letters: list[Letter], pictures: list[Picture]) -> None:
        for picture in pictures:
            self._pictures.take(picture)
        for listener in self._listeners:
            for letter in letters:
                listener.offer(letter)


def _letter(message: Message) -> Letter:
    camera, subject = _about(message)
    return Letter(
        kind=message.kind, camera=camera, subject=subject, text=encode(message).decode("utf-8")
    )


def _about(message: Message) -> tuple[str | None, str]:
    match message:
        case AlarmChange():
            return message.alarm.camera, message.alarm.id
        case StreamStatus() | RecorderStatus():
            return message.camera, f"{message.camera}/{message.stream}"
        case ProcessStatus():
            return None, message.name
        case SystemWarning():
            return None, message.subject
        case SiteChanged():
            return None, ""
    return message.camera, message.camera
