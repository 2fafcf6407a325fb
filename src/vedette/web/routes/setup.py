"""The first administrator."""

from __future__ import annotations

from fastapi import Request, Response

from vedette.access.sessions import Client
from vedette.web.answers import SessionInfo, SetupRequest, SetupState
from vedette.web.audited import Trailed
from vedette.web.callers import public
from vedette.web.cookies import client_of, let_in
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("setup")


@router.get("/setup", dependencies=[public("a new installation has no user yet")])
def setup_state(wiring: Wired) -> SetupState:
    """Whether the first administrator is still to be made, and which ways in there are."""
    web = wiring.parts.settings.web
    return SetupState(
        needed=wiring.first.needed(),
        registration=web.registration,
        provider=web.oidc.name if web.oidc.issuer else None,
    )


@router.post("/setup", dependencies=[public("the code proves who asks")])
def set_up(
    asked: SetupRequest, wiring: Wired, trail: Trailed, request: Request, response: Response
) -> SessionInfo:
    """Make the first administrator and log in; works once, with the code from the terminal."""
    client: Client = client_of(request)
    password = asked.password.get_secret_value()
    user = wiring.first.complete(asked.code, asked.name, password, client.address)
    trail.actor, trail.actor_id = user.name, user.id
    trail.change(None, user)
    return let_in(wiring.door.admit(user, client, "setup"), wiring, request, response)
