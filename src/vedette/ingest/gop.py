"""The pictures since the last key picture, for those who join in the middle."""

from __future__ import annotations

from vedette.core.media import Packet

__all__ = ["Gop"]


class Gop:
    """Packets since the last key packet, or none while they would take more than `octets`."""

    def __init__(self, octets: int) -> None:
        self._most_octets = octets
        self._packets: list[Packet] = []
        self._octets = 0

    @property
    def packets(self) -> tuple[Packet, ...]:
        """In order, the key packet first."""
        return tuple(self._packets)

    def take(self, packet: Packet) -> None:
        """Keep it, if it belongs to a GOP of which nothing is missing."""
        if packet.key:
            self.clear()
        elif not self._packets:
            return
        if self._octets + len(packet.data) > self._most_octets:
            self.clear()
            return
        self._packets.append(packet)
        self._octets += len(packet.data)

    def clear(self) -> None:
        """Forget all until the next key packet."""
        self._packets.clear()
        self._octets = 0
