"""Login at an OpenID provider: code flow with PKCE, state and nonce; everything is checked."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
import structlog
from pydantic import JsonValue, TypeAdapter, ValidationError

from vedette.core.clock import Clock, from_seconds
from vedette.core.errors import ConfigError, Denied, Unavailable
from vedette.core.settings import OidcSettings
from vedette.core.value import value

__all__ = ["Departure", "Person", "Provider"]

_log = structlog.get_logger()
# Never `none`, and never one where the client's secret would be the key.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_WITHIN_S = 10.0
_KNOWN_US = from_seconds(3600)
_AWAY_US = from_seconds(600)
_MOST_AWAY = 1000
_LEEWAY_S = 60
_LARGEST = 256 * 1024
_OBJECT = TypeAdapter(dict[str, JsonValue])


@value
class _Endpoints:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where to send the browser, and what it must bring back."""

    url: str
    binding: str
    """Goes into a cookie: only the browser that left may come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Away:
    binding: str
    nonce: str
    verifier: str
    redirect: str
    until_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the provider says somebody is."""

    subject: str
    """Issuer and the provider's own id, which is never given to somebody else."""
    name: str
    full_name: str
    groups: tuple[str, ...]


class Provider:
    """One provider, asked over HTTP; what is under way is remembered here."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._away: OrderedDict[str, _Away] = OrderedDict()
        self._lock = threading.Lock()
        self._endpoints: tuple[int, _Endpoints] | None = None

    def begin(self, redirect: str) -> Departure:
        """Send a browser to the provider."""
        endpoints = self._discover()
        state, binding = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        away = _Away(
            binding=binding,
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            redirect=redirect,
            until_us=self._clock.now_us() + _AWAY_US,
        )
        with self._lock:
            self._away[state] = away
            while len(self._away) > _MOST_AWAY:
                self._away.popitem(last=False)
        challenge = hashlib.sha256(away.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect,
            "scope": self._settings.scopes,
            "state": state,
            "nonce": away.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        start = endpoints.authorization_endpoint
        separator = "&" if "?" in start else "?"
        return Departure(url=f"{start}{separator}{urlencode(query)}", binding=binding)

    def finish(self, state: str, code: str, binding: str) -> Person:
        """Who came back; Denied when anything does not fit."""
        with self._lock:
            # Taken out whatever follows: a state is good for one try.
            away = self._away.pop(state, None)
        if away is None or away.until_us <= self._clock.now_us():
            raise Denied("this login was not begun here, or too long ago; please begin again")
        if not secrets.compare_digest(away.binding.encode(), binding.encode()):
            raise Denied("this login was begun in another browser")
        endpoints = self._discover()
        answer = self._post(
            endpoints.token_endpoint,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": away.redirect,
                "code_verifier": away.verifier,
            },
        )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Denied("the provider sent no ID token")
        return self._person(self._claims(token, away.nonce, endpoints))

    def _claims(self, token: str, nonce: str, endpoints: _Endpoints) -> dict[str, JsonValue]:
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"), endpoints)
            raw: object = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            _log.warning("ID token refused", reason=str(error))
            raise Denied(f"the provider's ID token does not hold: {error}") from None
        claims = _OBJECT.validate_python(raw)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise Denied("the provider's ID token is not for this login")
        audience = claims.get("aud")
        several = isinstance(audience, list) and len(audience) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._settings.client_id:
            raise Denied("the provider's ID token was made for another client")
        return claims

    def _person(self, claims: dict[str, JsonValue]) -> Person:
        wanted = self._settings
        groups = claims.get(wanted.role_claim)
        listed = groups if isinstance(groups, list) else [groups] if groups else []
        return Person(
            subject=f"{wanted.issuer} {claims['sub']}",
            name=str(claims.get(wanted.name_claim) or claims["sub"]),
            full_name=str(claims.get("name") or ""),
            groups=tuple(str(one) for one in listed),
        )

    def _key(self, kid: str | None, endpoints: _Endpoints) -> jwt.PyJWK:
        keys = jwt.PyJWKSet.from_dict(self._get(endpoints.jwks_uri)).keys
        found = [one for one in keys if kid is None or one.key_id == kid]
        if not found or (kid is None and len(found) > 1):
            raise jwt.InvalidTokenError("it is signed with a key the provider does not have")
        return found[0]

    def _discover(self) -> _Endpoints:
        now_us = self._clock.now_us()
        known = self._endpoints
        if known is not None and now_us - known[0] < _KNOWN_US:
            return known[1]
        issuer = self._settings.issuer
        _refuse_open(issuer)
        told = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise ConfigError(
                f"the provider calls itself {told.get('issuer')!r}", path=("oidc", "issuer")
            )
        names = _Endpoints.__dataclass_fields__
        try:
            found = TypeAdapter(_Endpoints).validate_python(
                {name: told[name] for name in names if name in told}
            )
        except ValidationError:
            raise Unavailable("the OpenID provider does not tell its endpoints") from None
        for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            _refuse_open(address)
        self._endpoints = (now_us, found)
        return found

    def _get(self, address: str) -> dict[str, JsonValue]:
        return self._ask("GET", address, None)

    def _post(self, address: str, form: dict[str, str]) -> dict[str, JsonValue]:
        return self._ask("POST", address, form)

    def _ask(self, method: str, address: str, form: dict[str, str] | None) -> dict[str, JsonValue]:
        secret = self._settings.client_secret.get_secret_value()
        login = httpx.BasicAuth(self._settings.client_id, secret) if form else None
        try:
            answer = httpx.request(
                method, address, data=form, auth=login, timeout=_WITHIN_S, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise Unavailable(
                f"the OpenID provider does not answer: {type(error).__name__}"
            ) from None
        if answer.status_code != 200 or len(answer.content) > _LARGEST:
            _log.warning("OpenID provider refused", address=address, status=answer.status_code)
            raise Denied(f"the OpenID provider refused: HTTP {answer.status_code}")
        try:
            return _OBJECT.validate_json(answer.content)
        except ValidationError:
            raise Unavailable("the OpenID provider answers nonsense") from None


def _refuse_open(address: str) -> None:
    """Without encryption anybody on the way could be the provider; loopback has no way."""
    parts = urlsplit(address)
    if parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return
    raise ConfigError("the provider's addresses must begin with https://", path=("oidc", "issuer"))
