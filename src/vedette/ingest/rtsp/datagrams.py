"""The two UDP ports on which a camera sends its packets and reports."""

from __future__ import annotations

import ipaddress
import secrets
import selectors
import socket
import struct
from collections.abc import Callable, Iterator

from vedette.core.errors import Unreachable

__all__ = ["Datagrams"]

_RECEIVE_OCTETS = 4 * 1024 * 1024
_ATTEMPTS = 50
_EMPTY_RTP = bytes((0x80, 0, 0, 0)) + bytes(8)


class Datagrams:
    """An even port for RTP and the next for RTCP; others than the camera are ignored."""

    def __init__(self, near: str, far: str) -> None:
        """`near` is our address as the camera sees it, `far` is the camera's."""
        self._far = far
        self._media, self._control = _pair(near)
        self._buffer = bytearray(65_536)
        self._view = memoryview(self._buffer)
        self._ssrc = secrets.randbits(32)
        self._theirs: tuple[int, int] | None = None

    @property
    def ports(self) -> tuple[int, int]:
        """Our two ports."""
        return self._media.getsockname()[1], self._control.getsockname()[1]

    def register(self, waiting: selectors.BaseSelector) -> None:
        """Have both waited for."""
        waiting.register(self._media, selectors.EVENT_READ)
        waiting.register(self._control, selectors.EVENT_READ)

    def aim(self, ports: tuple[int, int] | None) -> None:
        """The camera's ports; a first word to each opens the way through a firewall."""
        self._theirs = ports
        if ports is not None:
            self._say(self._media, _EMPTY_RTP, ports[0])
        self.report()

    def report(self) -> None:
        """Tell the camera that somebody is still there (an empty receiver report)."""
        if self._theirs is not None:
            self._say(
                self._control, struct.pack(">BBHI", 0x80, 201, 1, self._ssrc), self._theirs[1]
            )

    def received(self, reports: Callable[[memoryview], None] | None) -> Iterator[memoryview]:
        """The RTP packets that are there; each is valid until the next one. RTCP is told."""
        while (packet := self._next(self._control)) is not None:
            if reports is not None and len(packet):
                reports(packet)
        while (packet := self._next(self._media)) is not None:
            if len(packet):
                yield packet

    def close(self) -> None:
        """Give the ports back."""
        self._media.close()
        self._control.close()

    def _next(self, line: socket.socket) -> memoryview | None:
        """The next packet of the camera, empty if it was somebody else's, None if there is none."""
        try:
            count, sender = line.recvfrom_into(self._buffer)
        except OSError:
            return None
        return self._view[:count] if sender[0] == self._far else self._view[:0]

    def _say(self, line: socket.socket, packet: bytes, port: int) -> None:
        try:
            line.sendto(packet, (self._far, port))
        except OSError:
            # Reports are a courtesy; that the camera is gone shows on the connection.
            return


def _pair(near: str) -> tuple[socket.socket, socket.socket]:
    for _ in range(_ATTEMPTS):
        first = _bound(near, 0)
        port = first.getsockname()[1] if first is not None else 1
        second = _bound(near, port + 1) if port % 2 == 0 else None
        if first is not None and second is not None:
            return first, second
        if first is not None:
            first.close()
    raise Unreachable("this machine has no two free UDP ports in a row")


def _bound(near: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ipaddress.ip_address(near).version == 6 else socket.AF_INET
    line = socket.socket(family, socket.SOCK_DGRAM)
    try:
        line.bind((near, port))
    except OSError:
        line.close()
        return None
    line.setblocking(False)
    # A key frame comes in one burst; the kernel's default holds a part of it.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_OCTETS)
    return line
