"""Where packets go: onto a channel of the client's connection, or to its UDP ports."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterator
from typing import Protocol

from vedette.core.errors import Unavailable
from vedette.live.queue import Chunk
from vedette.live.restream.packing import FRAMING, stamp_of

__all__ = ["ConnectionSink", "DatagramSink", "Sink", "open_datagrams", "report"]

_STALLED_S = 20.0
# A whole group of pictures at once would run over the buffers on its way.
_UDP_OCTETS_PER_S = 6_000_000
_FROM_1900_S = 2_208_988_800


class Sink(Protocol):
    """Takes pictures; `send` returns when the next one may come."""

    async def send(self, chunk: Chunk) -> None:
        """Unavailable when the client takes nothing any more."""
        ...

    def report(self, rtcp: bytes) -> None: ...

    def close(self) -> None: ...


class ConnectionSink:
    """Packets between the answers on the RTSP connection itself."""

    def __init__(self, writer: asyncio.StreamWriter, channel: int) -> None:
        self._writer, self._channel = writer, channel

    async def send(self, chunk: Chunk) -> None:
        # Nearly all clients take channel 0, for which the bytes are laid out already.
        wire = chunk.payload if self._channel == 0 else self._moved(chunk.payload)
        self._writer.write(wire)
        try:
            await asyncio.wait_for(self._writer.drain(), _STALLED_S)
        except TimeoutError:
            raise Unavailable(f"the client took nothing for {_STALLED_S:g} s") from None

    def report(self, rtcp: bytes) -> None:
        self._writer.write(struct.pack(">BBH", 0x24, self._channel + 1, len(rtcp)) + rtcp)

    def close(self) -> None:
        """The connection is the conversation's to close."""

    def _moved(self, payload: bytes) -> bytes:
        wire = bytearray(payload)
        for start, _ in _packets(payload):
            wire[start - FRAMING + 1] = self._channel
        return bytes(wire)


class DatagramSink:
    """Packets as datagrams; what the network does not take is lost."""

    def __init__(
        self, media: asyncio.DatagramTransport, control: asyncio.DatagramTransport
    ) -> None:
        self._media, self._control = media, control

    @property
    def ports(self) -> tuple[int, int]:
        """Our own two ports."""
        media, control = (
            int(one.get_extra_info("sockname")[1]) for one in (self._media, self._control)
        )
        return media, control

    async def send(self, chunk: Chunk) -> None:
        view = memoryview(chunk.payload)
        for start, end in _packets(chunk.payload):
            self._media.sendto(view[start:end])
        await asyncio.sleep(len(chunk.payload) / _UDP_OCTETS_PER_S)

    def report(self, rtcp: bytes) -> None:
        self._control.sendto(rtcp)

    def close(self) -> None:
        self._media.close()
        self._control.close()


async def open_datagrams(
    host: str, ports: tuple[int, int], heard: Callable[[], None]
) -> DatagramSink:
    """Two connected sockets to that client; `heard` is called when it says something."""
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_datagram_endpoint(lambda: _Ear(heard), remote_addr=(host, port)))[0]
        for port in ports
    ]
    return DatagramSink(*opened)


class _Ear(asyncio.DatagramProtocol):
    """Hears receiver reports: their content does not matter, that they come does."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._heard()


def report(chunk: Chunk, packets: int, octets: int) -> bytes:
    """A sender report: which wall clock time the chunk's RTP time stands for."""
    stamp = stamp_of(chunk)
    seconds, rest_us = divmod(chunk.t_us, 1_000_000)
    return struct.pack(
        ">BBHIIIIII",
        0x80,
        200,
        6,
        stamp.source,
        (seconds + _FROM_1900_S) & 0xFFFF_FFFF,
        (rest_us << 32) // 1_000_000,
        stamp.time,
        packets & 0xFFFF_FFFF,
        octets & 0xFFFF_FFFF,
    )


def _packets(payload: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each RTP packet in a chunk."""
    at = 0
    while at < len(payload):
        start = at + FRAMING
        at = start + (payload[at + 2] << 8 | payload[at + 3])
        yield start, at
