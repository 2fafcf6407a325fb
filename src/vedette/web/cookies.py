"""The session cookie: out of reach of scripts and of other sites."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from vedette.access.door import Login
from vedette.access.rights import RIGHTS, Caller
from vedette.access.sessions import Client
from vedette.web.answers import SessionInfo
from vedette.web.callers import COOKIE
from vedette.web.wiring import Wiring

__all__ = ["client_of", "forget", "info", "let_in"]

# The server ends sessions by itself; the cookie only has to outlive them.
_MAX_AGE_S = 400 * 24 * 3600


def client_of(request: Request) -> Client:
    """Where a request comes from."""
    address = request.client.host if request.client else ""
    return Client(address=address, agent=request.headers.get("user-agent", ""))


def let_in(login: Login, wiring: Wiring, request: Request, response: Response) -> SessionInfo:
    """Give a new session to the browser."""
    response.set_cookie(
        COOKIE,
        login.token,
        max_age=_MAX_AGE_S,
        path="/",
        secure=_secure(wiring, request),
        httponly=True,
        samesite="strict",
    )
    return info(login.caller)


def forget(wiring: Wiring, request: Request, response: Response) -> None:
    """Take the session back from the browser."""
    secure = _secure(wiring, request)
    response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")


def info(caller: Caller) -> SessionInfo:
    """What a caller may know of itself."""
    return SessionInfo(
        name=caller.user.name,
        role=caller.user.role,
        rights=tuple(right for right in RIGHTS if right in caller.rights),
    )


def _secure(wiring: Wiring, request: Request) -> bool:
    return wiring.parts.settings.web.secure_cookies or request.url.scheme == "https"
