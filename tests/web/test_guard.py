"""Foreign pages, forged host names and floods get nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.web.house import HOST, ORIGIN, PASSWORD, SOCKET, House, camera
from vedette.web.hosts import Hosts, authority, host_of

EVIL = "http://evil.example"


@pytest.fixture
def ada(house: House) -> Iterator[TestClient]:
    """An administrator's browser, which sends no Origin by itself."""
    with house.browser() as client:
        del client.headers["Origin"]
        yield client


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Origin": f"http://{HOST}"}, True),
        # the same server behind a proxy that speaks HTTPS
        ({"Origin": f"https://{HOST}"}, True),
        ({"Origin": f"http://{HOST}:80"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": EVIL}, False),
        ({"Origin": EVIL, "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": f"http://{HOST}:8080"}, False),
        ({"Origin": f"http://{HOST}.evil.example"}, False),
        ({"Origin": f"http://evil.example/{HOST}"}, False),
        ({"Origin": f"http://evil.example@{HOST}"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        # a cookie without any sign of where the request comes from
        ({}, False),
    ],
)
def test_changes_come_from_our_own_pages(
    house: House, ada: TestClient, headers: Mapping[str, str], passes: bool
) -> None:
    answer = ada.post("/api/v1/cameras", json=camera(), headers=headers)
    assert answer.status_code == (201 if passes else 403), answer.text
    assert bool(house.store.site.load().cameras) == passes


def test_a_form_of_a_foreign_page_cannot_log_in(house: House) -> None:
    house.add_user("administrator")
    with house.visitor() as client:
        answer = client.post(
            "/api/v1/login", json={"name": "ada", "password": PASSWORD}, headers={"Origin": EVIL}
        )
    assert answer.status_code == 403
    assert answer.json()["code"] == "origin_refused"
    assert "set-cookie" not in answer.headers


def test_reading_needs_no_origin_but_foreign_pages_cannot_read_the_answer(ada: TestClient) -> None:
    answer = ada.get("/api/v1/cameras", headers={"Origin": EVIL})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_script_with_a_token_needs_no_origin(house: House, ada: TestClient) -> None:
    body = {"name": "ada", "password": PASSWORD}
    ada.cookies.clear()
    token = ada.post("/api/v1/token", json=body).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert ada.post("/api/v1/cameras", json=camera(), headers=bearer).status_code == 201


@pytest.mark.parametrize("headers", [{"Origin": EVIL}, {"Origin": "null"}, {}])
def test_a_foreign_page_opens_no_socket(ada: TestClient, headers: Mapping[str, str]) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        ada.websocket_connect(SOCKET, headers=dict(headers)) as socket,
    ):
        socket.receive_json()
    assert closed.value.code == 1008


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        ("localhost", True),
        ("LOCALHOST:8971", True),
        ("127.0.0.1:8971", True),
        ("[::1]:8971", True),
        ("cams.example.com", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("evil.example:80@localhost", False),
        ("localhost/../evil", False),
        ("localhost\tevil", False),
        # an address, but not one of this machine
        ("192.0.2.99", False),
        ("[2001:db8::1]", False),
        ("", False),
    ],
)
def test_only_our_own_names_are_answered(house: House, host: str, passes: bool) -> None:
    guard = Hosts(("cams.example.com",))
    assert guard.ours(host) == passes
    if host and "example.com" not in host and "\t" not in host:
        with house.visitor() as client:
            answer = client.get("/api/v1/setup", headers={"Host": host})
        assert answer.status_code == (200 if passes else 421)


def test_a_refused_name_is_told_how_to_be_allowed(house: House) -> None:
    with house.visitor() as client:
        answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.json()["code"] == "host_refused"
    assert "web.allowed_hosts" in answer.json()["message"]


@pytest.mark.parametrize(
    ("header", "scheme", "spelled"),
    [
        ("cam.local", "http", "cam.local:80"),
        ("CAM.local.:8971", "http", "cam.local:8971"),
        ("cam.local", "https", "cam.local:443"),
        ("[::1]", "http", "[::1]:80"),
        ("a b", "http", None),
    ],
)
def test_hosts_are_compared_in_one_spelling(header: str, scheme: str, spelled: str | None) -> None:
    assert authority(header, scheme) == spelled


def test_brackets_and_case_do_not_matter() -> None:
    assert host_of("[::1]:80") == "::1"
    assert host_of("LocalHost.") == "localhost"


@pytest.mark.parametrize("address", ["/", "/api/v1/setup", "/api/v1/cameras", "/api/nothing"])
def test_every_answer_carries_safe_headers(house: House, address: str) -> None:
    with house.visitor() as client:
        headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "media-src 'self' blob:" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert len(headers["X-Request-Id"]) == 16
    assert "server" not in headers


def test_answers_are_never_kept(house: House, ada: TestClient) -> None:
    for address in ("/api/v1/cameras", "/api/v1/session", "/metrics", "/docs", "/openapi.json"):
        assert ada.get(address).headers["Cache-Control"] == "no-store"
    assert ada.get("/api/v1/cameras/none").headers["Cache-Control"] == "no-store"


def test_the_request_id_of_a_failure_is_in_its_header(house: House) -> None:
    with house.visitor() as client:
        answer = client.get("/api/v1/cameras")
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


LARGE = b'{"name": "' + b"x" * (1 << 20) + b'"}'


@pytest.mark.parametrize("way", ["announced", "streamed"])
def test_large_bodies_are_cut_off(house: House, way: str) -> None:
    def parts() -> Iterator[bytes]:
        yield from (LARGE[at : at + 65_536] for at in range(0, len(LARGE), 65_536))

    with house.visitor() as client:
        answer = client.post(
            "/api/v1/login",
            content=LARGE if way == "announced" else parts(),
            headers={"Content-Type": "application/json"},
        )
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"[" * 100_000, b"\xff\xfe", b'{"name": 1e999}'],
)
def test_nonsense_is_refused_and_not_echoed(house: House, body: bytes) -> None:
    with house.visitor() as client:
        answer = client.post(
            "/api/v1/login", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"code", "message", "request_id", "path"}


def test_a_wrong_body_does_not_echo_the_password(house: House) -> None:
    with house.visitor() as client:
        answer = client.post("/api/v1/login", json={"name": [], "password": "hunter2-secret"})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text
    assert "name" in answer.json()["message"]


def test_a_mistake_of_ours_tells_nothing_but_its_number(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> int:
        raise RuntimeError("secret inside: hunter2")

    with house.browser() as client:
        monkeypatch.setattr(house.app.state.wiring.first, "needed", broken)
        answer = client.get("/api/v1/setup")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "hunter2" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_headers_with_the_wrong_case_do_not_slip_past(ada: TestClient) -> None:
    answer = ada.post("/api/v1/logout", headers={"ORIGIN": EVIL})
    assert answer.status_code == 403


def test_our_own_origin_passes(ada: TestClient) -> None:
    assert ada.post("/api/v1/logout", headers=ORIGIN).status_code == 204
