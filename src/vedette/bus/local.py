"""The bus of one process among ours: what is published here is heard in all of them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from pathlib import Path
from typing import TypeVar

import structlog

from vedette.bus.memory import MemoryBus
from vedette.bus.wire import frame, read_frame
from vedette.core.codec import MESSAGE_KINDS, Message, decode, encode
from vedette.core.errors import VedetteError
from vedette.core.ports import Subscription

__all__ = ["LocalBus"]

M = TypeVar("M")
_log = structlog.get_logger()
_RETRY_S = 0.3


class LocalBus:
    """Talks to the broker at `path`; connects by itself and again when it is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._here = MemoryBus()
        self._connection: socket.socket | None = None
        self._sending = threading.Lock()
        self._closing = threading.Event()
        self._lost = 0
        self._thread = threading.Thread(target=self._run, name="bus-reader", daemon=True)
        self._thread.start()

    def publish(self, message: object) -> None:
        self._here.publish(message)
        kind = getattr(message, "kind", None)
        if not isinstance(kind, str) or not isinstance(message, MESSAGE_KINDS.get(kind, ())):
            raise TypeError(f"{type(message).__name__} is not a message that crosses processes")
        known: Message = message  # type: ignore[assignment]  # one of MESSAGE_KINDS, just checked
        self._send(frame(kind, encode(known)))

    def subscribe(self, *types: type[M], depth: int = 1000) -> Subscription[M]:
        inbox = self._here.subscribe(*types, depth=depth)
        self._announce()
        return inbox

    def close(self) -> None:
        self._closing.set()
        self._hang_up()
        self._here.close()
        if self._thread is not threading.current_thread():
            self._thread.join(2)

    @property
    def lost(self) -> int:
        """Messages that could not be sent because the broker was away."""
        return self._lost

    def _send(self, raw: bytes) -> None:
        with self._sending:
            if self._connection is None:
                self._lost += 1
                return
            try:
                self._connection.sendall(raw)
            except OSError:
                self._lost += 1
                self._hang_up()

    def _announce(self) -> None:
        wanted = {name for name, one in MESSAGE_KINDS.items() if one in self._here.wanted()}
        self._send(frame("subscribe", " ".join(sorted(wanted)).encode("ascii")))

    def _run(self) -> None:
        while not self._closing.is_set():
            connection = self._connect()
            if connection is None:
                self._closing.wait(_RETRY_S)
                continue
            self._connection = connection
            self._announce()
            self._read(connection)
            self._hang_up()

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return None
        # A reader that is stuck must not stop a sender for ever.
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        return connection

    def _read(self, connection: socket.socket) -> None:
        while (received := read_frame(connection)) is not None:
            _, body = received
            try:
                self._here.publish(decode(body))
            except VedetteError as error:
                _log.warning("a message could not be read", reason=str(error))

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def wait_connected(self, timeout_s: float) -> bool:
        """Whether the broker was reached within that time."""
        deadline = time.monotonic() + timeout_s
        while self._connection is None and time.monotonic() < deadline:
            time.sleep(0.01)
        return self._connection is not None
