"""The own account: password, logins, keys and the second factor."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.house import PASSWORD, SOCKET, House

KEY = {"name": "export job", "rights": ["cameras.view", "site.view"], "password": PASSWORD}


def code(secret: str, house: House) -> str:
    """The code of now, reckoned as RFC 6238 says, without our own function."""
    step = house.clock.now_us() // 30_000_000
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def key_of(client: TestClient, **about: object) -> dict[str, Any]:
    """A key just made."""
    answer = client.post("/api/v1/account/keys", json={**KEY, **about})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_new_password_ends_other_logins_but_not_this(house: House) -> None:
    with house.browser() as ada, house.visitor() as other:
        house.log_in(other, "administrator")
        body = {"old": PASSWORD, "new": "a wholly new one"}
        assert ada.put("/api/v1/account/password", json=body).status_code == 204
        assert ada.get("/api/v1/session").status_code == 200
        assert other.get("/api/v1/session").status_code == 401
        wrong = ada.put("/api/v1/account/password", json=body)
        assert wrong.status_code == 403


def test_guessing_the_own_password_is_slow_too(house: House) -> None:
    with house.browser() as ada:
        body = {"old": "not the one", "new": "a wholly new one"}
        answers = [ada.put("/api/v1/account/password", json=body) for _ in range(7)]
    assert [one.status_code for one in answers[:4]] == [403] * 4
    assert answers[-1].status_code == 429


def test_logins_are_listed_and_ended(house: House) -> None:
    with house.browser() as ada, house.visitor() as other:
        house.log_in(other, "administrator")
        listed = ada.get("/api/v1/account/sessions").json()
        assert sorted(one["current"] for one in listed) == [False, True]
        (theirs,) = [one["session"]["id"] for one in listed if not one["current"]]
        assert ada.delete(f"/api/v1/account/sessions/{theirs}").status_code == 204
        assert other.get("/api/v1/session").status_code == 401
        house.log_in(other, "administrator")
        assert ada.delete("/api/v1/account/sessions").status_code == 204
        assert other.get("/api/v1/session").status_code == 401
        assert ada.get("/api/v1/session").status_code == 200


def test_nobody_ends_somebody_elses_login_by_its_id(house: House) -> None:
    with house.browser() as ada, house.browser("viewer") as vera:
        (mine,) = ada.get("/api/v1/account/sessions").json()
        address = f"/api/v1/account/sessions/{mine['session']['id']}"
        assert vera.delete(address).status_code == 404
        assert ada.get("/api/v1/session").status_code == 200


def test_a_browser_gets_new_cookies_and_the_old_ones_end_the_login(house: House) -> None:
    with house.browser() as ada:
        old = {name: ada.cookies[name] for name in ("vedette_session", "vedette_refresh")}
        house.clock.sleep(16 * 60)
        assert ada.get("/api/v1/session").status_code == 401
        assert ada.post("/api/v1/refresh").status_code == 200
        assert ada.get("/api/v1/session").status_code == 200
        assert ada.cookies["vedette_refresh"] != old["vedette_refresh"]
        house.clock.sleep(60)
        stolen = {"Cookie": f"vedette_refresh={old['vedette_refresh']}"}
        with house.visitor() as thief:
            assert thief.post("/api/v1/refresh", headers=stolen).status_code == 401
        assert ada.get("/api/v1/session").status_code == 401


def test_a_script_refreshes_its_token(house: House) -> None:
    house.add_user("operator")
    body = {"name": "otto", "password": PASSWORD}
    with house.visitor() as script:
        first = script.post("/api/v1/token", json=body).json()
        house.clock.sleep(16 * 60)
        asked = {"refresh_token": first["refresh_token"]}
        second = script.post("/api/v1/token/refresh", json=asked).json()
        bearer = {"Authorization": f"Bearer {second['access_token']}"}
        assert script.get("/api/v1/session", headers=bearer).json()["name"] == "otto"
        # an access token refreshes nothing, a refresh token opens nothing
        asked = {"refresh_token": second["access_token"]}
        assert script.post("/api/v1/token/refresh", json=asked).status_code == 401
        bearer = {"Authorization": f"Bearer {second['refresh_token']}"}
        assert script.get("/api/v1/session", headers=bearer).status_code == 401


def test_a_key_does_what_it_is_for_and_no_more(house: House) -> None:
    house.put_camera("gate", "yard")
    with house.browser() as ada, house.visitor() as script:
        made = key_of(ada, cameras=["gate"])
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        cameras = script.get("/api/v1/cameras", headers=bearer).json()
        assert [one["id"] for one in cameras] == ["gate"]
        assert script.get("/api/v1/cameras/yard", headers=bearer).status_code == 403
        assert script.get("/api/v1/events", headers=bearer).status_code == 403
        for method, address in (
            ("GET", "account/keys"), ("POST", "account/keys"), ("PUT", "account/password"),
            ("POST", "account/second-factor"), ("POST", "logout"),
        ):  # fmt: skip
            refused = script.request(method, f"/api/v1/{address}", headers=bearer)
            assert refused.status_code == 403, address
        (shown,) = ada.get("/api/v1/account/keys").json()
        assert shown["used_us"] is not None
        assert made["secret"] not in str(shown)
        assert ada.delete(f"/api/v1/account/keys/{shown['id']}").status_code == 204
        assert script.get("/api/v1/cameras", headers=bearer).status_code == 401


def test_a_key_expires_and_ends_with_its_user(house: House) -> None:
    with house.browser() as ada, house.visitor() as script:
        ends = house.clock.now_us() + 60_000_000
        short = key_of(ada, expires_us=ends)["secret"]
        long = key_of(ada)["secret"]
        assert ask(script, short) == 200
        house.clock.sleep(61)
        assert (ask(script, short), ask(script, long)) == (401, 200)
        user = house.store.users.by_name("ada")
        house.store.users.delete(user.id)
        assert ask(script, long) == 401


def test_a_key_loses_what_its_user_loses(house: House) -> None:
    with house.browser("operator") as otto, house.visitor() as script:
        secret = key_of(otto, rights=["system.view", "site.view"])["secret"]
        assert ask(script, secret, "/metrics") == 200
        house.give_role(house.store.users.by_name("otto"), "viewer")
        assert ask(script, secret, "/metrics") == 403


@pytest.mark.parametrize(
    ("about", "status"),
    [
        # a right the user lacks
        ({"rights": ["cameras.edit"]}, 403),
        ({"rights": []}, 422),
        ({"rights": ["everything"]}, 422),
        ({"expires_us": 1}, 422),
        ({"password": "not the password"}, 403),
    ],
)
def test_keys_that_are_not_made(house: House, about: dict[str, object], status: int) -> None:
    with house.browser("viewer") as vera:
        answer = vera.post("/api/v1/account/keys", json={**KEY, **about})
        assert answer.status_code == status
        assert vera.get("/api/v1/account/keys").json() == []


def test_a_socket_ends_when_its_key_is_removed(house: House) -> None:
    with house.browser() as ada, house.visitor() as script:
        made = key_of(ada)
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        with script.websocket_connect(SOCKET, headers=bearer) as socket:
            assert socket.receive_json()["kind"] == "hello"
            ada.delete(f"/api/v1/account/keys/{made['key']['id']}")
            assert socket.receive()["code"] == 4401


def test_a_socket_outlives_the_access_token_it_came_with(house: House) -> None:
    with house.browser() as ada, ada.websocket_connect(SOCKET) as socket:
        assert socket.receive_json()["kind"] == "hello"
        house.clock.sleep(16 * 60)
        socket.send_json({"subscribe": [], "cameras": None})
        assert socket.receive_json()["kind"] == "subscribed"


def test_the_second_factor_from_start_to_end(house: House) -> None:
    with house.browser() as ada, house.visitor() as again:
        proof = {"password": PASSWORD}
        begun = ada.post("/api/v1/account/second-factor", json=proof).json()
        assert begun["qr_svg"].startswith("<svg")
        assert begun["address"].startswith("otpauth://totp/Vedette%3Aada?secret=")
        wrong = ada.post("/api/v1/account/second-factor/confirm", json={"code": "000000"})
        assert wrong.status_code == 422
        body = {"code": code(begun["secret"], house)}
        codes = ada.post("/api/v1/account/second-factor/confirm", json=body).json()["codes"]
        assert len(set(codes)) == 10
        login = {"name": "ada", "password": PASSWORD}
        needed = again.post("/api/v1/login", json=login)
        assert (needed.status_code, needed.json()["code"]) == (401, "second_factor_needed")
        house.clock.sleep(30)
        login["code"] = code(begun["secret"], house)
        assert again.post("/api/v1/login", json=login).status_code == 200
        # the same code again, within its time
        assert again.post("/api/v1/login", json=login).status_code == 401
        assert again.post("/api/v1/login", json={**login, "code": codes[0]}).status_code == 200
        assert again.post("/api/v1/login", json={**login, "code": codes[0]}).status_code == 401
        state = ada.get("/api/v1/account/second-factor").json()
        assert state == {"active": True, "recovery_left": 9}
        gone = {"password": PASSWORD, "code": codes[1]}
        assert ada.post("/api/v1/account/second-factor/remove", json=gone).status_code == 204
        assert again.post("/api/v1/login", json={**login, "code": ""}).status_code == 200


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_one_step(house: House, steps: int, good: bool) -> None:
    house.clock.sleep(3600)
    with house.browser() as ada:
        proof = {"password": PASSWORD}
        begun = ada.post("/api/v1/account/second-factor", json=proof).json()
        now = house.clock.now_us() // 30_000_000 + steps
        digest = hmac.new(
            base64.b32decode(begun["secret"]), struct.pack(">Q", now), hashlib.sha1
        ).digest()
        at = digest[19] & 15
        typed = (struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000
        body = {"code": f"{typed:06}"}
        answer = ada.post("/api/v1/account/second-factor/confirm", json=body)
    assert (answer.status_code == 200) == good


def test_secrets_of_second_factors_are_sealed(house: House) -> None:
    with house.browser() as ada:
        begun = ada.post("/api/v1/account/second-factor", json={"password": PASSWORD}).json()
        ada.get("/api/v1/users")
    stored = b"".join(
        path.read_bytes() for path in house.parts.settings.data_dir.glob("vedette.db*")
    )
    assert begun["secret"].encode() not in stored


def test_an_administrator_helps_who_lost_the_phone(house: House) -> None:
    vera = house.add_user("viewer")
    factors = house.app.state.wiring.factors
    secret = factors.begin(vera).secret
    factors.confirm(vera, code(secret, house))
    with house.browser() as ada, house.visitor() as client:
        login = {"name": "vera", "password": PASSWORD}
        assert client.post("/api/v1/login", json=login).status_code == 401
        assert ada.delete("/api/v1/users/u-vera/second-factor").status_code == 204
        assert client.post("/api/v1/login", json=login).status_code == 200


def ask(client: TestClient, secret: str, address: str = "/api/v1/site") -> int:
    """How a request with a key goes."""
    bearer = {"Authorization": f"Bearer {secret}"}
    return client.get(address, headers=bearer).status_code
