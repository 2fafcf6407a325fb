"""Before any route: a number for the request, our own host name, no foreign page, safe headers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.core.errors import Denied, VedetteError
from vedette.core.settings import WebSettings
from vedette.web.callers import COOKIE, REFRESH_COOKIE
from vedette.web.hosts import Hosts, authority
from vedette.web.routing import LARGEST_BODY

__all__ = ["Guard"]

_STRICT = "max-age=31536000"
_READING = {"GET", "HEAD", "OPTIONS"}
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class _Refused(Denied):
    """The request gets no further than this."""

    def __init__(self, message: str, *, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Guard:
    """Wraps the whole application."""

    def __init__(
        self, app: ASGIApp, hosts: Hosts, largest: Mapping[str, int], web: WebSettings
    ) -> None:
        self._app, self._hosts, self._largest = app, hosts, largest
        self._friends = frozenset(one.rstrip("/").lower() for one in web.cors_origins)
        self._always_https = web.secure_cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
        except _Refused as error:
            await _refuse(scope, send, error, request_id)
            return
        friend = self._friend(headers)
        if friend and scope["type"] == "http" and scope["method"] == "OPTIONS":
            await _preflight(send, friend)
            return
        strict = self._always_https or scope["scheme"] in ("https", "wss")

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                if friend:
                    answered.update(_shared(friend))
                if strict:
                    answered["Strict-Transport-Security"] = _STRICT
                _secure(answered, headers["host"], request_id)
            await send(message)

        await self._app(scope, receive, send_safely)

    def _check(self, scope: Scope, headers: Headers) -> None:
        names = headers.getlist("host")
        if len(names) != 1 or not self._hosts.ours(names[0]):
            raise _Refused(
                f"this server does not go by the name {', '.join(names)[:100]!r};"
                " the setting web.allowed_hosts can allow it",
                code="host_refused",
                status=421,
            )
        if scope["type"] == "websocket" or scope["method"] not in _READING:
            _check_origin(headers, self._friends)
        announced = headers.get("content-length", "0")
        # Whoever announces nothing, or less than is sent, is cut off while the body is read.
        largest = self._largest.get(scope["path"], LARGEST_BODY)
        if not announced.isdecimal() or int(announced[:20]) > largest:
            raise _Refused(f"at most {largest} bytes are read", code="too_large", status=413)

    def _friend(self, headers: Headers) -> str | None:
        """The page of another server that asks and may read the answer."""
        origin = headers.get("origin", "")
        return origin if origin.lower() in self._friends else None


def _check_origin(headers: Headers, friends: frozenset[str]) -> None:
    origin = headers.get("origin")
    if origin is None:
        # Browsers always send it here; without it, only what carries its own token may pass.
        if _has_cookie(headers) and not _same_site(headers):
            raise _Refused(
                "a request with a cookie needs the header Origin; scripts send a bearer token",
                code="origin_missing",
                status=403,
            )
        return
    if origin.lower() in friends and not _has_cookie(headers):
        return
    scheme, separator, rest = origin.partition("://")
    if not separator or authority(rest, scheme) != authority(headers["host"], scheme):
        raise _Refused(
            f"requests from pages of {origin[:100]!r} are not answered",
            code="origin_refused",
            status=403,
        )


def _has_cookie(headers: Headers) -> bool:
    if headers.get("authorization", "").lower().startswith("bearer "):
        return False
    try:
        read = [SimpleCookie(line) for line in headers.getlist("cookie")]
        return any(COOKIE in one or REFRESH_COOKIE in one for one in read)
    except CookieError:
        return True


def _same_site(headers: Headers) -> bool:
    return headers.get("sec-fetch-site") in ("same-origin", "none")


def _shared(friend: str) -> dict[str, str]:
    # No Allow-Credentials: cookies are for our own pages.
    return {
        "Access-Control-Allow-Origin": friend,
        "Access-Control-Expose-Headers": "ETag, X-Request-Id, X-Picture-Time-Us, Retry-After",
        "Vary": "Origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


async def _preflight(send: Send, friend: str) -> None:
    headers = {
        **_shared(friend),
        "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Range",
        "Access-Control-Max-Age": "600",
    }
    raw = [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, send: Send, error: _Refused, request_id: str) -> None:
    if scope["type"] == "websocket":
        # Closing before accepting is answered with a plain 403.
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    body = json.dumps(_body(error, request_id)).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _body(error: VedetteError, request_id: str) -> dict[str, object]:
    return {"code": error.code, "message": str(error), "request_id": request_id, "path": []}


def _secure(headers: MutableHeaders, host: str, request_id: str) -> None:
    for name, text in _FIXED.items():
        headers.setdefault(name, text)
    headers.setdefault("Content-Security-Policy", _policy(host.strip()))
    # Answers belong to whoever is logged in; only the web app's own files may be kept.
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = request_id


def _policy(host: str) -> str:
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            # The component kit writes style elements; scripts stay forbidden.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            # Older browsers do not count sockets of the same host as 'self'.
            f"connect-src 'self' ws://{host} wss://{host}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
