"""Setting up, logging in and out over HTTP."""

from __future__ import annotations

import time

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.web.house import NAMES, PASSWORD, SOCKET, House

GOOD = {"name": "ada", "password": PASSWORD}


def code_of(house: House) -> str:
    """The one from the terminal."""
    code: str | None = house.app.state.wiring.first.begin(house.parts.settings)
    assert code is not None
    return code


def test_the_first_administrator_is_made_once(house: House) -> None:
    code = code_of(house)
    with house.visitor() as client:
        assert client.get("/api/v1/setup").json()["needed"] is True
        answer = client.post("/api/v1/setup", json={"code": code, **GOOD})
        assert answer.status_code == 200, answer.text
        assert answer.json()["role"] == "administrator"
        # and is logged in by that
        assert client.get("/api/v1/session").json()["name"] == "ada"
        assert client.get("/api/v1/setup").json()["needed"] is False
        again = client.post(
            "/api/v1/setup", json={"code": code, "name": "eve", "password": PASSWORD}
        )
        assert again.status_code == 409
    assert [user.name for user in house.store.users.all()] == ["ada"]


def test_a_wrong_setup_code_makes_nobody(house: House) -> None:
    code_of(house)
    with house.visitor() as client:
        answer = client.post("/api/v1/setup", json={"code": "guess", **GOOD})
        assert answer.status_code == 403
        for _ in range(5):
            answer = client.post("/api/v1/setup", json={"code": "guess", **GOOD})
        assert answer.status_code == 429
    assert house.store.users.count() == 0


def test_a_short_password_is_refused_in_words(house: House) -> None:
    code = code_of(house)
    with house.visitor() as client:
        answer = client.post(
            "/api/v1/setup", json={"code": code, "name": "ada", "password": "short"}
        )
    assert answer.status_code == 422
    assert "at least 10 characters" in answer.json()["message"]


def test_the_cookie_is_out_of_reach(house: House) -> None:
    house.add_user("administrator")
    with house.visitor() as client:
        cookies = client.post("/api/v1/login", json=GOOD).headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie, path in zip(cookies, ("/", "/api/v1/refresh"), strict=True):
        flags = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "samesite=strict", f"path={path}"} <= flags
        assert "secure" not in flags
        assert "domain" not in cookie.lower()


def test_over_https_the_cookie_stays_there(house: House) -> None:
    house.add_user("administrator")
    with TestClient(
        house.app, base_url="https://localhost", headers={"Origin": "https://localhost"}
    ) as client:
        cookie = client.post("/api/v1/login", json=GOOD).headers["set-cookie"]
    assert "secure" in cookie.lower()


@pytest.mark.parametrize("role", NAMES)
def test_the_page_is_told_the_rights(house: House, role: str) -> None:
    with house.browser(role) as client:  # type: ignore[arg-type]  # a role by name
        told = client.get("/api/v1/session").json()
    assert told["role"] == role
    assert ("cameras.edit" in told["rights"]) == (role == "administrator")


def test_logging_out_ends_the_session_on_the_server(house: House) -> None:
    with house.browser() as client:
        token = client.cookies["vedette_session"]
        assert client.post("/api/v1/logout").status_code == 204
        assert "vedette_session" not in client.cookies
        bearer = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/session", headers=bearer).status_code == 401


def test_a_token_works_for_a_script(house: House) -> None:
    house.add_user("operator")
    with house.visitor() as client:
        answer = client.post("/api/v1/token", json={**GOOD, "name": "otto"})
        assert answer.json()["token_type"] == "bearer"
        assert answer.json()["expires_s"] == 15 * 60
        assert "set-cookie" not in answer.headers
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert client.get("/api/v1/session", headers=bearer).json()["name"] == "otto"


def test_a_cookie_from_before_the_login_is_not_taken_over(house: House) -> None:
    house.add_user("administrator")
    with house.visitor() as client:
        client.cookies.set("vedette_session", "chosen-by-somebody-else")
        client.post("/api/v1/login", json=GOOD)
        bearer = {"Authorization": "Bearer chosen-by-somebody-else"}
        client.cookies.clear()
        assert client.get("/api/v1/session", headers=bearer).status_code == 401


def test_guessing_is_slowed_down_and_says_for_how_long(house: House) -> None:
    house.add_user("administrator")
    with house.visitor() as client:
        for _ in range(5):
            answer = client.post("/api/v1/login", json={**GOOD, "password": "wrong password"})
            assert answer.status_code == 401
        answer = client.post("/api/v1/login", json=GOOD)
        assert answer.status_code == 429
        assert answer.json()["code"] == "throttled"
        assert int(answer.headers["Retry-After"]) >= 1
        house.clock.sleep(5)
        assert client.post("/api/v1/login", json=GOOD).status_code == 200


def test_an_expired_session_is_out(house: House) -> None:
    with house.browser() as client:
        house.clock.sleep(13 * 3600)
        assert client.get("/api/v1/session").status_code == 401


def test_a_socket_ends_with_its_session(house: House) -> None:
    with house.browser() as client, client.websocket_connect(SOCKET) as socket:
        assert socket.receive_json()["kind"] == "hello"
        house.clock.sleep(13 * 3600)
        before = time.monotonic()
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4401
        # ten times the interval at which this server looks
        assert time.monotonic() - before < 2.0


def test_the_first_log_line_of_a_refused_login_has_no_password(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.add_user("administrator")
    with house.visitor() as client:
        client.post("/api/v1/login", json={"name": "ada", "password": "hunter2-wrong"})
        client.post("/api/v1/login", json=GOOD)
    written = "".join(capsys.readouterr())
    assert "login refused" in written
    assert "hunter2" not in written
    assert PASSWORD not in written
