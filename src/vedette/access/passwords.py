"""Passwords: hashed with Argon2id, checked in the same time whether the user exists or not."""

from __future__ import annotations

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vedette.core.errors import ConfigError

__all__ = ["LONGEST", "SHORTEST", "Passwords", "check_password"]

SHORTEST = 10
LONGEST = 200
_AT_ONCE = 2


def check_password(password: str, *, name: str = "") -> None:
    """Refuse passwords that are too short, too long, or the user's own name."""
    if len(password) < SHORTEST:
        raise ConfigError(
            f"the password needs at least {SHORTEST} characters, this one has {len(password)}"
        )
    if len(password) > LONGEST:
        raise ConfigError(f"the password may have at most {LONGEST} characters")
    if name and password.strip().lower() == name.lower():
        raise ConfigError("the password must not be the user's name")
    if len(set(password)) == 1:
        raise ConfigError("the password must not be one character over and over")


class Passwords:
    """Hashes and checks; owns the cost parameters."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=65_536, parallelism=1)
        # Checked when there is no such user, so that the answer takes as long.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        # Each check takes 64 MiB: a flood of logins must not take all memory.
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The form to be stored."""
        with self._room:
            return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; None stands for a user that does not exist."""
        # What is too long was never accepted, and must not cost time in proportion.
        known = stored is not None and len(password) <= LONGEST
        against = stored if stored is not None and known else self._nobody
        try:
            with self._room:
                self._hasher.verify(against, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return known

    def outdated(self, stored: str) -> bool:
        """Whether the stored form was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
