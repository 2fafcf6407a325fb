"""JPEGs for browsers that play no video: as one long answer, and over a socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.live.film import clip, packets
from tests.web.house import PASSWORD, SOCKETS, House
from vedette.core.facts import StreamStatus
from vedette.core.media import Packet
from vedette.ingest.mjpeg import Parts
from vedette.web.serve import WebServer

NAME = "main/320/5"
MJPEG = "/api/v1/cameras/gate/live.mjpeg?width=300"


@pytest.fixture
def gate(house: House) -> House:
    """A server with a camera whose pictures nobody makes yet."""
    house.put_camera("gate")
    house.stills.add("gate", NAME)
    return house


@pytest.fixture
def film(tmp_path: Path, gate: House) -> list[Packet]:
    """JPEGs taken just now."""
    made = packets(clip(tmp_path, "mjpeg"), start_us=gate.clock.now_us())
    return [replace(one, stream=NAME) for one in made]


@pytest.fixture
def server(gate: House) -> Iterator[WebServer]:
    """Listening on a free port."""
    running = WebServer(gate.app, "127.0.0.1", 0)
    running.start()
    yield running
    running.stop()


def headers(house: House, server: WebServer) -> dict[str, str]:
    """A viewer's login."""
    house.add_user("viewer")
    body = {"name": "vera", "password": PASSWORD}
    answer = httpx.post(f"{server.url}/api/v1/token", json=body)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_pictures_come_one_after_the_other(
    gate: House, server: WebServer, film: list[Packet]
) -> None:
    login = headers(gate, server)
    gate.stills.put(film[0])
    with httpx.stream("GET", server.url + MJPEG, headers=login) as answer:
        assert answer.status_code == 200
        kind, _, boundary = answer.headers["Content-Type"].partition("; boundary=")
        assert kind == "multipart/x-mixed-replace"
        reader, seen = Parts(b"--" + boundary.encode()), []
        for piece in answer.iter_bytes():
            seen += [bytes(part) for part in reader.take(piece)]
            if len(seen) == 3:
                break
            gate.stills.put(film[len(seen)])
    assert seen == [one.data for one in film[:3]]


def test_when_the_client_hangs_up_nobody_makes_pictures(
    gate: House, server: WebServer, film: list[Packet]
) -> None:
    login = headers(gate, server)
    gate.stills.put(film[0])
    with httpx.stream("GET", server.url + MJPEG, headers=login) as answer:
        next(answer.iter_bytes())
        assert gate.stills.watching == 1
    deadline = time.monotonic() + 5
    while gate.stills.watching and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gate.stills.watching == 0


def test_it_ends_with_the_login(gate: House, server: WebServer, film: list[Packet]) -> None:
    login = headers(gate, server)
    gate.stills.put(film[0])
    with httpx.stream("GET", server.url + MJPEG, headers=login) as answer:
        pieces = answer.iter_bytes()
        next(pieces)
        gate.clock.sleep(13 * 3600)
        with pytest.raises(httpx.RemoteProtocolError):
            list(pieces)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("gate/live.mjpeg?stream=none", 404),
        ("none/live.mjpeg", 404),
        ("gate/live.mjpeg?fps=11", 422),
        ("gate/live.mjpeg?fps=0", 422),
        ("gate/live.mjpeg?width=8", 422),
    ],
)
def test_what_cannot_be_is_refused(gate: House, address: str, status: int) -> None:
    with gate.browser("viewer") as client:
        assert client.get(f"/api/v1/cameras/{address}").status_code == status


def test_the_socket_sends_times_and_pictures(gate: House, film: list[Packet]) -> None:
    address = f"{SOCKETS}/live/gate/stills?width=300"
    with gate.browser("viewer") as client, client.websocket_connect(address) as socket:
        gate.stills.put(film[0])
        about = json.loads(socket.receive_text())
        picture = socket.receive_bytes()
    assert (about["kind"], about["mime"]) == ("format", "image/jpeg")
    assert int.from_bytes(picture[:8], "big") == film[0].t_us
    assert picture[8:] == film[0].data


def snapshot(client: TestClient, asked: str = "") -> Response:
    """The latest picture, of a camera without a lane."""
    return client.get(f"/api/v1/cameras/gate/snapshot.jpg?width=300{asked}")


def test_without_a_lane_the_newest_picture_is_made_for_the_asker(
    gate: House, film: list[Packet]
) -> None:
    gate.stills.put(film[0])
    gate.clock.sleep(1.5)
    with gate.browser("viewer") as client:
        answer = snapshot(client)
    assert answer.status_code == 200
    assert answer.content == film[0].data
    assert answer.headers["X-Picture-Time-Us"] == str(film[0].t_us)
    assert answer.headers["X-Picture-Age-Ms"] == "1500"


def test_a_stale_picture_is_none(gate: House, film: list[Packet]) -> None:
    gate.stills.put(film[0])
    gate.clock.sleep(8)
    with gate.browser("viewer") as client:
        assert snapshot(client).status_code == 200
        assert snapshot(client, "&max_age_s=5").status_code == 503


def test_of_a_camera_that_is_away_nothing_is_waited_for(gate: House) -> None:
    board = gate.app.state.wiring.board
    board.take(
        StreamStatus(camera="gate", stream="main", state="failed", reason="no route", since_us=1)
    )
    with gate.browser("viewer") as client:
        answer = snapshot(client)
    assert answer.status_code == 503
    assert "no route" in answer.json()["message"]
    assert gate.stills.watches == 0
