"""Simple pages: a file, a still picture that changes, a way elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from vedette.testing.http.exchange import Exchange

__all__ = ["FilePage", "RedirectPage", "StillPage"]


class FilePage:
    """The same bytes every time."""

    def __init__(self, body: bytes, kind: str = "application/octet-stream") -> None:
        self._body = body
        self._kind = kind

    def serve(self, exchange: Exchange) -> None:
        """All of it; no ranges."""
        exchange.send(self._body, self._kind)


class StillPage:
    """A camera's snapshot address: a JPEG, made anew for each request."""

    def __init__(self, picture: Callable[[], bytes]) -> None:
        self._picture = picture

    def serve(self, exchange: Exchange) -> None:
        """The newest picture."""
        exchange.send(self._picture(), "image/jpeg")


class RedirectPage:
    """Sends clients elsewhere, what follows the path included."""

    def __init__(self, to: str, status: int = 302) -> None:
        self._to = to
        self._status = status

    def serve(self, exchange: Exchange) -> None:
        """Only the way."""
        rest = f"/{exchange.rest}" if exchange.rest else ""
        query = f"?{exchange.query}" if exchange.query else ""
        exchange.redirect(self._to + rest + query, self._status)
