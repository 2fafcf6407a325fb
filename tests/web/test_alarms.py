"""Events and alarms: lists, single ones, pictures and answers."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.store.values import START_US, alarm, event
from tests.web.house import House
from vedette.core.facts import AlarmChange, Event


def picture(path: Path, width: int = 320, height: int = 180) -> bytes:
    """A grey JPEG, stored there."""
    done, encoded = cv2.imencode(".jpg", np.full((height, width, 3), 90, np.uint8))
    assert done
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded.tobytes())
    return encoded.tobytes()


def filled(house: House, count: int = 3) -> list[Event]:
    """Events a second apart, each with its alarm."""
    found = [event(number) for number in range(count)]
    for one in found:
        house.store.events.add(one)
        house.store.alarms.put(alarm(one))
    return found


def test_events_come_newest_first_page_by_page(house: House) -> None:
    stored = filled(house, 5)
    with house.browser("viewer") as client:
        page = client.get("/api/v1/events?limit=2").json()
        rest = client.get("/api/v1/events", params={"limit": 50, "cursor": page["cursor"]}).json()
    got = [one["id"] for one in page["items"] + rest["items"]]
    assert got == [one.id for one in reversed(stored)]
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 3),
        ("camera=gate", 3),
        ("camera=yard", 0),
        ("camera=yard&camera=gate", 3),
        ("rule=fence&label=person", 3),
        ("label=car", 0),
        (f"after_us={START_US + 1_000_000}", 2),
        (f"before_us={START_US + 1_000_000}", 1),
    ],
)
def test_events_are_filtered(house: House, asked: str, count: int) -> None:
    filled(house)
    with house.browser("viewer") as client:
        assert len(client.get(f"/api/v1/events?{asked}").json()["items"]) == count


@pytest.mark.parametrize(
    "asked",
    [
        "limit=0",
        "limit=501",
        "after_us=-1",
        "after_us=99999999999999999999",
        "camera=" + "x" * 200,
        "cursor=nonsense",
        "cursor=" + "x" * 500,
        "before_us=abc",
    ],
)
@pytest.mark.parametrize("what", ["events", "alarms"])
def test_wrong_filters_are_refused(house: House, what: str, asked: str) -> None:
    with house.browser("viewer") as client:
        answer = client.get(f"/api/v1/{what}?{asked}")
    assert answer.status_code == 422, answer.text


def test_alarms_are_filtered_by_state(house: House) -> None:
    stored = filled(house)
    with house.browser() as client:
        client.post(f"/api/v1/alarms/a-{stored[0].id}/acknowledge")
        states = ("new", "acknowledged", "closed")
        found = {s: client.get(f"/api/v1/alarms?state={s}").json()["items"] for s in states}
        both = client.get("/api/v1/alarms?state=new&state=acknowledged").json()["items"]
        assert client.get("/api/v1/alarms?state=angry").status_code == 422
    assert [len(one) for one in found.values()] == [2, 1, 0]
    assert len(both) == 3


def test_an_alarm_is_acknowledged_and_closed_by_name(house: House) -> None:
    stored = filled(house, 1)
    heard = house.bus.subscribe(AlarmChange)
    address = f"/api/v1/alarms/a-{stored[0].id}"
    with house.browser("operator") as client:
        mine = client.post(f"{address}/acknowledge").json()
        assert (mine["state"], mine["owner"]) == ("acknowledged", "otto")
        assert client.post(f"{address}/acknowledge").status_code == 409
        body = {"verdict": "false", "note": "a fox 🦊"}
        closed = client.post(f"{address}/close", json=body).json()
        assert (closed["state"], closed["verdict"], closed["note"]) == (
            "closed",
            "false",
            "a fox 🦊",
        )
        assert client.post(f"{address}/close", json=body).status_code == 409
        assert client.get(address).json() == closed
    states = []
    while (change := heard.get(0)) is not None:
        assert not change.opened
        states.append(change.alarm.state)
    assert states == ["acknowledged", "closed"]


@pytest.mark.parametrize(
    "body", [{}, {"verdict": "maybe"}, {"verdict": "true", "note": "x" * 2001}]
)
def test_a_wrong_verdict_changes_nothing(house: House, body: dict[str, object]) -> None:
    stored = filled(house, 1)
    with house.browser() as client:
        address = f"/api/v1/alarms/a-{stored[0].id}"
        assert client.post(f"{address}/close", json=body).status_code == 422
        assert client.get(address).json()["state"] == "new"


def test_a_picture_comes_with_or_without_boxes(house: House) -> None:
    stored = filled(house, 1)[0]
    assert stored.snapshot is not None
    raw = picture(house.parts.snapshots / stored.snapshot)
    with house.browser("viewer") as client:
        for address in (f"/api/v1/events/{stored.id}", f"/api/v1/alarms/a-{stored.id}"):
            plain = client.get(f"{address}/snapshot.jpg?boxes=false")
            assert plain.content == raw
            drawn = client.get(f"{address}/snapshot.jpg")
            assert drawn.headers["Content-Type"] == "image/jpeg"
            assert drawn.headers["Cache-Control"] == "no-store"
            before, after = (
                cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR)
                for one in (raw, drawn.content)
            )
            assert before is not None
            assert after is not None
            changed = np.abs(before.astype(int) - after.astype(int)).max(axis=2) > 60
            # the left edge of the box at x 0.1, from y 0.2 to 1/3
            assert changed[36:60, 30:34].any(axis=1).all()
            assert not changed[70:170, 40:300].any()


def test_an_event_without_a_picture_says_so(house: House) -> None:
    bare = event(1, snapshot=None)
    house.store.events.add(bare)
    gone = event(2)
    house.store.events.add(gone)
    with house.browser("viewer") as client:
        for one in (bare, gone):
            answer = client.get(f"/api/v1/events/{one.id}/snapshot.jpg")
            assert answer.status_code == 404
            assert "picture" in answer.json()["message"]


ESCAPES = [
    "../secret.jpg",
    "2025/../../secret.jpg",
    "/etc/passwd",
    "..",
    "",
    "2025//secret.jpg",
    "2025\\..\\secret.jpg",
    ".hidden.jpg",
    "link/secret.jpg",
    "direct.jpg",
    "folder",
    "x\0.jpg",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_picture_is_never_taken_from_elsewhere(house: House, name: str, tmp_path: Path) -> None:
    folder = house.parts.snapshots
    secret = tmp_path / "elsewhere"
    picture(secret / "secret.jpg")
    picture(folder.parent / "secret.jpg")
    folder.mkdir()
    (folder / "folder").mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "direct.jpg").symlink_to(secret / "secret.jpg")
    seen = event(1, snapshot=name)
    house.store.events.add(seen)
    with house.browser("viewer") as client:
        assert client.get(f"/api/v1/events/{seen.id}/snapshot.jpg").status_code == 404


@pytest.mark.parametrize(
    "wanted", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00b", "x" * 400, "..%5c..%5cboot.ini"]
)
@pytest.mark.parametrize("kind", ["events", "alarms", "cameras"])
def test_ids_lead_nowhere_else(house: House, kind: str, wanted: str) -> None:
    with house.browser() as client:
        for tail in ("", "/snapshot.jpg"):
            answer = client.get(f"/api/v1/{kind}/{wanted}{tail}")
            assert answer.status_code in (404, 422), answer.text
            assert "root:" not in answer.text
