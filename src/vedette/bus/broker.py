"""The exchange of the local bus: relays messages between our processes over a Unix socket."""

from __future__ import annotations

import os
import selectors
import socket
import threading
from pathlib import Path

import structlog

from vedette.bus.wire import split

__all__ = ["Broker"]

_log = structlog.get_logger()
_BACKLOG_BYTES = 8 * 1024 * 1024
_CONTROL = "subscribe"
_MAY_DROP = {"observation", "stream_status", "lane_status", "process_status"}


class _Client:
    """One connected process: what it wants, what it is still to be sent."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.kinds: frozenset[str] = frozenset()
        self.inbound = bytearray()
        self.outbound = bytearray()
        self.dropped = 0


class Broker:
    """Listens at `path` until closed; one thread, no decoding of what it relays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._selector = selectors.DefaultSelector()
        self._clients: set[_Client] = set()
        self._wake_read, self._wake_write = socket.socketpair()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="bus-broker", daemon=True)

    def start(self) -> None:
        """Begin to listen; only this user may connect."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        os.chmod(self.path, 0o600)
        self._listener.listen(64)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and hang up; may be called twice."""
        if self._closing:
            return
        self._closing = True
        self._wake_write.send(b"x")
        self._thread.join(5)
        self.path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._closing:
            for key, events in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.data, _Client):
                    self._serve(key.data, events)
        for client in tuple(self._clients):
            self._drop(client)
        self._listener.close()
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        client = _Client(connection)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _serve(self, client: _Client, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                self._flush(client)
            if events & selectors.EVENT_READ:
                self._receive(client)
        except (OSError, ValueError, UnicodeDecodeError):
            self._drop(client)

    def _receive(self, client: _Client) -> None:
        received = client.connection.recv(1 << 18)
        if not received:
            self._drop(client)
            return
        client.inbound += received
        for tag, body, raw in split(client.inbound):
            if tag == _CONTROL:
                client.kinds = frozenset(body.decode("ascii").split())
            else:
                self._relay(client, tag, raw)

    def _relay(self, sender: _Client, tag: str, raw: bytes) -> None:
        for client in tuple(self._clients):
            if client is sender or tag not in client.kinds:
                continue
            if len(client.outbound) + len(raw) > _BACKLOG_BYTES:
                if tag in _MAY_DROP:
                    client.dropped += 1
                    continue
                # What must arrive cannot: hang up, so that the reader comes back and catches up.
                _log.warning("a process reads its messages too slowly; hung up on it")
                self._drop(client)
                continue
            client.outbound += raw
            try:
                self._flush(client)
            except OSError:
                self._drop(client)

    def _flush(self, client: _Client) -> None:
        while client.outbound:
            try:
                sent = client.connection.send(client.outbound)
            except BlockingIOError:
                break
            del client.outbound[:sent]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.outbound else 0)
        self._selector.modify(client.connection, events, client)

    def _drop(self, client: _Client) -> None:
        if client not in self._clients:
            return
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()
