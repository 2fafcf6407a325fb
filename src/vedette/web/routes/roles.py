"""Roles: those that are always there, and those that administrators make."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from vedette.access.rights import Caller
from vedette.core.people import CustomRole
from vedette.web.audited import Trailed
from vedette.web.callers import needs
from vedette.web.persons import RoleRequest
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("roles")
RoleName = Annotated[
    str, Path(description="Id of the role.", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
]
Editor = Annotated[Caller, needs("users.edit")]


@router.get("/roles")
def list_roles(
    caller: Annotated[Caller, needs("users.view")], wiring: Wired
) -> tuple[CustomRole, ...]:
    """All roles with their rights; those that are always there come first."""
    return wiring.roles.all()


@router.post("/roles", status_code=201)
def create_role(asked: RoleRequest, caller: Editor, wiring: Wired, trail: Trailed) -> CustomRole:
    """Make a role of rights the caller has."""
    made = wiring.roles.create(caller, asked.name, asked.rights)
    trail.change(None, made)
    return made


@router.put("/roles/{role_id}")
def put_role(
    role_id: RoleName, asked: RoleRequest, caller: Editor, wiring: Wired, trail: Trailed
) -> CustomRole:
    """Change a role that was made; it changes for everybody who has it, at once."""
    old = wiring.roles.get(role_id)
    wanted = CustomRole(id=role_id, name=asked.name, rights=asked.rights)
    new = wiring.roles.update(caller, wanted)
    trail.change(old, new)
    return new


@router.delete("/roles/{role_id}", status_code=204)
def delete_role(role_id: RoleName, caller: Editor, wiring: Wired, trail: Trailed) -> None:
    """Forget a role that was made; 409 while a user has it."""
    old = wiring.roles.get(role_id)
    wiring.roles.delete(caller, role_id)
    trail.change(old, None)
