"""Logging in at an OpenID provider; the local login stays for emergencies."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from vedette.access.oidc import Provider
from vedette.core.errors import NotFound, VedetteError
from vedette.web.audited import Trail, write
from vedette.web.callers import public
from vedette.web.cookies import client_of, give, secure
from vedette.web.errors import status_of
from vedette.web.routing import feature
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("session")
_log = structlog.get_logger()
_COOKIE = "vedette_provider"
_PATH = "/api/v1/oidc"
_Word = Annotated[str, Query(max_length=2000, description="As the provider sends it.")]


@router.get(
    "/oidc/login",
    dependencies=[public("this is how one logs in at the provider")],
    status_code=303,
    response_class=Response,
)
def log_in_at_provider(wiring: Wired, request: Request) -> Response:
    """Send the browser to the OpenID provider; 404 when none is set."""
    departure = _provider(wiring).begin(_back(wiring, request))
    answer = RedirectResponse(departure.url, status_code=303)
    answer.set_cookie(
        _COOKIE,
        departure.binding,
        max_age=600,
        path=_PATH,
        secure=secure(wiring, request),
        httponly=True,
        # The browser comes back from another site, and has to bring it.
        samesite="lax",
    )
    return answer


@router.get(
    "/oidc/callback",
    dependencies=[public("the provider's code proves who asks")],
    status_code=303,
    response_class=Response,
)
def come_back_from_provider(
    wiring: Wired,
    request: Request,
    state: _Word = "",
    code: _Word = "",
) -> Response:
    """Where the provider sends the browser back; ends on the page, logged in or told why not."""
    trail = Trail()
    provider = _provider(wiring)
    try:
        person = provider.finish(state, code, request.cookies.get(_COOKIE, ""))
        trail.actor = person.name
        user = wiring.guests.user(person)
        login = wiring.door.admit(user, client_of(request), "provider")
    except VedetteError as error:
        _log.warning("login at the provider failed", reason=str(error))
        if trail.actor:
            write(request, trail, "log_in_at_provider", status_of(error))
        return RedirectResponse(f"/login?provider={error.code}", status_code=303)
    trail.actor, trail.actor_id = user.name, user.id
    write(request, trail, "log_in_at_provider", 200)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(_COOKIE, path=_PATH)
    give(login.tokens, wiring, request, answer)
    return answer


def _provider(wiring: Wiring) -> Provider:
    if not wiring.parts.settings.web.oidc.issuer:
        raise NotFound("no OpenID provider is set; the setting web.oidc.issuer names one")
    return wiring.provider


def _back(wiring: Wiring, request: Request) -> str:
    # The guard has made sure that the host is one of ours.
    here = f"{request.url.scheme}://{request.headers['host']}"
    return f"{wiring.parts.settings.web.public_url.rstrip('/') or here}{_PATH}/callback"
