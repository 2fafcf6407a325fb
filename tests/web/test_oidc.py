"""Logging in at a real OpenID provider on loopback, and all the ways it must not work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.web.house import HOST, House, build
from vedette.core.audit import AuditQuery
from vedette.core.settings import OidcSettings
from vedette.testing.oidc import OpenIdProvider, Registered

CLIENT = Registered(
    client_id="vedette",
    client_secret="shared-with-the-provider",
    redirects=(f"http://{HOST}/api/v1/oidc/callback",),
)
PEOPLE: dict[str, tuple[str, dict[str, object]]] = {
    "gina": ("gina's", {"sub": "g-1", "preferred_username": "gina", "groups": ["guards"]}),
    "bo": ("bo's", {"sub": "b-1", "preferred_username": "bo", "groups": ["staff", "bosses"]}),
    "tom": ("tom's", {"sub": "t-1", "preferred_username": "tom", "groups": ["visitors"]}),
}


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    """It knows us and three people."""
    made = OpenIdProvider(client=CLIENT, people=dict(PEOPLE))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def house(tmp_path: Path, template: Path, provider: OpenIdProvider) -> Iterator[House]:
    """A server that trusts the provider."""
    oidc = OidcSettings(
        issuer=provider.issuer,
        client_id=CLIENT.client_id,
        client_secret=SecretStr(CLIENT.client_secret),
        roles={"bosses": "administrator", "guards": "operator"},
    )
    built = build(tmp_path, template, oidc=oidc)
    yield built
    built.bus.close()
    built.store.close()


def leave(client: TestClient, name: str, password: str) -> str:
    """Begin here, log in there; the address that the provider sends the browser back to."""
    begun = client.get("/api/v1/oidc/login", follow_redirects=False)
    assert begun.status_code == 303, begun.text
    there = begun.headers["location"]
    assert httpx.get(there).status_code == 200
    answer = httpx.post(there, data={"name": name, "password": password})
    assert answer.status_code == 302, answer.text
    back: str = answer.headers["location"]
    return back.removeprefix(f"http://{HOST}")


def come(client: TestClient, name: str) -> str:
    """Log in at the provider; where that ends."""
    back = leave(client, name, f"{name}'s")
    ended: str = client.get(back, follow_redirects=False).headers["location"]
    return ended


def test_a_person_of_the_provider_comes_in_with_the_role_of_its_group(house: House) -> None:
    with house.visitor() as client:
        assert client.get("/api/v1/setup").json()["provider"] == "OpenID"
        assert come(client, "gina") == "/"
        session = client.get("/api/v1/session").json()
        assert (session["name"], session["role"]) == ("gina", "operator")
        client.cookies.clear()
        # of several groups the first of the settings counts
        assert come(client, "bo") == "/"
        assert client.get("/api/v1/session").json()["role"] == "administrator"


def test_the_same_person_is_the_same_user_whatever_its_name(
    house: House, provider: OpenIdProvider
) -> None:
    with house.visitor() as client:
        come(client, "gina")
        provider.people["gina"] = (
            "gina's",
            {"sub": "g-1", "preferred_username": "gina.new", "groups": ["bosses"]},
        )
        come(client, "gina")
        session = client.get("/api/v1/session").json()
    assert (session["name"], session["role"]) == ("gina", "administrator")
    assert house.store.users.count() == 1


def test_a_local_user_of_that_name_is_not_taken_over(house: House) -> None:
    house.add_user("administrator", name="gina")
    with house.visitor() as client:
        assert come(client, "gina") == "/login?provider=conflict"
        assert client.get("/api/v1/session").status_code == 401


def test_without_a_role_nobody_comes_in(house: House) -> None:
    with house.visitor() as client:
        assert come(client, "tom") == "/login?provider=denied"
    assert house.store.users.count() == 0
    (told,) = house.store.access.audit.find(AuditQuery())
    assert (told.action, told.actor, told.status) == ("log_in_at_provider", "tom", 403)


def test_who_was_shut_out_here_stays_out(house: House) -> None:
    with house.visitor() as client:
        come(client, "gina")
        user = house.store.users.by_name("gina")
        house.store.users.update(replace(user, enabled=False))
        client.cookies.clear()
        assert come(client, "gina") == "/login?provider=denied"


def test_the_local_login_stays_and_provider_people_have_no_password(house: House) -> None:
    house.add_user("administrator")
    with house.visitor() as client:
        come(client, "gina")
        client.cookies.clear()
        for password in ("gina's", "x", " "):
            body = {"name": "gina", "password": password}
            assert client.post("/api/v1/login", json=body).status_code == 401
        house.log_in(client, "administrator")


def test_a_new_key_of_the_provider_is_found(house: House, provider: OpenIdProvider) -> None:
    with house.visitor() as client:
        come(client, "gina")
        provider.rotate()
        client.cookies.clear()
        assert come(client, "gina") == "/"


NOW = int(time.time())
LIES: list[tuple[str, dict[str, object]]] = [
    ("another issuer", {"iss": "https://evil.example"}),
    ("for another client", {"aud": "somebody-else"}),
    ("for several, made for another", {"aud": ["vedette", "other"], "azp": "other"}),
    ("for several, made for nobody", {"aud": ["vedette", "other"]}),
    ("expired", {"exp": NOW - 3600}),
    ("from the future", {"iat": NOW + 3600, "exp": NOW + 7200}),
    ("of another login", {"nonce": "seen-before"}),
    ("of no login", {"nonce": None}),
]


@pytest.mark.parametrize(("lie", "claims"), LIES)
def test_id_tokens_that_do_not_hold(
    house: House, provider: OpenIdProvider, lie: str, claims: dict[str, object]
) -> None:
    provider.claims.update(claims)
    with house.visitor() as client:
        assert come(client, "gina") == "/login?provider=denied"
        assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("forged", ["none", "HS256", "own key"])
def test_tokens_signed_by_somebody_else(
    house: House, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch, forged: str
) -> None:
    sign = provider.sign
    other = OpenIdProvider(client=CLIENT)
    real = httpx.get(f"{provider.issuer}/keys").json()["keys"][0]

    def lie(claims: dict[str, object]) -> str:
        kid = jwt.get_unverified_header(sign(claims))["kid"]
        if forged == "none":
            return jwt.encode(claims, "", algorithm="none", headers={"kid": kid})
        if forged == "HS256":
            # the public key as if it were a shared secret
            return jwt.encode(claims, real["n"], algorithm="HS256", headers={"kid": kid})
        other.headers["kid"] = kid
        return other.sign(claims)

    monkeypatch.setattr(provider, "sign", lie)
    with house.visitor() as client:
        assert come(client, "gina") == "/login?provider=denied"
    other._server.server_close()


def test_a_login_comes_back_once_and_to_the_browser_that_left(house: House) -> None:
    with house.visitor() as client, house.visitor() as other:
        back = leave(client, "gina", "gina's")
        refused = other.get(back, follow_redirects=False)
        assert refused.headers["location"] == "/login?provider=denied"
        # and that try has used it up
        again = client.get(back, follow_redirects=False)
        assert again.headers["location"] == "/login?provider=denied"


def test_a_state_is_good_for_ten_minutes(house: House) -> None:
    with house.visitor() as client:
        back = leave(client, "gina", "gina's")
        house.clock.sleep(601)
        late = client.get(back, follow_redirects=False)
    assert late.headers["location"] == "/login?provider=denied"


def test_a_code_without_its_verifier_is_worth_nothing(
    house: House, provider: OpenIdProvider
) -> None:
    with house.visitor() as client:
        back = leave(client, "gina", "gina's")
    code = parse_qs(urlsplit(back).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CLIENT.redirects[0]}
    login = (CLIENT.client_id, CLIENT.client_secret)
    stolen = httpx.post(f"{provider.issuer}/token", data=form, auth=login)
    assert stolen.json() == {"error": "invalid_grant"}
