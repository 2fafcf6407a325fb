"""Logging in and out, and the next tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from vedette.access.door import Login, Proof
from vedette.access.rights import Caller
from vedette.access.sessions import Tokens
from vedette.web.answers import Credentials, Refresh, SessionInfo, Token
from vedette.web.audited import Trail, Trailed
from vedette.web.callers import REFRESH_COOKIE, needs_login, needs_person, public
from vedette.web.cookies import client_of, forget, give, info, let_in
from vedette.web.routing import feature
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("session")


@router.post("/login", dependencies=[public("this is how one logs in")])
def log_in(
    credentials: Credentials, wiring: Wired, trail: Trailed, request: Request, response: Response
) -> SessionInfo:
    """Log in with a name and a password; the session comes as cookies.

    With a second factor the answer is 401 `second_factor_needed` until `code` is sent too. After
    some failures each further one has to wait longer, by account and by address.
    """
    login = _enter(credentials, wiring, trail, request)
    return let_in(login, wiring, request, response)


@router.post("/token", dependencies=[public("this is how scripts log in")])
def get_token(credentials: Credentials, wiring: Wired, trail: Trailed, request: Request) -> Token:
    """Log in for a script: the answer's access token goes into the header Authorization."""
    return _token(_enter(credentials, wiring, trail, request).tokens, wiring)


@router.post("/token/refresh", dependencies=[public("the refresh token proves who asks")])
def refresh_token(asked: Refresh, wiring: Wired, trail: Trailed) -> Token:
    """The next pair of tokens for a script; a refresh token is good once.

    One that comes a second time was copied by somebody, so the whole session ends.
    """
    caller, tokens = wiring.sessions.refresh(asked.refresh_token.get_secret_value())
    trail.actor, trail.actor_id = caller.user.name, caller.user.id
    return _token(tokens, wiring)


@router.post("/refresh", dependencies=[public("the refresh cookie proves who asks")])
def refresh(wiring: Wired, trail: Trailed, request: Request, response: Response) -> SessionInfo:
    """The next pair of tokens for a browser, by its cookie.

    409 when another tab did so a moment ago: the browser has the new cookies already.
    """
    caller, tokens = wiring.sessions.refresh(request.cookies.get(REFRESH_COOKIE))
    trail.actor, trail.actor_id = caller.user.name, caller.user.id
    give(tokens, wiring, request, response)
    return info(caller, wiring)


@router.post("/logout", status_code=204)
def log_out(
    caller: Annotated[Caller, needs_person()], wiring: Wired, request: Request, response: Response
) -> None:
    """End this session."""
    wiring.sessions.close(caller.session)
    forget(wiring, request, response)


@router.get("/session")
def session(caller: Annotated[Caller, needs_login()], wiring: Wired) -> SessionInfo:
    """Who is logged in, and what that user may do."""
    return info(caller, wiring)


def _enter(credentials: Credentials, wiring: Wiring, trail: Trail, request: Request) -> Login:
    trail.actor = credentials.name
    proof = Proof(
        name=credentials.name,
        password=credentials.password.get_secret_value(),
        code=credentials.code,
    )
    login = wiring.door.enter(proof, client_of(request))
    trail.actor, trail.actor_id = login.caller.user.name, login.caller.user.id
    return login


def _token(tokens: Tokens, wiring: Wiring) -> Token:
    return Token(
        access_token=tokens.access,
        expires_s=wiring.sessions.lives.access_s,
        refresh_token=tokens.refresh,
        refresh_expires_s=wiring.sessions.lives.refresh_s,
    )
