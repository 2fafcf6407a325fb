"""One-time codes of an authenticator app (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from vedette.core.clock import Clock
from vedette.core.credentials import FactorStore, SecondFactor
from vedette.core.errors import ConfigError, Conflict
from vedette.core.people import User

__all__ = ["STEP_S", "Enrolment", "SecondFactors", "totp"]

STEP_S = 30
_DIGITS = 6
# Clocks of phones are off by some seconds, and typing takes some.
_DRIFT_STEPS = 1
_RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def totp(secret: str, step: int, digits: int = _DIGITS) -> str:
    """The code of a time step (RFC 4226, SHA-1 as all apps know it)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an authenticator app needs; shown once."""

    secret: str
    address: str
    """The `otpauth://` address that stands in the QR code."""


class SecondFactors:
    """Enrols, checks and removes second factors."""

    def __init__(self, store: FactorStore, clock: Clock, site: str = "Vedette") -> None:
        self._store, self._clock, self._site = store, clock, site

    def active(self, user_id: str) -> bool:
        """Whether logging in asks for a code."""
        factor = self._store.get(user_id)
        return factor is not None and factor.confirmed_us is not None

    def left(self, user_id: str) -> int:
        """How many recovery codes are left."""
        return self._store.recovery_left(user_id)

    def begin(self, user: User) -> Enrolment:
        """A new secret, which counts once a code of it was shown; Conflict when one is active."""
        if self.active(user.id):
            raise Conflict("there is a second factor already; remove it first")
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        self._store.put(SecondFactor(user_id=user.id, secret=secret))
        label = quote(f"{self._site}:{user.name}", safe="")
        query = urlencode({"secret": secret, "issuer": self._site}, quote_via=quote)
        return Enrolment(secret=secret, address=f"otpauth://totp/{label}?{query}")

    def confirm(self, user: User, code: str) -> tuple[str, ...]:
        """Begin to ask for codes; the answer is the recovery codes, which are known only now."""
        factor = self._store.get(user.id)
        if factor is None or factor.confirmed_us is not None:
            raise Conflict("there is no second factor waiting to be confirmed")
        step = self._step(factor, code)
        if step is None:
            raise ConfigError("the code is wrong; is the clock of the phone right?", path=("code",))
        now_us = self._clock.now_us()
        self._store.put(replace(factor, confirmed_us=now_us, last_step=step))
        return self.renew_recovery(user)

    def renew_recovery(self, user: User) -> tuple[str, ...]:
        """New recovery codes in place of the old ones."""
        codes = tuple(_recovery_code() for _ in range(_RECOVERY_CODES))
        self._store.put_recovery(user.id, tuple(_hash(code) for code in codes))
        return codes

    def check(self, user_id: str, code: str) -> bool:
        """Whether it is a code of now or a recovery code; each is good once."""
        factor = self._store.get(user_id)
        if factor is None or factor.confirmed_us is None:
            return False
        step = self._step(factor, code)
        if step is not None:
            return self._store.use_step(user_id, step)
        return self._store.use_recovery(user_id, _hash(code))

    def remove(self, user_id: str) -> None:
        """Ask for no codes any more."""
        self._store.remove(user_id)

    def _step(self, factor: SecondFactor, code: str) -> int | None:
        typed = code.replace(" ", "")
        now = self._clock.now_us() // (STEP_S * 1_000_000)
        steps = range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
        # All are compared, so that the time taken tells nothing.
        found = [
            step
            for step in steps
            if hmac.compare_digest(totp(factor.secret, step).encode(), typed.encode())
        ]
        return found[-1] if found else None


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _hash(code: str) -> str:
    """Of 79 random bits: a plain hash cannot be guessed back."""
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
