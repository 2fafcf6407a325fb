"""From events to alarms, as they come, and those that came while nobody listened."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Protocol

from vedette.core.errors import Unavailable
from vedette.core.facts import AlarmChange, Event
from vedette.core.ports import Bus

__all__ = ["Answering", "TakesEvents"]

_CATCH_UP_S = 2.0


class TakesEvents(Protocol):
    """An alarm desk."""

    def take(self, event: Event) -> AlarmChange | None: ...

    def catch_up(self) -> Iterable[AlarmChange]: ...


class Answering:
    """Feeds the desk and tells the bus what became of it."""

    def __init__(self, desk: TakesEvents, bus: Bus) -> None:
        self._desk, self._bus = desk, bus
        self._events = bus.subscribe(Event, depth=10_000)
        self._ending = threading.Event()

    def run(self) -> None:
        """Until closed; the store knows which events no alarm has taken in, so none is lost."""
        while not self._ending.is_set():
            for change in self._desk.catch_up():
                self._bus.publish(change)
            self._listen()

    def _listen(self) -> None:
        while (event := self._events.get(_CATCH_UP_S)) is not None:
            try:
                change = self._desk.take(event)
            except Unavailable:
                return
            if change is not None:
                self._bus.publish(change)

    def close(self) -> None:
        """End; may be called twice."""
        self._ending.set()
        self._events.close()
