"""Live pictures over the socket play, and say why when they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from tests.live.film import clip, packets, play
from tests.web.house import SOCKETS, House
from vedette.core.facts import StreamStatus
from vedette.core.media import Packet

LIVE = f"{SOCKETS}/live/gate"


@pytest.fixture
def film(tmp_path: Path) -> list[Packet]:
    """Thirty pictures, a key frame in every ten."""
    return packets(clip(tmp_path))


@pytest.fixture
def gate(house: House) -> House:
    """A server with a camera."""
    house.put_camera("gate")
    house.shelf.add("gate")
    return house


def receive(socket: WebSocketTestSession, count: int) -> tuple[dict[str, object], list[bytes]]:
    """The format, then the init segment and that many fragments."""
    about: dict[str, object] = json.loads(socket.receive_text())
    return about, [socket.receive_bytes() for _ in range(count + 1)]


def test_what_arrives_plays_at_its_times(gate: House, film: list[Packet]) -> None:
    with gate.browser("viewer") as client, client.websocket_connect(LIVE) as socket:
        for packet in film:
            gate.shelf.put(packet)
        about, parts = receive(socket, len(film))
    assert about["kind"] == "format"
    assert str(about["mime"]).startswith('video/mp4; codecs="avc1.')
    assert (about["codec"], about["width"], about["height"]) == ("h264", 160, 96)
    shown = play(*parts)
    base_us = about["base_t_us"]
    assert isinstance(base_us, int)
    assert len(shown.times_us) == len(film)
    for t_us, packet in zip(shown.times_us, film, strict=True):
        assert abs(base_us + t_us - packet.t_us) <= 12


def test_a_late_viewer_sees_a_picture_at_once(gate: House, film: list[Packet]) -> None:
    for packet in film[:15]:
        gate.shelf.put(packet)
    with gate.browser("viewer") as client, client.websocket_connect(LIVE) as socket:
        about, parts = receive(socket, 5)
    base_us = about["base_t_us"]
    assert isinstance(base_us, int)
    assert [base_us + t for t in play(*parts).times_us] == [one.t_us for one in film[10:15]]


def test_the_format_is_told_anew_when_it_changes(
    gate: House, film: list[Packet], tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = packets(clip(folder, "hevc"), start_us=film[-1].t_us + 100_000)
    with gate.browser("viewer") as client, client.websocket_connect(LIVE) as socket:
        for packet in [*film[:3], *other[:3]]:
            gate.shelf.put(packet)
        first, _ = receive(socket, 3)
        second, parts = receive(socket, 3)
    assert (first["codec"], second["codec"]) == ("h264", "hevc")
    assert len(play(*parts).times_us) == 3


def test_jpegs_come_with_their_times(gate: House, tmp_path: Path) -> None:
    film = packets(clip(tmp_path, "mjpeg"))
    with gate.browser("viewer") as client, client.websocket_connect(LIVE) as socket:
        gate.shelf.put(film[0])
        about = json.loads(socket.receive_text())
        picture = socket.receive_bytes()
    assert about["mime"] == "image/jpeg"
    assert int.from_bytes(picture[:8], "big") == film[0].t_us
    assert picture[8:] == film[0].data


def test_a_stream_that_is_silent_says_why(gate: House) -> None:
    silent = StreamStatus(
        camera="gate", stream="main", state="silent", reason="no packet for 9 s", since_us=1
    )
    gate.app.state.wiring.board.take(silent)
    with gate.browser("viewer") as client, client.websocket_connect(LIVE) as socket:
        told = json.loads(socket.receive_text())
    assert told == {"kind": "state", "state": "silent", "reason": "no packet for 9 s"}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{SOCKETS}/live/none", 4404),
        (f"{LIVE}?stream=none", 4404),
        # no such route: refused before it opens
        (f"{SOCKETS}/live/..%2f", 1000),
        (f"{SOCKETS}/nothing", 1000),
    ],
)
def test_what_is_not_there_is_said_to_be_so(gate: House, address: str, code: int) -> None:
    with (
        gate.browser("viewer") as client,
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect(address) as socket,
    ):
        socket.receive_text()
    assert closed.value.code == code


def test_it_ends_with_the_login(gate: House, film: list[Packet]) -> None:
    with gate.browser("viewer") as client, client.websocket_connect(LIVE) as socket:
        gate.shelf.put(film[0])
        receive(socket, 1)
        gate.clock.sleep(13 * 3600)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 4401


def test_when_the_viewer_leaves_nobody_reads_the_stream(gate: House, film: list[Packet]) -> None:
    gate.shelf.put(film[0])
    with gate.browser("viewer") as client:
        with client.websocket_connect(LIVE) as socket:
            receive(socket, 1)
            assert gate.shelf.watching == 1
        assert gate.shelf.watching == 0
        assert gate.app.state.wiring.live.watched() == {}
