"""The server as it runs for real: a port of its own, many clients, a slow one among them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.live.film import clip, packets
from tests.store.values import alarm, event
from tests.web.house import PASSWORD, House, quick_passwords
from tests.web.test_foreign import observation
from vedette.core.errors import Unavailable
from vedette.core.facts import AlarmChange
from vedette.core.media import Packet
from vedette.web.serve import WebServer, serve
from vedette.web.server import create_app


@pytest.fixture
def server(house: House) -> Iterator[WebServer]:
    """Listening on a free port."""
    running = WebServer(house.app, "127.0.0.1", 0)
    running.start()
    yield running
    running.stop()


def token(house: House, server: WebServer) -> str:
    """A script's login."""
    house.add_user("administrator")
    body = {"name": "ada", "password": PASSWORD}
    answer = httpx.post(f"{server.url}/api/v1/token", json=body)
    found: str = answer.json()["access_token"]
    return found


def open_socket(server: WebServer, token: str, path: str) -> ClientConnection:
    """A socket as a script opens it."""
    return connect(
        f"{server.url.replace('http', 'ws')}/api/v1{path}",
        additional_headers={"Authorization": f"Bearer {token}"},
        max_size=None,
        compression=None,
        # Some are left with much that they never read.
        close_timeout=0.1,
    )


def test_it_listens_where_it_says(house: House, server: WebServer) -> None:
    assert server.port > 0
    assert httpx.get(f"{server.url}/healthz").text == "ok"
    assert "server" not in httpx.get(f"{server.url}/healthz").headers


def test_it_ends_and_gives_the_port_back(house: House) -> None:
    running = WebServer(house.app, "127.0.0.1", 0)
    running.start()
    running.stop()
    running.stop()
    assert not running.running
    with socket.create_server(("127.0.0.1", running.port)):
        pass


def test_it_ends_although_sockets_are_open(house: House) -> None:
    running = WebServer(house.app, "127.0.0.1", 0)
    running.start()
    with open_socket(running, token(house, running), "/socket") as client:
        client.recv()
        before = time.monotonic()
        running.stop()
        assert time.monotonic() - before < 6
        assert not running.running


def test_a_taken_port_is_said_to_be_so(house: House, server: WebServer) -> None:
    with pytest.raises(Unavailable, match=rf"port {server.port} of 127\.0\.0\.1"):
        WebServer(house.app, "127.0.0.1", server.port)


def test_serving_ends_when_told(house: House) -> None:
    web = replace(house.parts.settings.web, port=0)
    parts = replace(house.parts, settings=replace(house.parts.settings, web=web))
    stop = threading.Event()
    ready: list[str] = []

    def listening(server: WebServer) -> None:
        ready.append(httpx.get(f"{server.url}/healthz").text)
        stop.set()

    serve(parts, stop, listening)
    assert ready == ["ok"]


def test_an_address_of_a_proxy_is_not_believed(house: House, server: WebServer) -> None:
    # Otherwise whoever guesses passwords could come from another address each time.
    for number in range(20):
        forged = {"X-Forwarded-For": f"203.0.113.{number}"}
        body = {"name": f"name{number}", "password": PASSWORD}
        httpx.post(f"{server.url}/api/v1/login", json=body, headers=forged)
    answer = httpx.post(
        f"{server.url}/api/v1/login",
        json={"name": "another", "password": PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.99"},
    )
    assert answer.status_code == 429


def test_a_slow_viewer_costs_the_others_nothing(
    house: House, server: WebServer, tmp_path: Path
) -> None:
    house.put_camera("gate")
    house.shelf.add("gate")
    key = token(house, server)
    film = packets(clip(tmp_path))
    with (
        open_socket(server, key, "/live/gate") as quick,
        stuck_socket(server, key, "/api/v1/live/gate") as stuck,
    ):
        sender = threading.Thread(target=send, args=(house, large(film, 20)), daemon=True)
        sender.start()
        got = 0
        while got < 600:
            message = quick.recv(timeout=5)
            got += isinstance(message, bytes) and message[4:8] == b"moof"
        sender.join()
        viewers = house.app.state.wiring.live._channels["gate", "main"].viewers
        dropped = sorted(viewer.dropped for viewer in viewers)
        assert dropped[0] == 0
        assert dropped[1] > 100
        stuck.close()


def send(house: House, film: Iterator[Packet]) -> None:
    """Hand the film on, one group of pictures after the other."""
    for packet in film:
        house.shelf.put(packet)
        if packet.key:
            time.sleep(0.03)


def large(film: list[Packet], times: int) -> Iterator[Packet]:
    """The film again and again, each picture made 100 kB large by a unit that players skip."""
    filler = b"\x00\x00\x00\x01\x06" + b"\x55" * 100_000 + b"\x80"
    span_us = film[-1].t_us - film[0].t_us + 100_000
    for number in range(times):
        for one in film:
            yield replace(one, t_us=one.t_us + number * span_us, data=one.data + filler)


def stuck_socket(server: WebServer, token: str, path: str) -> socket.socket:
    """A client that opens a socket and then never reads again."""
    raw = socket.create_connection(("127.0.0.1", server.port))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Authorization: Bearer {token}",
    ]
    raw.sendall("\r\n".join([*lines, "", ""]).encode())
    assert raw.recv(12) == b"HTTP/1.1 101"
    return raw


def test_a_client_that_does_not_read_delays_no_alarm_of_others(
    house: House, server: WebServer
) -> None:
    key = token(house, server)
    with (
        open_socket(server, key, "/socket") as quick,
        open_socket(server, key, "/socket") as slow,
    ):
        for one in (quick, slow):
            one.recv()
            one.send('{"subscribe": ["observations", "alarms"]}')
            one.recv()
        for number in range(3000):
            house.bus.publish(observation("gate"))
            if number % 1000 == 999:
                happening = event(number)
                house.bus.publish(AlarmChange(alarm=alarm(happening), opened=True))
                said = ""
                while "alarm_change" not in said:
                    said = str(quick.recv(timeout=2))
                assert happening.id in said


def test_the_whole_application_starts_with_real_parts(house: House) -> None:
    app = create_app(house.parts, passwords=quick_passwords())
    assert app.state.wiring.parts is house.parts
