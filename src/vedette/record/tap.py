"""Where a feed leaves packets to be recorded."""

from __future__ import annotations

from collections import deque

from vedette.core.media import Packet, Sound

__all__ = ["RecordTap"]


# Half a minute and more; the writer comes by several times a second.
_MOST_SOUNDS = 2_000


class RecordTap:
    """A bounded queue between one feed and the writer; never blocks, and needs no lock.

    When it is full everything up to the next key packet that fits is dropped and counted. Sound
    waits by itself and costs pictures nothing.
    """

    def __init__(self, octets: int = 12 * 1024 * 1024) -> None:
        self._most_octets = octets
        self._waiting: deque[Packet] = deque()
        # One is written by the feed's thread only, the other by the writer's.
        self._octets_in = 0
        self._octets_out = 0
        self._needs_key = False
        self._sounds: deque[Sound] = deque(maxlen=_MOST_SOUNDS)
        self.dropped = 0

    def take(self, packet: Packet) -> None:
        size = len(packet.data)
        full = self.backlog + size > self._most_octets and self._waiting
        if full or (self._needs_key and not packet.key):
            self._needs_key = True
            self.dropped += 1
            return
        self._needs_key = False
        self._octets_in += size
        self._waiting.append(packet)

    def hear(self, sound: Sound) -> None:
        self._sounds.append(sound)

    @property
    def backlog(self) -> int:
        """Bytes that wait."""
        return self._octets_in - self._octets_out

    def drain(self) -> list[Packet]:
        """What has come since the last time."""
        waiting = self._waiting
        packets = [waiting.popleft() for _ in range(len(waiting))]
        self._octets_out += sum(len(packet.data) for packet in packets)
        return packets

    def listen(self) -> list[Sound]:
        """The sound that has come since the last time."""
        sounds = self._sounds
        return [sounds.popleft() for _ in range(len(sounds))]
