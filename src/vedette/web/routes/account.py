"""What everybody may do with the own account; none of it with a personal key."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import Path, Request

from vedette.access.keys import KeyWanted
from vedette.access.rights import Caller
from vedette.core.credentials import ApiKey
from vedette.core.errors import Denied, NotFound
from vedette.web.audited import Trailed
from vedette.web.callers import needs_person
from vedette.web.cookies import client_of
from vedette.web.persons import (
    Code,
    KeyMade,
    KeyRequest,
    PasswordChange,
    PasswordProof,
    RecoveryCodes,
    SecondFactorRemoval,
    SecondFactorSecret,
    SecondFactorState,
    SessionShown,
)
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("account")
_PATTERN = r"^[A-Za-z0-9_-]{1,80}$"
Me = Annotated[Caller, needs_person()]


@router.put("/account/password", status_code=204)
def change_password(asked: PasswordChange, me: Me, wiring: Wired, request: Request) -> None:
    """Change the own password; all other logins of the user end, this one goes on."""
    wiring.door.prove(me.user, asked.old.get_secret_value(), client_of(request))
    wiring.people.set_password(me.user, asked.new.get_secret_value(), but=me.session)


@router.get("/account/sessions")
def list_sessions(me: Me, wiring: Wired) -> tuple[SessionShown, ...]:
    """The own open logins, the last used first."""
    return tuple(
        SessionShown(session=one, current=one.id == me.session)
        for one in wiring.parts.access.users.for_user(me.user.id)
    )


@router.delete("/account/sessions/{session_id}", status_code=204)
def end_session(
    session_id: Annotated[str, Path(description="Id of the login.", pattern=_PATTERN)],
    me: Me,
    wiring: Wired,
) -> None:
    """End one of the own logins."""
    if all(one.id != session_id for one in wiring.parts.access.users.for_user(me.user.id)):
        raise NotFound("there is no such login")
    wiring.sessions.close(session_id)


@router.delete("/account/sessions", status_code=204)
def end_other_sessions(me: Me, wiring: Wired) -> None:
    """End all own logins but this one."""
    for one in wiring.parts.access.users.for_user(me.user.id):
        if one.id != me.session:
            wiring.sessions.close(one.id)


@router.get("/account/keys")
def list_keys(me: Me, wiring: Wired) -> tuple[ApiKey, ...]:
    """The own personal keys, without their secrets."""
    return wiring.parts.access.keys.for_user(me.user.id)


@router.post("/account/keys", status_code=201)
def make_key(asked: KeyRequest, me: Me, wiring: Wired, trail: Trailed, request: Request) -> KeyMade:
    """Make a personal key for a script, with no more rights than the own ones.

    The secret goes into the header Authorization as a bearer token; it is shown only now.
    """
    wiring.door.prove(me.user, asked.password.get_secret_value(), client_of(request))
    wanted = KeyWanted(
        name=asked.name,
        rights=asked.rights,
        cameras=asked.cameras,
        expires_us=asked.expires_us,
    )
    key, secret = wiring.keys.make(me, wanted)
    trail.change(None, key)
    return KeyMade(key=key, secret=secret)


@router.delete("/account/keys/{key_id}", status_code=204)
def remove_key(
    key_id: Annotated[str, Path(description="Id of the key.", pattern=_PATTERN)],
    me: Me,
    wiring: Wired,
    trail: Trailed,
) -> None:
    """Remove one of the own keys; whatever uses it is out at once."""
    key = wiring.parts.access.keys.get(key_id)
    if key.user_id != me.user.id:
        raise NotFound("there is no such key")
    wiring.parts.access.keys.remove(key.id)
    trail.change(key, None)


@router.get("/account/second-factor")
def second_factor(me: Me, wiring: Wired) -> SecondFactorState:
    """Whether logging in asks for a code."""
    left = wiring.factors.left(me.user.id)
    return SecondFactorState(active=wiring.factors.active(me.user.id), recovery_left=left)


@router.post("/account/second-factor", status_code=201)
def begin_second_factor(
    proof: PasswordProof, me: Me, wiring: Wired, request: Request
) -> SecondFactorSecret:
    """A secret for an authenticator app; it counts once a code of it is sent back."""
    wiring.door.prove(me.user, proof.password.get_secret_value(), client_of(request))
    enrolment = wiring.factors.begin(me.user)
    drawn = segno.make(enrolment.address, error="m", micro=False)
    return SecondFactorSecret(
        secret=enrolment.secret,
        address=enrolment.address,
        qr_svg=drawn.svg_inline(scale=4, border=4, dark="#000", light="#fff"),
    )


@router.post("/account/second-factor/confirm")
def confirm_second_factor(asked: Code, me: Me, wiring: Wired) -> RecoveryCodes:
    """Show that the app works; from now on logging in asks for a code."""
    return RecoveryCodes(codes=wiring.factors.confirm(me.user, asked.code))


@router.post("/account/second-factor/recovery")
def renew_recovery_codes(
    proof: PasswordProof, me: Me, wiring: Wired, request: Request
) -> RecoveryCodes:
    """New recovery codes; the old ones are worth nothing any more."""
    wiring.door.prove(me.user, proof.password.get_secret_value(), client_of(request))
    if not wiring.factors.active(me.user.id):
        raise NotFound("there is no second factor")
    return RecoveryCodes(codes=wiring.factors.renew_recovery(me.user))


@router.post("/account/second-factor/remove", status_code=204)
def drop_second_factor(asked: SecondFactorRemoval, me: Me, wiring: Wired, request: Request) -> None:
    """Ask for no codes any more; needs the password and one last code."""
    wiring.door.prove(me.user, asked.password.get_secret_value(), client_of(request))
    if not wiring.door.code(me.user, asked.code):
        raise Denied("the code is wrong or was used before")
    wiring.factors.remove(me.user.id)
