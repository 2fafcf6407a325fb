"""Roles carry rights; the one function that says yes or no looks at the camera too."""

from __future__ import annotations

from typing import get_args

import pytest

from vedette.access.rights import RIGHTS, ROLE_RIGHTS, Caller, Right, authorise, sees
from vedette.core.errors import Denied
from vedette.core.people import Role, User


def caller(role: Role, cameras: frozenset[str] | None = None) -> Caller:
    user = User(id="u", name="vera", role=role, created_us=1)
    return Caller(user=user, rights=ROLE_RIGHTS[role], session="s", cameras=cameras)


@pytest.mark.parametrize(
    ("role", "right", "may"),
    [
        *[("administrator", right, True) for right in RIGHTS],
        ("operator", "alarms.act", True),
        ("operator", "system.view", True),
        ("operator", "models.view", True),
        ("operator", "cameras.edit", False),
        ("operator", "sources.test", False),
        ("operator", "users.edit", False),
        ("auditor", "audit.view", True),
        ("auditor", "users.view", True),
        ("auditor", "live.view", False),
        ("auditor", "alarms.act", False),
        ("investigator", "events.view", True),
        ("investigator", "alarms.act", False),
        ("integration", "alarms.act", True),
        ("integration", "live.view", False),
        ("viewer", "audit.view", False),
        ("viewer", "users.view", False),
        ("viewer", "live.view", True),
        ("viewer", "alarms.view", True),
        ("viewer", "alarms.act", False),
        ("viewer", "system.view", False),
        ("viewer", "models.view", False),
    ],
)
def test_a_role_carries_its_rights(role: Role, right: Right, may: bool) -> None:
    if may:
        authorise(caller(role), right, ["gate"])
        return
    with pytest.raises(Denied, match=right):
        authorise(caller(role), right, ["gate"])


def test_nobody_but_the_administrator_edits_or_tests() -> None:
    for role in get_args(Role):
        if role == "administrator":
            continue
        assert not {r for r in ROLE_RIGHTS[role] if r.endswith((".edit", ".test"))}


def test_a_right_holds_only_for_the_callers_cameras() -> None:
    vera = caller("administrator", frozenset({"gate"}))
    authorise(vera, "live.view", ["gate"])
    with pytest.raises(Denied, match="'yard'"):
        authorise(vera, "live.view", ["gate", "yard"])
    assert sees(vera, "gate")
    assert not sees(vera, "yard")
