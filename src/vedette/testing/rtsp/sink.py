"""Where packets go: onto a channel of the client's connection, or to its UDP ports."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Sequence
from typing import Protocol

__all__ = ["ConnectionSink", "DatagramSink", "Sink"]

_MOST_QUEUED = 4 << 20
"""A viewer with so many bytes waiting loses pictures, as at a camera with a small buffer."""

Bounds = Sequence[tuple[int, int]]


class Sink(Protocol):
    """Takes interleaved packets laid out back to back."""

    channel: int

    def congested(self) -> bool: ...

    def send(self, wire: bytearray, bounds: Bounds) -> None:
        """Send the packets that lie within these bounds."""
        ...

    def report(self, rtcp: bytes) -> None: ...

    def close(self) -> None: ...


class ConnectionSink:
    """Packets between the answers on the RTSP connection itself."""

    def __init__(self, writer: asyncio.StreamWriter, channel: int) -> None:
        self._writer = writer
        self.channel = channel

    def congested(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > _MOST_QUEUED

    def send(self, wire: bytearray, bounds: Bounds) -> None:
        start, end = bounds[0][0], bounds[-1][1]
        if end - start == sum(b - a for a, b in bounds):
            self._writer.write(memoryview(wire)[start:end])
            return
        self._writer.write(b"".join(wire[a:b] for a, b in bounds))

    def report(self, rtcp: bytes) -> None:
        self._writer.write(struct.pack(">BBH", 0x24, self.channel + 1, len(rtcp)) + rtcp)

    def close(self) -> None:
        """The connection is the conversation's to close."""


class DatagramSink:
    """Packets as datagrams; what the network does not take is lost."""

    channel = 0

    def __init__(self, host: str, ports: tuple[int, int]) -> None:
        self._sockets = (_bound(host), _bound(host))
        self._to = ((host, ports[0]), (host, ports[1]))

    @property
    def ports(self) -> tuple[int, int]:
        """Our own two ports."""
        media, control = (one.getsockname()[1] for one in self._sockets)
        return media, control

    def congested(self) -> bool:
        return False

    def send(self, wire: bytearray, bounds: Bounds) -> None:
        view = memoryview(wire)
        for start, end in bounds:
            self._send(0, view[start + 4 : end])

    def report(self, rtcp: bytes) -> None:
        self._send(1, memoryview(rtcp))

    def close(self) -> None:
        for one in self._sockets:
            one.close()

    def _send(self, which: int, packet: memoryview) -> None:
        try:
            self._sockets[which].sendto(packet, self._to[which])
        except (BlockingIOError, ConnectionRefusedError):
            return


def _bound(host: str) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setblocking(False)
    one.bind((host, 0))
    return one
