"""RTSP messages and interleaved packets as they come off a connection (RFC 2326, 7826)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vedette.core.errors import SourceError

__all__ = ["Answer", "Aside", "Inbox", "Interleaved", "parse_head"]

Aside = Mapping[int, Callable[[memoryview], None]]
"""Who takes the packets of other channels, which are valid during the call only."""

_DOLLAR = 0x24
_MOST_HEAD = 64 * 1024
_MOST_BODY = 256 * 1024
_BUFFER = 256 * 1024
_LEAST_ROOM = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A camera's answer, or a request of its own, which has status 0."""

    status: int
    headers: Mapping[str, Sequence[str]]
    """By lower-case name, in the order they came."""
    body: str = ""

    def get(self, name: str) -> str:
        """The first header of that name, empty if there is none."""
        return next(iter(self.headers.get(name, ())), "")


class Interleaved(NamedTuple):
    """A packet between the messages; `packet` is valid until the next bytes are received."""

    channel: int
    packet: memoryview


class Inbox:
    """Takes the bytes of a connection and gives back what they say."""

    def __init__(self) -> None:
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0

    def room(self) -> memoryview:
        """Where the next bytes are to be received into."""
        if len(self._buffer) - self._end < _LEAST_ROOM or self._start == self._end:
            kept = self._end - self._start
            self._view[:kept] = self._view[self._start : self._end]
            self._start, self._end = 0, kept
        if self._end == len(self._buffer):
            raise SourceError("the camera sends something else than RTSP")
        return self._view[self._end :]

    def filled(self, count: int) -> None:
        """So many bytes were received into `room`."""
        self._end += count

    def packets(self, channel: int, aside: Aside) -> list[memoryview]:
        """All whole packets of a channel up to the next message; those of others go aside.

        They stay valid until the next bytes are received.
        """
        buffer, view, at, end = self._buffer, self._view, self._start, self._end
        found = []
        while end - at >= 4 and buffer[at] == _DOLLAR:
            after = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
            if after > end:
                break
            if buffer[at + 1] == channel:
                found.append(view[at + 4 : after])
            elif (take := aside.get(buffer[at + 1])) is not None:
                take(view[at + 4 : after])
            at = after
        self._start = at
        return found

    def next(self) -> Answer | Interleaved | None:
        """The next whole message or packet, None if more bytes are needed."""
        while self._start < self._end:
            if self._buffer[self._start] == _DOLLAR:
                return self._packet()
            if 0x41 <= self._buffer[self._start] <= 0x5A:
                return self._message()
            # Some cameras put stray bytes or blank lines in between.
            self._start += 1
        return None

    def _packet(self) -> Interleaved | None:
        start = self._start
        if self._end - start < 4:
            return None
        size = self._buffer[start + 2] << 8 | self._buffer[start + 3]
        after = start + 4 + size
        if after > self._end:
            return None
        self._start = after
        return Interleaved(self._buffer[start + 1], self._view[start + 4 : after])

    def _message(self) -> Answer | None:
        at = self._buffer.find(b"\r\n\r\n", self._start, self._end)
        if at < 0:
            if self._end - self._start > _MOST_HEAD:
                raise SourceError("the camera sends something else than RTSP")
            return None
        answer = parse_head(bytes(self._view[self._start : at]))
        length = answer.get("content-length")
        size = int(length) if length.isdigit() else 0
        if size > _MOST_BODY - _MOST_HEAD:
            raise SourceError("the camera answers at too great length")
        after = at + 4 + size
        if after > self._end:
            return None
        body = bytes(self._view[at + 4 : after]).decode("utf-8", "replace")
        self._start = after
        return Answer(status=answer.status, headers=answer.headers, body=body)


def parse_head(head: bytes) -> Answer:
    """Status line and headers; lines that are none are skipped."""
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    words = first.split(" ", 2)
    answered = words[0].startswith("RTSP/") and len(words) > 1 and words[1].isdigit()
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, colon, text = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(text.strip())
    return Answer(status=int(words[1]) if answered else 0, headers=headers)
