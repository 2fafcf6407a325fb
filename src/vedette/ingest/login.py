"""Basic and digest login (RFC 7617, 7616) as HTTP and RTSP cameras ask for it."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

__all__ = ["Login"]

_CHALLENGE = re.compile(r"(?:^|,)\s*(Basic|Digest)\b", re.IGNORECASE)
_PAIR = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass(slots=True)
class Login:
    """User and password, and how to prove them to one server; the password is never shown."""

    user: str
    password: SecretStr = field(repr=False)
    _asked: Mapping[str, str] | None = field(default=None, repr=False)
    _uses: int = field(default=0, repr=False)

    def challenged(self, headers: Sequence[str]) -> bool:
        """Take in WWW-Authenticate headers; whether another attempt makes sense."""
        asked = _strongest(headers)
        before, self._asked, self._uses = self._asked, asked, 0
        if asked is None or not self.user:
            return False
        # The same question again means that the answer was wrong, unless the nonce had run out.
        again = before is not None and before.get("scheme") == asked.get("scheme")
        return not again or asked.get("stale", "").lower() == "true"

    def header(self, method: str, uri: str) -> str | None:
        """The Authorization header for a request, None as long as nobody asked."""
        if self._asked is None or not self.user:
            return None
        if self._asked["scheme"] == "basic":
            pair = f"{self.user}:{self.password.get_secret_value()}"
            return "Basic " + base64.b64encode(pair.encode()).decode()
        return self._digest(self._asked, method, uri)

    def _digest(self, asked: Mapping[str, str], method: str, uri: str) -> str:
        algorithm = asked.get("algorithm", "MD5").upper()
        realm, nonce = asked.get("realm", ""), asked.get("nonce", "")

        def mix(*parts: str) -> str:
            text = ":".join(parts).encode()
            return hashlib.new(_HASHES[algorithm], text, usedforsecurity=False).hexdigest()

        who = mix(self.user, realm, self.password.get_secret_value())
        what = mix(method, uri)
        said = {"username": self.user, "realm": realm, "nonce": nonce, "uri": uri}
        bare = {"algorithm": asked["algorithm"]} if "algorithm" in asked else {}
        if _offers_auth(asked):
            self._uses += 1
            count, own = f"{self._uses:08x}", secrets.token_hex(8)
            said |= {"response": mix(who, nonce, count, own, "auth", what), "cnonce": own}
            bare |= {"qop": "auth", "nc": count}
        else:
            said["response"] = mix(who, nonce, what)
        if "opaque" in asked:
            said["opaque"] = asked["opaque"]
        quoted = [f'{name}="{_escaped(text)}"' for name, text in said.items()]
        return "Digest " + ", ".join(quoted + [f"{name}={text}" for name, text in bare.items()])


def _offers_auth(asked: Mapping[str, str]) -> bool:
    return "auth" in [word.strip() for word in asked.get("qop", "").lower().split(",")]


def _escaped(text: str) -> str:
    # What a server sent goes back as it came; our own user name may hold a quote.
    return "".join(letter for letter in text if letter >= " ").replace('"', '\\"')


def _strongest(headers: Sequence[str]) -> Mapping[str, str] | None:
    """The best of the offered ways that we know: digest with SHA-256, with MD5, basic."""
    offers = [offer for header in headers for offer in _offers(header)]
    return min(offers, key=_weakness, default=None)


def _weakness(offer: Mapping[str, str]) -> int:
    if offer["scheme"] == "basic":
        return 2
    return 0 if offer.get("algorithm", "").upper() == "SHA-256" else 1


def _offers(header: str) -> list[Mapping[str, str]]:
    marks = list(_CHALLENGE.finditer(header))
    ends = [*(mark.start() for mark in marks[1:]), len(header)][: len(marks)]
    found: list[Mapping[str, str]] = []
    for mark, end in zip(marks, ends, strict=True):
        pairs = _PAIR.findall(header[mark.end() : end])
        offer = {name.lower(): quoted or bare for name, quoted, bare in pairs}
        offer["scheme"] = mark[1].lower()
        if offer.get("algorithm", "MD5").upper() in _HASHES:
            found.append(offer)
    return found
