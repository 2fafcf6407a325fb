"""Ways to become a user: by a link, or by asking and being approved."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request

from vedette.access.rights import Caller
from vedette.core.credentials import Invitation
from vedette.core.errors import ConfigError, Denied
from vedette.core.people import User
from vedette.web.audited import Trailed
from vedette.web.callers import needs, public
from vedette.web.cookies import client_of
from vedette.web.persons import (
    InvitationAccepted,
    InvitationLook,
    InvitationToken,
    InvitationWanted,
    Link,
    Registration,
)
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("invitations")


@router.get("/invitations")
def list_invitations(
    caller: Annotated[Caller, needs("users.view")], wiring: Wired
) -> tuple[Invitation, ...]:
    """Links that were made, used or not, newest first."""
    return wiring.invitations.all(caller)


@router.post("/invitations", status_code=201)
def create_invitation(
    asked: InvitationWanted,
    caller: Annotated[Caller, needs("users.edit")],
    wiring: Wired,
    trail: Trailed,
) -> Link:
    """A link, good once, that makes a user with that role; its token is shown only now."""
    limits = asked.limits
    wanted = Invitation(
        id="new",
        name=asked.name,
        role=limits.role,
        all_cameras=limits.all_cameras,
        cameras=() if limits.all_cameras else limits.cameras,
        groups=() if limits.all_cameras else limits.groups,
        created_by="",
        created_us=0,
        expires_us=0,
    )
    made, token = wiring.invitations.make(caller, wanted, asked.hours)
    trail.change(None, made)
    return Link(invitation=made, token=token)


@router.delete("/invitations/{invitation_id}", status_code=204)
def take_invitation_back(
    invitation_id: Annotated[
        str, Path(description="Id of the invitation.", pattern=r"^[a-z0-9]{1,40}$")
    ],
    caller: Annotated[Caller, needs("users.edit")],
    wiring: Wired,
) -> None:
    """Make a link worthless."""
    wiring.invitations.take_back(caller, invitation_id)


@router.post("/invitations/look", dependencies=[public("the token proves who asks")])
def look_at_invitation(asked: InvitationToken, wiring: Wired, request: Request) -> InvitationLook:
    """What a link is for; 403 when it is not good any more."""
    found, owner = wiring.invitations.look(asked.token, client_of(request).address)
    return InvitationLook(
        user=owner, meant_for="" if owner else found.name, expires_us=found.expires_us
    )


@router.post(
    "/invitations/accept", status_code=204, dependencies=[public("the token proves who asks")]
)
def accept_invitation(
    asked: InvitationAccepted, wiring: Wired, trail: Trailed, request: Request
) -> None:
    """Use a link: become a user, or set the own password anew. Then log in with it."""
    address = client_of(request).address
    found, _ = wiring.invitations.look(asked.token, address)
    if found.user_id is None and asked.name is None:
        raise ConfigError("choose a name to log in with", path=("name",))
    password = asked.password.get_secret_value()
    user = wiring.invitations.accept(asked.token, asked.name or "", password, address)
    trail.actor, trail.actor_id = user.name, user.id
    trail.change(None if found.user_id is None else user, user)


@router.post("/register", status_code=202, dependencies=[public("strangers ask to become users")])
def register(asked: Registration, wiring: Wired, trail: Trailed, request: Request) -> None:
    """Ask to become a user; an administrator approves or refuses. Off unless it is allowed.

    The answer is the same whether the name is free or taken.
    """
    if not wiring.parts.settings.web.registration:
        raise Denied("nobody can register here; an administrator can send an invitation")
    trail.actor = asked.name
    user = User(
        id="new", name=asked.name, role="viewer", created_us=0,
        full_name=asked.full_name, note=asked.note,
    )  # fmt: skip
    password = asked.password.get_secret_value()
    wiring.people.register(user, password, client_of(request).address)
