"""What proves who somebody is: tokens, personal keys, second factors, invitations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import StringConstraints

from vedette.core.audit import AuditStore
from vedette.core.people import RoleId, RoleStore
from vedette.core.ports import UserStore
from vedette.core.value import value

__all__ = [
    "AccessStores",
    "ApiKey",
    "FactorStore",
    "Invitation",
    "InvitationStore",
    "KeyStore",
    "SecondFactor",
    "SessionToken",
    "TokenStore",
]

Label = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]


@value
class SessionToken:
    """A token of a login; `id` is the hash of what the client holds."""

    id: str
    login_id: str
    use: Literal["access", "refresh"]
    expires_us: int
    replaced_us: int | None = None
    """When a refresh token was exchanged for the next one."""


@value
class ApiKey:
    """A personal key for a script; the secret itself is shown once and not kept."""

    id: str
    user_id: str
    name: Label
    rights: tuple[str, ...]
    """What it may do, as far as its user may."""
    cameras: tuple[str, ...] | None = None
    """The cameras it is good for, as far as its user's rights are; None: all of those."""
    created_us: int
    expires_us: int | None = None
    used_us: int | None = None
    used_from: str = ""


@value
class SecondFactor:
    """The one-time codes of a user (TOTP, RFC 6238)."""

    user_id: str
    secret: str
    """Base32, as authenticator apps take it; sealed in the database."""
    confirmed_us: int | None = None
    """None until the user has shown that the app works."""
    last_step: int = 0
    """The newest time step a code was accepted for; none is accepted twice."""


@value
class Invitation:
    """A link that lets somebody choose a password: a new user, or one who forgot it."""

    id: str
    user_id: str | None = None
    """Whose password it sets anew; None makes a new user."""
    name: str = ""
    """For whom it is meant, shown in the list."""
    role: RoleId = "viewer"
    all_cameras: bool = True
    cameras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    created_by: str
    created_us: int
    expires_us: int
    used_us: int | None = None


class TokenStore(Protocol):
    """Keeps the hashes of session tokens; they go with their login."""

    def add(self, *tokens: SessionToken) -> None: ...

    def get(self, token_id: str) -> SessionToken: ...

    def replace(self, old_id: str, now_us: int, *tokens: SessionToken) -> bool:
        """Put tokens in the place of a refresh token, once; False when that was done before."""
        ...

    def purge(self, now_us: int) -> None:
        """Forget what has expired."""
        ...


class KeyStore(Protocol):
    """Keeps personal keys by the hash of their secret."""

    def add(self, key: ApiKey, secret_hash: str) -> None: ...

    def get(self, key_id: str) -> ApiKey: ...

    def by_secret(self, secret_hash: str) -> ApiKey: ...

    def for_user(self, user_id: str) -> tuple[ApiKey, ...]: ...

    def touch(self, key_id: str, *, used_us: int, used_from: str) -> None: ...

    def remove(self, key_id: str) -> None: ...


class FactorStore(Protocol):
    """Keeps second factors and the hashes of recovery codes."""

    def get(self, user_id: str) -> SecondFactor | None: ...

    def put(self, factor: SecondFactor) -> None: ...

    def remove(self, user_id: str) -> None:
        """Forget it with its recovery codes."""
        ...

    def use_step(self, user_id: str, step: int) -> bool:
        """Note that a code of this step was used; False when one as new was used before."""
        ...

    def put_recovery(self, user_id: str, hashes: tuple[str, ...]) -> None:
        """These recovery codes instead of those there were."""
        ...

    def use_recovery(self, user_id: str, code_hash: str) -> bool:
        """Use a recovery code up; False when there is none like it."""
        ...

    def recovery_left(self, user_id: str) -> int: ...


class InvitationStore(Protocol):
    """Keeps invitations by the hash of their token."""

    def add(self, invitation: Invitation, secret_hash: str) -> None: ...

    def by_secret(self, secret_hash: str) -> Invitation: ...

    def all(self) -> tuple[Invitation, ...]:
        """Newest first."""
        ...

    def use(self, invitation_id: str, now_us: int) -> bool:
        """Use it up; False when it was used, or has gone."""
        ...

    def remove(self, invitation_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessStores:
    """Everything that is kept about people and their rights."""

    users: UserStore
    roles: RoleStore
    tokens: TokenStore
    keys: KeyStore
    factors: FactorStore
    invitations: InvitationStore
    audit: AuditStore
