"""The server: a thread per connection, pages by path, each with its own login and faults."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import quote, urlsplit

from vedette.core.value import value
from vedette.testing.auth import Doorkeeper, Login
from vedette.testing.http.exchange import Cut, Exchange, Page

__all__ = ["Door", "HttpFaults", "HttpServer"]

_POLL_S = 0.02
_PATIENCE_S = 10.0


@value
class HttpFaults:
    """What is wrong with a page just now."""

    status: int | None = None
    """Answer every request with this HTTP status."""
    silent: bool = False
    """Accept requests and never answer."""
    stalled: bool = False
    """Hold streams open and send nothing more."""
    delay_s: float = 0.0
    """Wait so long before each answer."""
    cut_after: int | None = None
    """Close each connection after so many bytes of answers."""


@dataclass(slots=True)
class Door:
    """A page with its login, its faults and its counts."""

    page: Page
    keeper: Doorkeeper
    login: Login | None
    faults: HttpFaults = field(default_factory=HttpFaults)
    requests: int = 0
    """Requests let in so far."""
    refused: int = 0
    """Requests without the right login."""
    open: int = 0
    """Requests being answered now."""
    generation: int = 0

    def inject(self, faults: HttpFaults) -> None:
        """Make the page misbehave from now on."""
        self.faults = faults

    def heal(self) -> None:
        """Make it well again."""
        self.faults = HttpFaults()

    def cut(self) -> None:
        """End all streams of this page at their next picture."""
        self.generation += 1


class HttpServer:
    """Serves pages on loopback: `with HttpServer() as server: server.add("cam", page)`."""

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = port
        self._doors: dict[str, Door] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> HttpServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Take connections, after `stop` on the same port as before."""
        self._server = _Server((self.host, self.port), self._doors)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _POLL_S},
            name="http-server",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Refuse new connections and drop all open ones; may be called twice."""
        if self._server is None or self._thread is None:
            return
        server, self._server = self._server, None
        server.shutdown()
        self._thread.join(_PATIENCE_S)
        server.drop()
        server.server_close()

    def add(self, path: str, page: Page, login: Login | None = None) -> Door:
        """A page at that path and below it."""
        door = Door(page=page, keeper=Doorkeeper(login), login=login)
        self._doors[path] = door
        return door

    def url(self, path: str, *, login: bool = False) -> str:
        """The address of something below a page, with user and password in it if asked."""
        door, _ = _find(self._doors, path)
        who = door.login if login and door else None
        user = f"{quote(who.user, safe='')}:{quote(who.password, safe='')}@" if who else ""
        return f"http://{user}{self.host}:{self.port}/{path}"


def _find(doors: dict[str, Door], path: str) -> tuple[Door | None, str]:
    """The page of the longest path that fits, and what follows it."""
    path = path.strip("/")
    fits = [name for name in list(doors) if path == name or path.startswith(f"{name}/")]
    if not fits:
        return None, ""
    name = max(fits, key=len)
    return doors[name], path[len(name) :].lstrip("/")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], doors: dict[str, Door]) -> None:
        self.doors = doors
        self.ending = threading.Event()
        self._lines: set[socket.socket] = set()
        super().__init__(address, _Line)

    def opened(self, line: socket.socket) -> None:
        self._lines.add(line)

    def closed(self, line: socket.socket) -> None:
        self._lines.discard(line)

    def drop(self) -> None:
        """End all open connections."""
        self.ending.set()
        for line in list(self._lines):
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Line(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1 with keep-alive."""

    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        try:
            super().finish()
        except ConnectionError:
            return

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, Cut):
            return

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the parent's name
        """Say nothing on standard error."""

    def _answer(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        door, rest = _find(self.server.doors, address.path)
        if door is None:
            self.send_error(404)
            return
        door.open += 1
        try:
            self._through(door, rest, address.query, body)
        finally:
            door.open -= 1

    def _through(self, door: Door, rest: str, query: str, body: bytes) -> None:
        self._wait(door, door.faults.delay_s)
        while door.faults.silent:
            self._wait(door, _POLL_S)
        if not door.keeper.admits(self.headers.get("Authorization", ""), self.command):
            door.refused += 1
            self.send_response(401)
            self.send_header("WWW-Authenticate", door.keeper.challenge())
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        door.requests += 1
        if door.faults.status is not None:
            self.send_error(door.faults.status)
            return
        generation = door.generation
        door.page.serve(
            Exchange(
                line=self,
                rest=rest,
                query=query,
                body=body,
                ended=lambda: self.server.ending.is_set() or door.generation != generation,
                paused=lambda: door.faults.stalled,
                left=door.faults.cut_after,
            )
        )

    def _wait(self, door: Door, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.server.ending.is_set():
                raise Cut
            time.sleep(min(_POLL_S, max(0.0, until - time.monotonic())))
