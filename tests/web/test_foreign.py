"""Rights are good for cameras: whoever may see one camera gets nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.store.values import MINUTE_US, START_US, alarm, event
from tests.web.house import SOCKET, SOCKETS, House, camera, listening
from vedette.core.facts import LaneStatus, Motion, Observation, StreamStatus
from vedette.core.footage import Pin


@pytest.fixture
def guest(house: House) -> Iterator[TestClient]:
    """An administrator of camera `gate` only; `yard` is somebody else's."""
    house.add_user("administrator", cameras=("gate",))
    house.put_camera("gate", "yard")
    for name in ("gate", "yard"):
        seen = event(1, camera=name)
        house.store.events.add(seen)
        house.store.alarms.put(alarm(seen))
    for number, name in (("a", "gate"), ("b", "yard")):
        house.store.footage.put_pin(Pin(id=number, camera=name, start_us=1, end_us=2))
    with house.browser() as client:
        yield client


FOREIGN = event(1, camera="yard").id
SPAN = f"after_us={START_US}&before_us={START_US + MINUTE_US}"


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "/cameras/yard", None),
        ("PUT", "/cameras/yard", camera("yard")),
        ("DELETE", "/cameras/yard", None),
        ("GET", "/cameras/yard/snapshot.jpg", None),
        ("GET", "/cameras/yard/live.mjpeg", None),
        ("GET", "/cameras/yard/live.m3u8", None),
        ("GET", "/cameras/yard/hls/main/1.m4s", None),
        ("GET", "/cameras/yard/zones", None),
        ("GET", "/cameras/yard/lines", None),
        ("GET", "/cameras/yard/rules", None),
        ("DELETE", "/cameras/yard/zones/yard", None),
        ("DELETE", "/cameras/yard/lines/fence", None),
        ("DELETE", "/cameras/yard/rules/enter", None),
        ("GET", f"/events/{FOREIGN}", None),
        ("GET", f"/events/{FOREIGN}/snapshot.jpg", None),
        ("GET", f"/alarms/a-{FOREIGN}", None),
        ("GET", f"/alarms/a-{FOREIGN}/snapshot.jpg", None),
        ("POST", f"/alarms/a-{FOREIGN}/acknowledge", None),
        ("POST", f"/alarms/a-{FOREIGN}/close", {"verdict": "true"}),
        ("GET", f"/cameras/yard/footage?{SPAN}", None),
        ("GET", "/cameras/yard/stills", None),
        ("GET", f"/cameras/yard/stills/{START_US}.jpg", None),
        ("GET", f"/cameras/yard/timeline?{SPAN}", None),
        ("GET", f"/cameras/yard/days?{SPAN}", None),
        ("GET", f"/cameras/yard/boxes?{SPAN}", None),
        ("POST", "/pins", {"camera": "yard", "start_us": 1, "end_us": 2}),
        ("DELETE", "/pins/b", None),
        # the whole site is not the guest's either
        ("GET", "/site/export", None),
        ("PUT", "/site", {"name": "Mine", "time_zone": "UTC", "revision": 1}),
        ("POST", "/cameras", camera("third")),
    ],
)
def test_foreign_objects_are_refused(
    house: House, guest: TestClient, method: str, address: str, body: object
) -> None:
    before = house.store.site.load()
    answer = guest.request(method, f"/api/v1{address}", json=body)
    assert answer.status_code == 403, answer.text
    assert house.store.site.load() == before
    assert house.store.alarms.get(f"a-{FOREIGN}").state == "new"
    assert [pin.id for pin in house.store.footage.pins("yard")] == ["b"]


def test_an_import_is_refused(house: House, guest: TestClient) -> None:
    before = house.store.site.load()
    for dry in ("true", "false"):
        answer = guest.post(f"/api/v1/site/import?dry_run={dry}", content="name: Mine")
        assert answer.status_code == 403
    assert house.store.site.load() == before


@pytest.mark.parametrize("what", ["events", "alarms", "pins"])
def test_lists_leave_foreign_ones_out(guest: TestClient, what: str) -> None:
    for asked in ("", "?camera=yard&camera=gate"):
        items = guest.get(f"/api/v1/{what}{asked}").json()["items"]
        assert [one["camera"] for one in items] == ["gate"]
    assert guest.get(f"/api/v1/{what}?camera=yard").json()["items"] == []


def test_cameras_and_status_leave_foreign_ones_out(house: House, guest: TestClient) -> None:
    board = house.app.state.wiring.board
    for name in ("gate", "yard"):
        board.take(StreamStatus(camera=name, stream="main", state="live", since_us=1))
        board.take(LaneStatus(camera=name, state="running"))
    assert [one["id"] for one in guest.get("/api/v1/cameras").json()] == ["gate"]
    assert [one["id"] for one in guest.get("/api/v1/site").json()["cameras"]] == ["gate"]
    status = guest.get("/api/v1/status").json()
    assert [one["camera"] for one in status["streams"]] == ["gate"]
    assert [one["camera"] for one in status["lanes"]] == ["gate"]
    metrics = guest.get("/metrics").text
    assert 'camera="gate"' in metrics
    assert "yard" not in metrics


def test_the_socket_leaves_foreign_ones_out(house: House, guest: TestClient) -> None:
    with listening(guest, "observations") as socket:
        for name in ("yard", "gate"):
            house.bus.publish(observation(name))
        assert socket.receive_json()["camera"] == "gate"


@pytest.mark.parametrize("address", ["/live/yard", "/live/yard?stream=main", "/live/yard/stills"])
def test_foreign_live_pictures_are_refused(guest: TestClient, address: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        guest.websocket_connect(f"{SOCKETS}{address}") as socket,
    ):
        socket.receive_text()
    assert closed.value.code == 4403


def test_asking_the_socket_for_a_foreign_camera_ends_it(guest: TestClient) -> None:
    with guest.websocket_connect(SOCKET) as socket:
        socket.receive_json()
        socket.send_json({"subscribe": ["alarms"], "cameras": ["gate", "yard"]})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4403


def observation(name: str) -> Observation:
    """Nothing moves."""
    motion = Motion(fraction=0.0, boxes=(), awake=False)
    return Observation(camera=name, t_us=1, motion=motion, tracks=())
