"""How bytes are cut into messages on a local socket: 4 bytes of length, then a tag and a body."""

from __future__ import annotations

import socket
import struct

from vedette.core.errors import Unavailable

__all__ = ["MAX_BYTES", "frame", "read_frame", "split"]

MAX_BYTES = 32 * 1024 * 1024
_LENGTH = struct.Struct(">IB")


def frame(tag: str, body: bytes) -> bytes:
    """One message ready to be sent."""
    name = tag.encode("ascii")
    return _LENGTH.pack(1 + len(name) + len(body), len(name)) + name + body


def split(buffer: bytearray) -> list[tuple[str, bytes, bytes]]:
    """Take whole messages (tag, body, raw) from the front of a buffer; ValueError when broken."""
    found = []
    at = 0
    while len(buffer) - at >= _LENGTH.size:
        length, tag_length = _LENGTH.unpack_from(buffer, at)
        if not 1 + tag_length <= length <= MAX_BYTES:
            raise ValueError(f"a message of {length} bytes is not one of ours")
        end = at + 4 + length
        if end > len(buffer):
            break
        body_at = at + _LENGTH.size + tag_length
        tag = bytes(buffer[at + _LENGTH.size : body_at]).decode("ascii")
        found.append((tag, bytes(buffer[body_at:end]), bytes(buffer[at:end])))
        at = end
    del buffer[:at]
    return found


def read_frame(connection: socket.socket) -> tuple[str, bytes] | None:
    """The next message of a blocking socket, or None when the other side is gone."""
    head = _read_exactly(connection, _LENGTH.size)
    if head is None:
        return None
    length, tag_length = _LENGTH.unpack(head)
    if not 1 + tag_length <= length <= MAX_BYTES:
        raise Unavailable(f"a message of {length} bytes is not one of ours")
    rest = _read_exactly(connection, length - 1)
    if rest is None:
        return None
    return rest[:tag_length].decode("ascii"), rest[tag_length:]


def _read_exactly(connection: socket.socket, size: int) -> bytes | None:
    got = bytearray()
    while len(got) < size:
        try:
            part = connection.recv(size - len(got))
        except OSError:
            return None
        if not part:
            return None
        got += part
    return bytes(got)
