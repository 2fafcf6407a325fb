"""What a restreaming server asks of whoever knows people and cameras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Attempt", "Porter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A client's try to prove who it is."""

    authorization: str
    method: str
    nonce: str
    """The one this connection was given, good for it alone."""
    address: str


class Porter(Protocol):
    """Blocking; asked from threads."""

    def challenges(self, nonce: str) -> tuple[str, ...]:
        """Values of the WWW-Authenticate headers that ask for a login."""
        ...

    def admit(self, attempt: Attempt) -> str:
        """Id of the user; NotLoggedIn or Throttled otherwise."""
        ...

    def stream_for(self, user_id: str, camera: str, stream: str | None) -> str:
        """The stream this user may watch there; Denied or NotFound otherwise."""
        ...
