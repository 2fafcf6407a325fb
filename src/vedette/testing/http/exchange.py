"""One request and its answer, as a page sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Protocol

__all__ = ["Cut", "Exchange", "Page"]


class Cut(Exception):
    """The connection ends here, by order of a fault."""


@dataclass(slots=True)
class Exchange:
    """A request for a page: the path below it, the body, and ways to answer."""

    line: BaseHTTPRequestHandler
    rest: str
    """What follows the page's own path, without its slash and its query."""
    query: str
    body: bytes
    ended: Callable[[], bool]
    """Whether the server wants the connection to end."""
    paused: Callable[[], bool]
    """Whether the server wants it held without a byte."""
    left: int | None = None
    """How many bytes may still be sent before the connection is cut."""

    @property
    def method(self) -> str:
        return self.line.command

    def header(self, name: str) -> str:
        """A request header, empty if it is not there."""
        return str(self.line.headers.get(name, ""))

    def send(self, body: bytes, kind: str, status: int = 200) -> None:
        """A whole answer."""
        self.begin(kind, status, length=len(body))
        self.write(body)

    def begin(self, kind: str, status: int = 200, length: int | None = None) -> None:
        """The head of an answer; without a length it lasts until the connection closes."""
        self.line.send_response(status)
        self.line.send_header("Content-Type", kind)
        self.line.send_header("Cache-Control", "no-cache")
        if length is None:
            self.line.send_header("Connection", "close")
            self.line.close_connection = True
        else:
            self.line.send_header("Content-Length", str(length))
        self.line.end_headers()

    def redirect(self, to: str, status: int) -> None:
        """Send the client elsewhere."""
        self.line.send_response(status)
        self.line.send_header("Location", to)
        self.line.send_header("Content-Length", "0")
        self.line.end_headers()

    def refuse(self, status: int) -> None:
        """An answer without a body."""
        self.send(b"", "text/plain", status)

    def write(self, part: bytes) -> None:
        """A part of an answer that was begun."""
        if self.left is None:
            self.line.wfile.write(part)
            return
        self.line.wfile.write(part[: self.left])
        self.left -= len(part)
        if self.left <= 0:
            self.line.close_connection = True
            raise Cut


class Page(Protocol):
    """What lives at a path."""

    def serve(self, exchange: Exchange) -> None:
        """Answer; one thread per connection calls it."""
        ...
