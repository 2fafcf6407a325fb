"""Users as administrators see them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Path

from vedette.access.rights import Caller
from vedette.core.credentials import ApiKey, Invitation
from vedette.core.errors import Conflict, NotFound
from vedette.core.people import User
from vedette.web.audited import Trailed
from vedette.web.callers import needs
from vedette.web.persons import Limits, Link, NewUser, SessionShown, UserEdit, UserShown, apply
from vedette.web.routing import feature
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("users")
_ID = r"^[A-Za-z0-9_-]{1,80}$"
UserId = Annotated[str, Path(description="Id of the user.", pattern=_ID)]
_RESET_HOURS = 24.0


def _reached(
    user_id: UserId, caller: Annotated[Caller, needs("users.edit")], wiring: Wired
) -> User:
    return wiring.people.reach(caller, user_id)


def _seen(user_id: UserId, caller: Annotated[Caller, needs("users.view")], wiring: Wired) -> User:
    return wiring.people.look(caller, user_id)


Reached = Annotated[User, Depends(_reached)]
Seen = Annotated[User, Depends(_seen)]
Editor = Annotated[Caller, needs("users.edit")]


@router.get("/users")
def list_users(
    caller: Annotated[Caller, needs("users.view")], wiring: Wired
) -> tuple[UserShown, ...]:
    """Everybody, by name; who has rights on some cameras only sees users of those."""
    return tuple(_shown(user, wiring) for user in wiring.people.all(caller))


@router.post("/users", status_code=201)
def create_user(asked: NewUser, caller: Editor, wiring: Wired, trail: Trailed) -> UserShown:
    """Make a user; nobody can give rights beyond the own ones."""
    about = User(
        id="new", name=asked.name, role=asked.limits.role, created_us=0,
        full_name=asked.full_name, note=asked.note,
    )  # fmt: skip
    password = asked.password.get_secret_value() if asked.password else ""
    made = wiring.people.create(caller, apply(about, asked.limits), password)
    trail.change(None, made)
    return _shown(made, wiring)


@router.get("/users/{user_id}")
def get_user(user: Seen, wiring: Wired) -> UserShown:
    """One user."""
    return _shown(user, wiring)


@router.put("/users/{user_id}")
def put_user(
    asked: UserEdit, user: Reached, caller: Editor, wiring: Wired, trail: Trailed
) -> UserShown:
    """Change a user; one who is shut out is logged out everywhere at once."""
    plain = replace(
        user, name=asked.name, full_name=asked.full_name, note=asked.note, enabled=asked.enabled
    )
    changed = wiring.people.update(caller, apply(plain, asked.limits))
    trail.change(user, changed)
    return _shown(changed, wiring)


@router.delete("/users/{user_id}", status_code=204)
def delete_user(user: Reached, caller: Editor, wiring: Wired, trail: Trailed) -> None:
    """Forget a user with logins and keys; the audit log keeps the name."""
    trail.change(wiring.people.delete(caller, user.id), None)


@router.post("/users/{user_id}/approve")
def approve_user(
    limits: Limits, user: Reached, caller: Editor, wiring: Wired, trail: Trailed
) -> UserShown:
    """Let somebody in who has registered, with that role on those cameras."""
    if user.state == "active":
        raise Conflict(f"{user.name} is approved already")
    changed = wiring.people.update(caller, replace(apply(user, limits), state="active"))
    trail.change(user, changed)
    return _shown(changed, wiring)


@router.post("/users/{user_id}/refuse")
def refuse_user(user: Reached, caller: Editor, wiring: Wired, trail: Trailed) -> UserShown:
    """Refuse a registration; whoever it was may be approved later all the same."""
    if user.state == "active":
        raise Conflict(f"{user.name} is approved already; shut the user out instead")
    changed = wiring.people.update(caller, replace(user, state="refused"))
    trail.change(user, changed)
    return _shown(changed, wiring)


@router.post("/users/{user_id}/reset", status_code=201)
def reset_password(user: Reached, caller: Editor, wiring: Wired, trail: Trailed) -> Link:
    """A link, good once and for a day, by which the user sets a new password."""
    wanted = Invitation(
        id="new", user_id=user.id, name=user.name, role=user.role, all_cameras=user.all_cameras,
        cameras=user.cameras, groups=user.groups, created_by="", created_us=0, expires_us=0,
    )  # fmt: skip
    made, token = wiring.invitations.make(caller, wanted, _RESET_HOURS)
    trail.change(None, made)
    return Link(invitation=made, token=token)


@router.post("/users/{user_id}/unlock", status_code=204)
def unlock_user(user: Reached, wiring: Wired) -> None:
    """Forget failed attempts, so that the user need not wait for the next one."""
    wiring.door.unlock(user)


@router.delete("/users/{user_id}/second-factor", status_code=204)
def remove_second_factor(user: Reached, wiring: Wired) -> None:
    """Ask a user for no codes any more: for those who lost both phone and recovery codes."""
    wiring.factors.remove(user.id)


@router.get("/users/{user_id}/sessions")
def list_user_sessions(
    user: Seen, caller: Annotated[Caller, needs("users.view")], wiring: Wired
) -> tuple[SessionShown, ...]:
    """The open logins of a user, the last used first."""
    return tuple(
        SessionShown(session=one, current=one.id == caller.session)
        for one in wiring.parts.access.users.for_user(user.id)
    )


@router.delete("/users/{user_id}/sessions", status_code=204)
def end_user_sessions(user: Reached, wiring: Wired) -> None:
    """Log a user out everywhere."""
    wiring.parts.access.users.end_all(user.id)


@router.get("/users/{user_id}/keys")
def list_user_keys(user: Seen, wiring: Wired) -> tuple[ApiKey, ...]:
    """The personal keys of a user, without their secrets."""
    return wiring.parts.access.keys.for_user(user.id)


@router.delete("/users/{user_id}/keys/{key_id}", status_code=204)
def remove_user_key(
    user: Reached,
    key_id: Annotated[str, Path(description="Id of the key.", pattern=_ID)],
    wiring: Wired,
    trail: Trailed,
) -> None:
    """Take a key from a user."""
    key = wiring.parts.access.keys.get(key_id)
    if key.user_id != user.id:
        raise NotFound("there is no such key")
    wiring.parts.access.keys.remove(key.id)
    trail.change(key, None)


def _shown(user: User, wiring: Wiring) -> UserShown:
    sessions = wiring.parts.access.users.for_user(user.id)
    return UserShown(
        user=user,
        role_name=wiring.roles.name(user.role),
        second_factor=wiring.factors.active(user.id),
        sessions=len(sessions),
        seen_us=max((one.seen_us for one in sessions), default=None),
    )
