"""Errors as answers: one form for all, with the number of the request and never an inside."""

from __future__ import annotations

import contextlib
from typing import cast

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState

from vedette.core.errors import (
    ConfigError,
    Conflict,
    Denied,
    Gone,
    ModelError,
    NotFound,
    NotLoggedIn,
    SourceError,
    StoreError,
    Throttled,
    TooEarly,
    Unavailable,
    VedetteError,
)

__all__ = ["ErrorPage", "close_code", "install", "status_of"]

_log = structlog.get_logger()
_STATUS: dict[type[VedetteError], int] = {
    Throttled: 429,
    NotLoggedIn: 401,
    Denied: 403,
    NotFound: 404,
    Gone: 410,
    TooEarly: 425,
    Conflict: 409,
    ConfigError: 422,
    SourceError: 422,
    ModelError: 422,
    Unavailable: 503,
    StoreError: 503,
    VedetteError: 500,
}
_OUR_MISTAKE = "the server made a mistake; its log has the details under this number"
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json"}


def install(app: FastAPI) -> None:
    """Make the application answer all errors in our form."""
    app.add_exception_handler(VedetteError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(WebSocketRequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


class ErrorPage:
    """Answers for whatever nobody foresaw, so that even this goes out through the guard."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception as error:  # the error page: the server goes on
            connection = HTTPConnection(scope)
            _log.error("a request failed", exc_info=error, **_about(connection))
            if scope["type"] == "http" and not begun:
                answer = _answer(connection, 500, "internal", _OUR_MISTAKE)
                await answer(scope, receive, send)
            elif scope["type"] == "websocket":
                with contextlib.suppress(RuntimeError):
                    await send({"type": "websocket.close", "code": 1011})


def status_of(error: VedetteError) -> int:
    """The HTTP status an error is answered with."""
    return next(_STATUS[cls] for cls in type(error).__mro__ if cls in _STATUS)


def close_code(error: VedetteError) -> int:
    """How a socket is closed for that reason."""
    if isinstance(error, NotLoggedIn):
        return 4401
    if isinstance(error, Denied):
        return 4403
    if isinstance(error, NotFound):
        return 4404
    return 1007 if isinstance(error, ConfigError) else 1011


async def _known(connection: HTTPConnection, error: Exception) -> Response:
    known = cast("VedetteError", error)
    if isinstance(connection, WebSocket):
        await _hang_up(connection, known)
        return Response()
    status = status_of(known)
    if status >= 500:
        _log.warning("a request could not be answered", reason=str(known), **_about(connection))
    path = known.path if isinstance(known, ConfigError) else ()
    answer = _answer(connection, status, known.code, str(known), path)
    if isinstance(known, NotLoggedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(known, Throttled | TooEarly):
        answer.headers["Retry-After"] = str(max(1, round(known.retry_after_s)))
    return answer


async def _hang_up(socket: WebSocket, error: VedetteError) -> None:
    # A page sees the code of a close only after the socket was accepted.
    if socket.application_state is WebSocketState.CONNECTING:
        await socket.accept()
    await socket.close(close_code(error), reason=str(error)[:100])


async def _invalid(connection: HTTPConnection, error: Exception) -> Response:
    if isinstance(connection, WebSocket):
        await _hang_up(connection, NotFound("there is no such socket"))
        return Response()
    findings = cast("RequestValidationError", error).errors()
    # What was sent is left out: it may hold a password.
    lines = [f"{_where(one['loc'])}{_words(one)}" for one in findings[:20]]
    path = tuple(findings[0]["loc"][1:]) if findings else ()
    return _answer(connection, 422, "invalid", "; ".join(lines), path)


def _where(loc: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in loc[1:] or loc) + ": "


def _words(finding: dict[str, object]) -> str:
    match finding["type"]:
        case "unexpected_keyword_argument" | "extra_forbidden":
            return "there is no such key"
        case "missing" | "missing_keyword_only_argument" | "missing_argument":
            return "is missing"
        case "json_invalid":
            return "this is not JSON"
    return str(finding["msg"]).removeprefix("Value error, ")


async def _http(connection: HTTPConnection, error: Exception) -> Response:
    known = cast("HTTPException", error)
    if isinstance(connection, WebSocket):
        await _hang_up(connection, NotFound("there is no such socket"))
        return Response()
    code = _CODES.get(known.status_code, "http")
    answer = _answer(connection, known.status_code, code, str(known.detail))
    answer.headers.update(known.headers or {})
    return answer


def _answer(
    connection: HTTPConnection,
    status: int,
    code: str,
    message: str,
    path: tuple[str | int, ...] = (),
) -> JSONResponse:
    return JSONResponse(
        {
            "code": code,
            "message": message,
            "request_id": _request_id(connection),
            "path": list(path),
        },
        status_code=status,
    )


def _request_id(connection: HTTPConnection) -> str:
    return str(connection.scope.get("state", {}).get("request_id", ""))


def _about(connection: HTTPConnection) -> dict[str, str]:
    # The route as it is declared: an address as it was asked for may hold anything.
    route = connection.scope.get("route")
    return {
        "request_id": _request_id(connection),
        "method": connection.scope.get("method", "socket"),
        "route": getattr(route, "path", "none"),
    }
