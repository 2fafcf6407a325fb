"""HTTPS with a certificate of our own making, on a real port; what other pages may do."""

from __future__ import annotations

import socket
import ssl
import stat
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.web.house import PASSWORD, House, build, camera
from vedette.core.errors import ConfigError
from vedette.core.settings import WebSettings
from vedette.web.certificate import certificate_for
from vedette.web.serve import WebServer

FRIEND = "https://dashboard.example"


def test_the_server_speaks_https_that_holds(house: House, tmp_path: Path) -> None:
    certificate = certificate_for(WebSettings(https="on"), tmp_path / "tls")
    assert certificate is not None
    server = WebServer(house.app, "127.0.0.1", 0, certificate)
    server.start()
    try:
        trusted = ssl.create_default_context(cafile=str(certificate.chain))
        with httpx.Client(verify=trusted, base_url=server.url) as client:
            answer = client.get("/api/v1/setup")
            assert answer.status_code == 200
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert server.url.startswith("https://127.0.0.1:")
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.url)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with pytest.warns(DeprecationWarning):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with (
            socket.create_connection(("127.0.0.1", server.port)) as plain,
            pytest.raises((ssl.SSLError, OSError)),
        ):
            old.wrap_socket(plain)
    finally:
        server.stop()


def test_a_self_made_certificate_is_kept_and_its_key_is_ours_alone(tmp_path: Path) -> None:
    first = certificate_for(WebSettings(https="on"), tmp_path)
    assert first is not None
    made = first.chain.read_bytes()
    assert certificate_for(WebSettings(https="on"), tmp_path) == first
    assert first.chain.read_bytes() == made
    assert stat.S_IMODE(first.key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("host", "https", "expected"),
    [
        ("127.0.0.1", "auto", False),
        ("::1", "auto", False),
        ("localhost", "auto", False),
        # whoever listens beyond this machine encrypts, unless told otherwise
        ("0.0.0.0", "auto", True),  # noqa: S104  # compared
        ("192.0.2.1", "auto", True),
        ("0.0.0.0", "off", False),  # noqa: S104  # compared
        ("127.0.0.1", "on", True),
    ],
)
def test_when_it_is_https(tmp_path: Path, host: str, https: str, expected: bool) -> None:
    web = replace(WebSettings(), host=host, https=https)  # type: ignore[arg-type]  # a row's word
    assert (certificate_for(web, tmp_path) is not None) == expected


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"web\.tls_certificate"):
        certificate_for(WebSettings(tls_certificate=tmp_path / "none.pem"), tmp_path)


def test_pages_of_friends_use_tokens_and_never_cookies(tmp_path: Path, template: Path) -> None:
    house = build(tmp_path, template, cors_origins=(FRIEND,))
    house.add_user("administrator")
    origin = {"Origin": FRIEND}
    body = {"name": "ada", "password": PASSWORD}
    with house.visitor() as client:
        asked = client.options(
            "/api/v1/cameras", headers={**origin, "Access-Control-Request-Method": "POST"}
        )
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == FRIEND
        token = client.post("/api/v1/token", json=body, headers=origin).json()["access_token"]
        bearer = {**origin, "Authorization": f"Bearer {token}"}
        made = client.post("/api/v1/cameras", json=camera(), headers=bearer)
        assert made.status_code == 201
        assert made.headers["access-control-allow-origin"] == FRIEND
        assert "access-control-allow-credentials" not in made.headers
        house.log_in(client, "administrator")
        ridden = client.post("/api/v1/cameras", json=camera("two"), headers=origin)
        assert ridden.status_code == 403
        stranger = client.get("/api/v1/setup", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers
    house.bus.close()
    house.store.close()
