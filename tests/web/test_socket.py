"""The socket tells what happens, in bounded memory, and never leaves an alarm out."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.store.values import alarm, event
from tests.web.house import SOCKET, House, listening
from tests.web.test_foreign import observation
from vedette.access.rights import RIGHTS, Caller
from vedette.core.facts import (
    AlarmChange,
    LaneStatus,
    ProcessStatus,
    RecorderStatus,
    SiteChanged,
    StreamStatus,
)
from vedette.core.people import User
from vedette.web.broadcast import Letter
from vedette.web.socket_queue import SocketQueue
from vedette.web.spoken import SocketDrop, Subscribe

STREAM = StreamStatus(camera="gate", stream="main", state="live", since_us=1, fps=25.0)
PROCESS = ProcessStatus(name="media-0", state="running", pid=1, restarts=0, since_us=1)


def test_it_greets_with_the_user_and_the_time(house: House) -> None:
    with house.browser() as client, client.websocket_connect(SOCKET) as socket:
        hello = socket.receive_json()
    assert hello == {"kind": "hello", "user": "ada", "time_us": house.clock.now_us()}


def test_it_tells_what_was_asked_for_and_nothing_else(house: House) -> None:
    happening = event(1)
    with house.browser() as client, listening(client, "events", "alarms") as socket:
        house.bus.publish(observation("gate"))
        house.bus.publish(happening)
        house.bus.publish(STREAM)
        house.bus.publish(AlarmChange(alarm=alarm(happening), opened=True))
        told = [socket.receive_json(), socket.receive_json()]
    assert [one["kind"] for one in told] == ["event", "alarm_change"]
    assert told[0]["id"] == happening.id
    assert told[1]["opened"] is True


def test_a_new_subscription_replaces_the_old(house: House) -> None:
    with house.browser() as client, listening(client, "observations") as socket:
        socket.send_json({"subscribe": ["site"], "cameras": None})
        assert socket.receive_json()["kind"] == "subscribed"
        house.bus.publish(observation("gate"))
        house.bus.publish(SiteChanged(revision=7))
        assert socket.receive_json() == {"kind": "site_changed", "revision": 7}


def test_only_the_cameras_asked_for(house: House) -> None:
    with house.browser() as client, listening(client, "observations", cameras=["b"]) as socket:
        for name in ("a", "b"):
            house.bus.publish(observation(name))
        assert socket.receive_json()["camera"] == "b"


def test_what_recorders_tell_arrives_and_keeps_nothing_else_away(house: House) -> None:
    with house.browser() as client, listening(client, "status") as socket:
        house.bus.publish(RecorderStatus(camera="gate", stream="main", recording=True))
        house.bus.publish(LaneStatus(camera="gate", state="running"))
        kinds = [socket.receive_json()["kind"] for _ in range(2)]
        assert sorted(kinds) == ["lane_status", "recorder_status"]


def test_processes_are_told_to_those_who_may_know(house: House) -> None:
    for role, kinds in (("viewer", ["lane_status"]), ("operator", ["process_status"])):
        with house.browser(role) as client, listening(client, "status") as socket:  # type: ignore[arg-type]  # a role
            house.bus.publish(PROCESS)
            house.bus.publish(LaneStatus(camera="gate", state="running"))
            assert [socket.receive_json()["kind"]] == kinds


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", '{"subscribe": ["all"]}', '{"subscribe": [], "x": 1}', "[" * 9999]
)
def test_nonsense_ends_it(house: House, text: str) -> None:
    with house.browser() as client, client.websocket_connect(SOCKET) as socket:
        socket.receive_json()
        socket.send_text(text)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1007


def test_a_right_taken_away_ends_it(house: House) -> None:
    vera = house.add_user("viewer")
    with house.browser("viewer") as client, listening(client, "observations") as socket:
        house.store.users.update(replace(vera, role="none-of-them"))
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4403


def test_everything_said_is_in_the_document(house: House) -> None:
    with house.browser() as client:
        schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("Observation", "AlarmChange", "Hello", "Subscribed", "LiveFormat", "SocketDrop"):
        assert name in schemas


def queue(*topics: str) -> SocketQueue:
    """A queue that has subscribed to these."""
    user = User(id="u", name="ada", role="administrator", created_us=1)
    made = SocketQueue(Caller(user=user, rights=frozenset(RIGHTS), session="s"))
    made.subscribe(Subscribe(subscribe=topics))  # type: ignore[arg-type]  # topics by name
    return made


def letter(kind: str, number: int, subject: str = "gate") -> Letter:
    """Told apart by its number."""
    return Letter(kind=kind, camera="gate", subject=subject, text=json.dumps([kind, number]))


async def drain(waiting: SocketQueue) -> list[tuple[str, int]]:
    """Everything that waits."""
    found: list[tuple[str, int]] = []
    while True:
        try:
            text = await asyncio.wait_for(waiting.next(), 0.01)
        except TimeoutError:
            return found
        assert text is not None
        said = json.loads(text)
        if isinstance(said, list):
            found.append((said[0], said[1]))


def test_a_slow_client_loses_the_oldest_observations_and_no_alarm() -> None:
    async def scene() -> None:
        waiting = queue("observations", "alarms", "events")
        for number in range(1000):
            waiting.offer(letter("observation", number))
            if number % 10 == 0:
                waiting.offer(letter("alarm_change", number))
                waiting.offer(letter("event", number))
        told = await drain(waiting)
        alarms = [number for kind, number in told if kind == "alarm_change"]
        assert alarms == list(range(0, 1000, 10))
        assert [n for kind, n in told if kind == "event"] == alarms
        assert [n for kind, n in told if kind == "observation"] == list(range(600, 1000))
        assert waiting.dropped == 600
        assert waiting.news_of_drops() == SocketDrop(dropped=600)
        assert waiting.news_of_drops() is None

    asyncio.run(scene())


def test_of_a_status_only_the_newest_waits() -> None:
    async def scene() -> None:
        waiting = queue("status", "site")
        for number in range(10_000):
            waiting.offer(letter("stream_status", number, f"gate/{number % 2}"))
            waiting.offer(letter("site_changed", number, ""))
        assert sorted(await drain(waiting)) == [
            ("site_changed", 9999),
            ("stream_status", 9998),
            ("stream_status", 9999),
        ]

    asyncio.run(scene())


def test_rather_than_leave_an_alarm_out_the_socket_is_closed() -> None:
    async def scene() -> None:
        waiting = queue("alarms")
        for number in range(2001):
            waiting.offer(letter("alarm_change", number))
        assert waiting.overrun
        assert await waiting.next() is None

    asyncio.run(scene())
