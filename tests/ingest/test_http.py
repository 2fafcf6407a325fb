"""HTTP of cameras: redirects checked, logins kept to their host, faults told in words."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from pydantic import SecretStr

from vedette.core.errors import (
    AddressRefused,
    LoginFailed,
    SourceError,
    StreamMissing,
    StreamSilent,
    Unreachable,
    VedetteError,
)
from vedette.core.settings import SourceSettings
from vedette.ingest.address import Resolver, parse_address, system_resolver
from vedette.ingest.dial import Dialer
from vedette.ingest.http import SCHEMES, HttpClient
from vedette.ingest.login import Login
from vedette.testing.auth import Login as Guarded
from vedette.testing.http import FilePage, HttpFaults, HttpServer, RedirectPage

USER = Guarded(user="operator", password="geheim")


def client(
    url: str,
    *,
    user: str = "",
    password: str = "",
    resolver: Resolver = system_resolver,
    loopback: bool = True,
) -> HttpClient:
    dialer = Dialer(
        allowed=SourceSettings(allow_loopback=loopback), patience_s=0.6, resolver=resolver
    )
    home = parse_address(url, SCHEMES)
    return HttpClient(dialer, home, Login(user, SecretStr(password)))


def get(one: HttpClient, url: str, most: int = 1_000_000) -> bytes:
    with one.get(parse_address(url, SCHEMES)) as answer:
        return answer.read_all(most)


def test_a_page_is_got_with_the_login_it_wants(http: HttpServer) -> None:
    http.add("page", FilePage(b"hello"), USER)
    url = http.url("page")
    assert get(client(url, user="operator", password="geheim"), url) == b"hello"


@pytest.mark.parametrize(
    ("user", "password", "says"),
    [
        ("operator", "wrong", "refuses this user name or password"),
        ("", "", "wants a user name and a password"),
    ],
)
def test_a_refused_login_is_told(user: str, password: str, says: str, http: HttpServer) -> None:
    door = http.add("page", FilePage(b"hello"), USER)
    url = http.url("page")
    with pytest.raises(LoginFailed, match=says):
        get(client(url, user=user, password=password), url)
    assert door.refused <= 2, "cameras lock out who tries too often"


@pytest.mark.parametrize(
    ("faults", "error", "says"),
    [
        (HttpFaults(status=404), StreamMissing, "has nothing at /page"),
        (HttpFaults(status=403), LoginFailed, "forbids"),
        (HttpFaults(status=500), Unreachable, "status 500"),
        (HttpFaults(silent=True), StreamSilent, "does not answer"),
        (HttpFaults(cut_after=2), Unreachable, "broke off"),
    ],
)
def test_faults_are_told_in_words(
    faults: HttpFaults, error: type[VedetteError], says: str, http: HttpServer
) -> None:
    http.add("page", FilePage(b"hello")).inject(faults)
    with pytest.raises(error, match=says):
        get(client(http.url("page")), http.url("page"))


def test_a_refused_connection_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        with pytest.raises(Unreachable, match="nothing listens on that port"):
            get(client(url), url)


def test_an_answer_without_end_is_cut_off(http: HttpServer) -> None:
    http.add("page", FilePage(b"x" * 10_000))
    with pytest.raises(SourceError, match="too much"):
        get(client(http.url("page")), http.url("page"), most=5_000)


def test_redirects_are_followed(http: HttpServer) -> None:
    http.add("page", FilePage(b"hello"))
    http.add("old", RedirectPage(http.url("page")))
    assert get(client(http.url("old")), http.url("old")) == b"hello"


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("file:///etc/passwd", "must begin with"),
        ("ftp://10.0.0.1/x", "must begin with"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://0.0.0.0:80/", "unspecified"),
        ("http://[::ffff:169.254.169.254]/", "link-local"),
        ("http://user:x@10.0.0.1/", "their own fields"),
    ],
)
def test_redirects_to_forbidden_places_are_refused(to: str, says: str, http: HttpServer) -> None:
    http.add("old", RedirectPage(to))
    with pytest.raises(AddressRefused, match=says):
        get(client(http.url("old")), http.url("old"))


def test_circles_end(http: HttpServer) -> None:
    http.add("a", RedirectPage(http.url("b")))
    http.add("b", RedirectPage(http.url("a")))
    with pytest.raises(SourceError, match="in circles"):
        get(client(http.url("a")), http.url("a"))


def test_a_login_is_not_given_to_another_server(http: HttpServer) -> None:
    with HttpServer() as other:
        stranger = other.add("page", FilePage(b"x"), USER)
        http.add("old", RedirectPage(other.url("page")))
        one = client(http.url("old"), user="operator", password="geheim")
        with pytest.raises(LoginFailed):
            get(one, http.url("old"))
        # The stranger asked, and never saw an answer, though it would have been the right one.
        assert (stranger.requests, stranger.refused) == (0, 1)


def test_a_name_that_changes_its_address_does_not_get_past_the_check(http: HttpServer) -> None:
    http.add("page", FilePage(b"internal"))
    answers = iter([["203.0.113.9"], ["127.0.0.1"], ["127.0.0.1"]])
    url = f"http://rebound.example:{http.port}/page"
    one = client(url, resolver=lambda host, port: next(answers), loopback=False)
    # Asked once per connection, and the connection made to just what was checked.
    with pytest.raises(Unreachable):
        get(one, url)
    with pytest.raises(AddressRefused):
        get(one, url)


def test_the_host_is_named_though_dialled_by_number(http: HttpServer) -> None:
    seen: list[str] = []

    class Page(FilePage):
        def serve(self, exchange: object) -> None:
            seen.append(exchange.header("Host"))  # type: ignore[attr-defined]  # duck for the test
            super().serve(exchange)  # type: ignore[arg-type]  # as above

    http.add("page", Page(b"x"))
    url = f"http://camera.example:{http.port}/page"
    get(client(url, resolver=lambda host, port: ["127.0.0.1"]), url)
    assert seen == [f"camera.example:{http.port}"]


def test_closing_from_another_thread_ends_a_read_at_once(http: HttpServer) -> None:
    http.add("page", FilePage(b"x")).inject(HttpFaults(silent=True))
    dialer = Dialer(allowed=SourceSettings(allow_loopback=True), patience_s=30)
    url = http.url("page")
    one = HttpClient(dialer, parse_address(url, SCHEMES), Login("", SecretStr("")))
    threading.Timer(0.2, one.close).start()
    began = time.monotonic()
    with pytest.raises(SourceError):
        get(one, url)
    assert time.monotonic() - began < 5
