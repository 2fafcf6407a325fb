"""What the API says of people and takes to change them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints

from vedette.access.rights import Right
from vedette.core.audit import AuditEntry
from vedette.core.credentials import ApiKey, Invitation, Label
from vedette.core.people import LoginSession, RoleId, User, UserName
from vedette.core.value import value
from vedette.web.answers import Password

__all__ = [
    "AuditPage",
    "Code",
    "InvitationAccepted",
    "InvitationLook",
    "InvitationToken",
    "InvitationWanted",
    "KeyMade",
    "KeyRequest",
    "Limits",
    "Link",
    "NewUser",
    "PasswordChange",
    "PasswordProof",
    "RecoveryCodes",
    "Registration",
    "RoleRequest",
    "SecondFactorRemoval",
    "SecondFactorSecret",
    "SecondFactorState",
    "SessionShown",
    "UserEdit",
    "UserShown",
    "apply",
]

Words = Annotated[str, StringConstraints(max_length=200)]
_CameraIds = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1, max_length=63)], ...],
    Field(max_length=2000),
]
_Groups = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1, max_length=120)], ...],
    Field(max_length=200),
]


@value
class Limits:
    """A role, and the cameras its rights are good for."""

    role: RoleId
    all_cameras: bool = True
    """Whether for every camera, those to come included."""
    cameras: _CameraIds = ()
    """Otherwise for these,"""
    groups: _Groups = ()
    """and for all cameras of these groups."""


@value
class NewUser:
    """A user to be made."""

    name: UserName
    full_name: Words = ""
    note: Words = ""
    limits: Limits
    password: Password | None = None
    """Without one the user sets it by a link."""


@value
class UserEdit:
    """What may be changed of a user."""

    name: UserName
    full_name: Words = ""
    note: Words = ""
    enabled: bool
    limits: Limits


@value
class UserShown:
    """A user, and how it logs in."""

    user: User
    role_name: str
    second_factor: bool
    sessions: int
    """How many logins are open."""
    seen_us: int | None
    """When it was last here; null when no login is open."""


@value
class SessionShown:
    """A login that is open."""

    session: LoginSession
    current: bool
    """Whether it is the one that asks."""


@value
class Registration:
    """Somebody who wants to become a user."""

    name: UserName
    full_name: Words = ""
    note: Words = ""
    """Who that is, for whoever decides."""
    password: Password


@value
class InvitationWanted:
    """A link that makes a user."""

    name: Words = ""
    """For whom it is meant."""
    limits: Limits
    hours: Annotated[float, Field(gt=0, le=8760)] = 72.0
    """How long it is good."""


@value
class Link:
    """A link's token, shown once; the page makes `/invitation#token` of it."""

    invitation: Invitation
    token: str


@value
class InvitationToken:
    """The token of a link."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


@value
class InvitationLook:
    """What a link is for."""

    user: str
    """Name of the user whose password it sets; empty when it makes a new user."""
    meant_for: str
    expires_us: int


@value
class InvitationAccepted:
    """A link is used."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    name: UserName | None = None
    """Name of the new user; left out when the link sets a password anew."""
    password: Password


@value
class PasswordChange:
    """The user's own password."""

    old: Password
    new: Password


@value
class PasswordProof:
    """The user's password, for what a login alone may not do."""

    password: Password


@value
class KeyRequest:
    """A personal key to be made."""

    name: Label
    rights: tuple[Right, ...]
    cameras: _CameraIds | None = None
    """Only for these cameras; null: for all the user sees."""
    expires_us: int | None = None
    """When it ends; null: when it is removed."""
    password: Password


@value
class KeyMade:
    """A personal key with its secret, which is shown this once."""

    key: ApiKey
    secret: str


@value
class Code:
    """A one-time code."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


@value
class SecondFactorState:
    """Whether logging in asks for a code."""

    active: bool
    recovery_left: int
    """How many recovery codes are left."""


@value
class SecondFactorSecret:
    """What an authenticator app needs; counts once a code of it was sent back."""

    secret: str
    address: str
    qr_svg: str
    """The address as a QR code, a picture in SVG."""


@value
class SecondFactorRemoval:
    """Proof that the user itself wants no codes any more."""

    password: Password
    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


@value
class RecoveryCodes:
    """Each is good once instead of a code; shown this once."""

    codes: tuple[str, ...]


@value
class RoleRequest:
    """A role to be made or changed."""

    name: Label
    rights: tuple[Right, ...]


@value
class AuditPage:
    """Entries of the audit log, newest first."""

    items: tuple[AuditEntry, ...]
    before_seq: int | None
    """Asks for the next page; null on the last."""


def apply(user: User, limits: Limits) -> User:
    """The user with that role on those cameras."""
    return replace(
        user,
        role=limits.role,
        all_cameras=limits.all_cameras,
        cameras=() if limits.all_cameras else limits.cameras,
        groups=() if limits.all_cameras else limits.groups,
    )
