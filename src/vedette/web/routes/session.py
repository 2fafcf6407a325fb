"""Logging in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from vedette.access.rights import Caller
from vedette.web.answers import Credentials, SessionInfo, Token
from vedette.web.callers import needs_login, public
from vedette.web.cookies import client_of, forget, info, let_in
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("session")


@router.post("/login", dependencies=[public("this is how one logs in")])
def log_in(
    credentials: Credentials, wiring: Wired, request: Request, response: Response
) -> SessionInfo:
    """Log in with a name and a password; the session comes as a cookie.

    After some failures each further one has to wait longer, by account and by address.
    """
    password = credentials.password.get_secret_value()
    login = wiring.door.enter(credentials.name, password, client_of(request))
    return let_in(login, wiring, request, response)


@router.post("/token", dependencies=[public("this is how scripts log in")])
def get_token(credentials: Credentials, wiring: Wired, request: Request) -> Token:
    """Log in for a script: the answer's token goes into the header Authorization."""
    password = credentials.password.get_secret_value()
    login = wiring.door.enter(credentials.name, password, client_of(request))
    return Token(access_token=login.token, expires_s=wiring.sessions.life_s)


@router.post("/logout", status_code=204)
def log_out(
    caller: Annotated[Caller, needs_login()], wiring: Wired, request: Request, response: Response
) -> None:
    """End this session."""
    wiring.sessions.close(caller.session)
    forget(wiring, request, response)


@router.get("/session")
def session(caller: Annotated[Caller, needs_login()]) -> SessionInfo:
    """Who is logged in, and what that user may do."""
    return info(caller)
