"""Bounded queues between a feed and those who read its packets."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from vedette.core.media import Packet, Sound

__all__ = ["PacketQueue"]

# Ten seconds and more; who takes pictures only never takes these.
_MOST_SOUNDS = 600


class PacketQueue:
    """A tap to be read from another thread; when full it drops by whole GOP, oldest first.

    What comes out can always be decoded: it begins with a key packet, and after a loss again with
    one. Streams of key packets only, such as MJPEG, lose single pictures.
    """

    def __init__(
        self,
        *,
        packets: int = 300,
        octets: int = 16 * 1024 * 1024,
        on_close: Callable[[PacketQueue], None] | None = None,
    ) -> None:
        """Room for so many packets and bytes; `on_close` is called once, to be unhooked."""
        if packets < 1 or octets < 1:
            raise ValueError("a packet queue must hold something")
        self._most_packets = packets
        self._most_octets = octets
        self._waiting: deque[Packet] = deque()
        self._sounds: deque[Sound] = deque(maxlen=_MOST_SOUNDS)
        self._octets = 0
        self._dropped = 0
        self._needs_key = True
        self._closed = False
        self._on_close = on_close
        self._changed = threading.Condition()

    def take(self, packet: Packet) -> None:
        with self._changed:
            if self._closed:
                return
            if packet.key:
                self._needs_key = False
            if self._needs_key or not self._make_room(packet):
                self._dropped += 1
                return
            self._waiting.append(packet)
            self._octets += len(packet.data)
            self._changed.notify()

    def hear(self, sound: Sound) -> None:
        self._sounds.append(sound)

    def heard(self) -> list[Sound]:
        """The sound that has come since the last time."""
        sounds = self._sounds
        return [sounds.popleft() for _ in range(len(sounds))]

    def get(self, timeout_s: float | None = None) -> Packet | None:
        until = None if timeout_s is None else monotonic() + timeout_s
        with self._changed:
            while not self._waiting and not self._closed:
                left_s = None if until is None else until - monotonic()
                if left_s is not None and left_s <= 0:
                    return None
                self._changed.wait(left_s)
            if self._closed:
                return None
            return self._pop()

    def close(self) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._waiting.clear()
            self._octets = 0
            self._changed.notify_all()
        # Outside the lock: the feed holds its own while it hands us packets.
        if self._on_close is not None:
            self._on_close(self)

    @property
    def dropped(self) -> int:
        return self._dropped

    @property
    def closed(self) -> bool:
        return self._closed

    def __len__(self) -> int:
        return len(self._waiting)

    def _make_room(self, packet: Packet) -> bool:
        while self._is_full_for(packet):
            if not self._drop_oldest_gop(packet):
                self._needs_key = True
                return False
        return True

    def _is_full_for(self, packet: Packet) -> bool:
        if not self._waiting:
            # A single picture larger than the queue still passes, alone.
            return False
        return (
            len(self._waiting) >= self._most_packets
            or self._octets + len(packet.data) > self._most_octets
        )

    def _drop_oldest_gop(self, packet: Packet) -> bool:
        """Drop up to the next key packet; False if there is none, not even the one that comes."""
        later = next((i for i, p in enumerate(self._waiting) if i and p.key), None)
        if later is None:
            if not packet.key:
                return False
            later = len(self._waiting)
        for _ in range(later):
            self._pop()
        self._dropped += later
        return True

    def _pop(self) -> Packet:
        packet = self._waiting.popleft()
        self._octets -= len(packet.data)
        return packet
