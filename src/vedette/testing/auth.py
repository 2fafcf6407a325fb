"""Basic and digest login as cameras ask for it (RFC 7616), the server's side."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Literal

from vedette.core.value import value

__all__ = ["Doorkeeper", "Login"]

_PAIRS = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


@value
class Login:
    """Who may in, and how they must say so."""

    user: str
    password: str
    scheme: Literal["basic", "digest"] = "digest"
    algorithm: Literal["MD5", "SHA-256"] = "MD5"
    qop: bool = False
    """Ask for `qop=auth`, as HTTP servers do; most RTSP cameras do not."""
    nonce_uses: int | None = None
    """After so many uses a nonce is stale and a new one is handed out."""
    realm: str = "Camera"


class Doorkeeper:
    """Checks the Authorization headers of one conversation."""

    def __init__(self, login: Login | None) -> None:
        self._login = login
        self._nonce = secrets.token_hex(16)
        self._uses = 0
        self._stale = False

    def challenge(self) -> str:
        """The WWW-Authenticate header's value after a refusal."""
        login = self._login
        assert login is not None, "only a guarded door refuses"
        if login.scheme == "basic":
            return f'Basic realm="{login.realm}"'
        parts = [f'Digest realm="{login.realm}"', f'nonce="{self._nonce}"']
        if login.algorithm != "MD5":
            parts.append(f"algorithm={login.algorithm}")
        if login.qop:
            parts.append('qop="auth"')
        if self._stale:
            parts.append("stale=TRUE")
        return ", ".join(parts)

    def admits(self, authorization: str, method: str) -> bool:
        """Whether that header opens the door for that method."""
        if self._login is None:
            return True
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != self._login.scheme:
            return False
        if self._login.scheme == "basic":
            wanted = f"{self._login.user}:{self._login.password}"
            return hmac.compare_digest(rest, base64.b64encode(wanted.encode()).decode())
        return self._admits_digest(rest, method)

    def _admits_digest(self, rest: str, method: str) -> bool:
        assert self._login is not None
        said = {key.lower(): quoted or bare for key, quoted, bare in _PAIRS.findall(rest)}
        if said.get("nonce") != self._nonce or said.get("username") != self._login.user:
            return False
        if not hmac.compare_digest(said.get("response", ""), self._response(said, method)):
            return False
        self._uses += 1
        limit = self._login.nonce_uses
        self._stale = limit is not None and self._uses > limit
        if self._stale:
            self._nonce, self._uses = secrets.token_hex(16), 0
        return not self._stale

    def _response(self, said: dict[str, str], method: str) -> str:
        assert self._login is not None
        login = self._login
        who = self._hash(f"{login.user}:{login.realm}:{login.password}")
        what = self._hash(f"{method}:{said.get('uri', '')}")
        if not login.qop:
            return self._hash(f"{who}:{self._nonce}:{what}")
        middle = f"{said.get('nc', '')}:{said.get('cnonce', '')}:{said.get('qop', '')}"
        return self._hash(f"{who}:{self._nonce}:{middle}:{what}")

    def _hash(self, text: str) -> str:
        assert self._login is not None
        name = "md5" if self._login.algorithm == "MD5" else "sha256"
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
