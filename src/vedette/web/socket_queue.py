"""What waits for one socket: observations may be dropped, alarms never are."""

from __future__ import annotations

import asyncio
from collections import deque

from pydantic import TypeAdapter

from vedette.access.rights import Caller, Right, authorise, sees
from vedette.web.broadcast import Letter
from vedette.web.spoken import SocketDrop, Subscribe, Subscribed, Topic

__all__ = ["SocketQueue"]

_FOR_KEEPERS = ("process_status", "system_warning")
"""Kinds about no camera that only those hear of who look after the installation."""
_TOPIC_OF: dict[str, Topic] = {
    "observation": "observations",
    "alarm_change": "alarms",
    "event": "events",
    "stream_status": "status",
    "lane_status": "status",
    "recorder_status": "status",
    "process_status": "status",
    "system_warning": "status",
    "site_changed": "site",
}
_RIGHT_OF: dict[Topic, Right] = {
    "observations": "live.view",
    "alarms": "alarms.view",
    "events": "events.view",
    "status": "cameras.view",
    "site": "site.view",
}
_MOST_OBSERVATIONS = 400
_MOST_OTHERS = 2_000


_SUBSCRIBED = TypeAdapter(Subscribed)


class SocketQueue:
    """Belongs to the event loop; `offer` never waits, `next` does."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._topics: frozenset[Topic] = frozenset()
        self._cameras: frozenset[str] | None = None
        self._observations: deque[str] = deque()
        self._others: deque[str] = deque()
        self._newest: dict[str, str] = {}
        self._arrived = asyncio.Event()
        self._told = 0
        self.dropped = 0
        self.overrun = False
        """Alarms could not be kept any more: the socket has to be closed, never thinned out."""

    def subscribe(self, wanted: Subscribe) -> None:
        """Listen to this and nothing else; Denied when a right is missing."""
        for topic in wanted.subscribe:
            authorise(self._caller, _RIGHT_OF[topic], wanted.cameras or ())
        self._topics = frozenset(wanted.subscribe)
        self._cameras = None if wanted.cameras is None else frozenset(wanted.cameras)
        told = Subscribed(subscribe=wanted.subscribe, cameras=wanted.cameras)
        self._others.append(_SUBSCRIBED.dump_json(told).decode())
        self._arrived.set()

    def check(self, caller: Caller) -> None:
        """Go on with what the user may do by now; Denied when a right was taken away."""
        self._caller = caller
        for topic in self._topics:
            authorise(caller, _RIGHT_OF[topic], self._cameras or ())

    def offer(self, letter: Letter) -> None:
        """Take a letter if it was asked for."""
        if not self._wants(letter):
            return
        topic = _TOPIC_OF[letter.kind]
        if topic == "observations":
            self._observe(letter.text)
        elif topic in ("status", "site"):
            # Only the newest counts, so however slow the client is, this cannot grow.
            self._newest[f"{letter.kind}/{letter.subject}"] = letter.text
        elif len(self._others) < _MOST_OTHERS:
            self._others.append(letter.text)
        else:
            self.overrun = True
        self._arrived.set()

    async def next(self) -> str | None:
        """The next message; None when the socket has to be closed."""
        while not (self._observations or self._others or self._newest or self.overrun):
            self._arrived.clear()
            await self._arrived.wait()
        if self.overrun:
            return None
        if self._others:
            return self._others.popleft()
        if self._newest:
            return self._newest.pop(next(iter(self._newest)))
        return self._observations.popleft()

    def news_of_drops(self) -> SocketDrop | None:
        """What to tell the client about observations dropped since it was last told."""
        if self._told == self.dropped:
            return None
        self._told = self.dropped
        return SocketDrop(dropped=self.dropped)

    def _wants(self, letter: Letter) -> bool:
        if _TOPIC_OF[letter.kind] not in self._topics:
            return False
        if letter.camera is None:
            return letter.kind not in _FOR_KEEPERS or "system.view" in self._caller.rights
        if self._cameras is not None and letter.camera not in self._cameras:
            return False
        return sees(self._caller, letter.camera)

    def _observe(self, text: str) -> None:
        if len(self._observations) >= _MOST_OBSERVATIONS:
            self._observations.popleft()
            self.dropped += 1
        self._observations.append(text)
