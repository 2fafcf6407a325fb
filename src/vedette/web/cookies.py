"""The session cookies: out of reach of scripts and of other sites."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from vedette.access.door import Login
from vedette.access.rights import RIGHTS, Caller
from vedette.access.sessions import Client, Tokens
from vedette.web.answers import SessionInfo
from vedette.web.callers import COOKIE, REFRESH_COOKIE
from vedette.web.wiring import Wiring

__all__ = ["client_of", "forget", "give", "info", "let_in", "secure"]

# The server ends sessions by itself; the cookies only have to outlive them.
_MAX_AGE_S = 400 * 24 * 3600
# The refresh token goes nowhere but where it is exchanged.
_PATHS = {COOKIE: "/", REFRESH_COOKIE: "/api/v1/refresh"}


def client_of(request: Request) -> Client:
    """Where a request comes from."""
    address = request.client.host if request.client else ""
    return Client(address=address, agent=request.headers.get("user-agent", ""))


def let_in(login: Login, wiring: Wiring, request: Request, response: Response) -> SessionInfo:
    """Give a new session to the browser."""
    give(login.tokens, wiring, request, response)
    return info(login.caller, wiring)


def give(tokens: Tokens, wiring: Wiring, request: Request, response: Response) -> None:
    """Give tokens to the browser."""
    for name, token in ((COOKIE, tokens.access), (REFRESH_COOKIE, tokens.refresh)):
        response.set_cookie(
            name,
            token,
            max_age=_MAX_AGE_S,
            path=_PATHS[name],
            secure=secure(wiring, request),
            httponly=True,
            samesite="strict",
        )


def forget(wiring: Wiring, request: Request, response: Response) -> None:
    """Take the session back from the browser."""
    safe = secure(wiring, request)
    for name, path in _PATHS.items():
        response.delete_cookie(name, path=path, secure=safe, httponly=True, samesite="strict")


def info(caller: Caller, wiring: Wiring) -> SessionInfo:
    """What a caller may know of itself."""
    return SessionInfo(
        id=caller.user.id,
        name=caller.user.name,
        full_name=caller.user.full_name,
        role=caller.user.role,
        role_name=wiring.roles.name(caller.user.role),
        rights=tuple(right for right in RIGHTS if right in caller.rights),
        access_s=wiring.sessions.lives.access_s,
    )


def secure(wiring: Wiring, request: Request) -> bool:
    """Whether cookies may only travel over HTTPS."""
    return wiring.parts.settings.web.secure_cookies or request.url.scheme == "https"
