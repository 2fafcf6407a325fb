"""Pictures kept in memory in case something happens."""

from __future__ import annotations

from collections import deque

from vedette.core.media import Packet

__all__ = ["Roll"]


class Roll:
    """The last seconds of a stream, always beginning with a key picture."""

    def __init__(self, octets: int = 48 * 1024 * 1024) -> None:
        self._most_octets = octets
        self._groups: deque[list[Packet]] = deque()
        self._octets = 0

    def take(self, packet: Packet, span_us: int) -> None:
        """Keep it, and as many groups before it as the span needs."""
        if packet.key:
            self._groups.append([])
        if not self._groups:
            return
        self._groups[-1].append(packet)
        self._octets += len(packet.data)
        while len(self._groups) > 1 and self._is_long(packet.t_us - span_us):
            self._drop()
        if self._octets > self._most_octets:
            self._drop()

    @property
    def begin_us(self) -> int | None:
        """From when on pictures are kept, None while there are none."""
        return self._groups[0][0].t_us if self._groups else None

    def empty(self) -> list[Packet]:
        """All of it, in order, to be kept elsewhere."""
        packets = [packet for group in self._groups for packet in group]
        self._groups.clear()
        self._octets = 0
        return packets

    def _is_long(self, from_us: int) -> bool:
        return self._groups[1][0].t_us <= from_us or self._octets > self._most_octets

    def _drop(self) -> None:
        self._octets -= sum(len(packet.data) for packet in self._groups.popleft())
