"""A small OpenID provider on loopback: users with passwords, codes that work once, PKCE, own keys.

It knows nothing of our client; it does what RFC 6749, RFC 7636 and OpenID Connect Core ask of a
provider, and misbehaves when told to.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

__all__ = ["OpenIdProvider", "Registered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A client the provider knows."""

    client_id: str
    client_secret: str
    redirects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Code:
    query: Mapping[str, str]
    user: str


@dataclass
class OpenIdProvider:
    """Start it, add users, log in at `/authorize`."""

    client: Registered
    claims: dict[str, object] = field(default_factory=dict)
    """Claims put over those of the ID token: the way to misbehave."""
    headers: dict[str, object] = field(default_factory=dict)
    """Put over the header of the ID token."""
    people: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)
    """Password and claims by name."""

    def __post_init__(self) -> None:
        self._codes: dict[str, _Code] = {}
        self.rotate()
        provider = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._get(self)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                form = _plain(self.rfile.read(length).decode())
                provider._post(self, form)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # inherited
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever, name="openid")

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._kid = secrets.token_hex(4)

    def sign(self, claims: Mapping[str, object]) -> str:
        """An ID token of ours."""
        headers: dict[str, Any] = {"kid": self._kid, **self.headers}
        return jwt.encode(dict(claims), self._key, algorithm="RS256", headers=headers)

    def _get(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                _json(request, 200, self._about())
            case "/keys":
                public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
                key = {**public, "kid": self._kid, "use": "sig", "alg": "RS256"}
                _json(request, 200, {"keys": [key]})
            case "/authorize":
                self._form(request, _plain(parts.query))
            case _:
                _json(request, 404, {"error": "not_found"})

    def _post(self, request: BaseHTTPRequestHandler, form: Mapping[str, str]) -> None:
        parts = urlsplit(request.path)
        if parts.path == "/authorize":
            self._log_in(request, _plain(parts.query), form)
        elif parts.path == "/token":
            self._token(request, form)
        else:
            _json(request, 404, {"error": "not_found"})

    def _about(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _refusal(self, query: Mapping[str, str]) -> str:
        wrong = {
            "client_id": query.get("client_id") != self.client.client_id,
            "redirect_uri": query.get("redirect_uri") not in self.client.redirects,
            "response_type": query.get("response_type") != "code",
            "scope": "openid" not in query.get("scope", "").split(),
            "code_challenge": query.get("code_challenge_method") != "S256"
            or len(query.get("code_challenge", "")) != 43,
        }
        return ", ".join(name for name, is_wrong in wrong.items() if is_wrong)

    def _form(self, request: BaseHTTPRequestHandler, query: Mapping[str, str]) -> None:
        refusal = self._refusal(query)
        if refusal:
            _json(request, 400, {"error": "invalid_request", "error_description": refusal})
            return
        action = html.escape(f"/authorize?{urlencode(query)}")
        page = f'<form method=post action="{action}"><input name=name><input name=password></form>'
        _send(request, 200, "text/html", page.encode())

    def _log_in(
        self, request: BaseHTTPRequestHandler, query: Mapping[str, str], form: Mapping[str, str]
    ) -> None:
        known = self.people.get(form.get("name", ""))
        if self._refusal(query) or known is None or known[0] != form.get("password"):
            _json(request, 403, {"error": "access_denied"})
            return
        code = secrets.token_urlsafe(16)
        self._codes[code] = _Code(query, form["name"])
        back = urlencode({"code": code, "state": query.get("state", "")})
        request.send_response(302)
        request.send_header("Location", f"{query['redirect_uri']}?{back}")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _token(self, request: BaseHTTPRequestHandler, form: Mapping[str, str]) -> None:
        pair = f"{self.client.client_id}:{self.client.client_secret}".encode()
        if request.headers.get("Authorization") != f"Basic {base64.b64encode(pair).decode()}":
            _json(request, 401, {"error": "invalid_client"})
            return
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or not _holds(code, form):
            _json(request, 400, {"error": "invalid_grant"})
            return
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": code.query.get("nonce"),
            **self.people[code.user][1],
            **self.claims,
        }
        token = {"access_token": secrets.token_hex(8), "token_type": "Bearer"}
        _json(request, 200, {**token, "id_token": self.sign(claims)})


def _holds(code: _Code, form: Mapping[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == code.query["redirect_uri"]
        and challenge == code.query["code_challenge"]
    )


def _plain(query: str) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(query).items()}


def _json(request: BaseHTTPRequestHandler, status: int, body: object) -> None:
    _send(request, status, "application/json", json.dumps(body).encode())


def _send(request: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
