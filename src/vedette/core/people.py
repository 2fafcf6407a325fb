"""Who uses the system: users, their roles and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import SecretStr, StringConstraints

from vedette.core.value import value

__all__ = ["LoginSession", "RestreamKey", "Role", "User", "UserName"]

Role = Literal["administrator", "operator", "viewer"]
UserName = Annotated[
    str,
    StringConstraints(min_length=2, max_length=64, pattern=r"^[\w.@+-]+$", strip_whitespace=True),
]


@value
class User:
    """A person or program that may log in; never carries a password."""

    id: str
    name: UserName
    role: Role
    enabled: bool = True
    created_us: int


@value
class LoginSession:
    """One login; `id` is the hash of the token the client holds, never the token itself."""

    id: str
    user_id: str
    created_us: int
    expires_us: int
    seen_us: int
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestreamKey:
    """What a user's programs log in with over RTSP; never the user's own password."""

    user_id: str
    key: SecretStr
    created_us: int
