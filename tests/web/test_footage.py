"""What there is of a camera's past, within limits that are explained; pins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from tests.pipeline.test_boxes import observed, track
from tests.store.values import DAY_US, MINUTE_US, START_US, event, file
from tests.web.house import House
from vedette.core.footage import Activity, Gap
from vedette.pipeline.boxes import pack

GATE = "/api/v1/cameras/gate"
BOX = (0.25, 0.25, 0.5, 0.75)
GAP = Gap(
    camera="gate",
    stream="main",
    start_us=START_US + 2 * MINUTE_US,
    end_us=START_US + 5 * MINUTE_US,
    cause="unreachable",
    detail="nobody answers",
)


@pytest.fixture
def viewer(house: House) -> Iterator[TestClient]:
    """A viewer of a site with a camera that has footage."""
    house.put_camera("gate", "yard")
    house.store.footage.put([file(0), file(1), file(5), file(0, stream="sub"), file(9, open=True)])
    house.store.footage.put_gaps([GAP])
    with house.browser("viewer") as client:
        yield client


def span(first: float, last: float) -> dict[str, int]:
    """Parameters for a span in minutes after the start."""
    return {
        "after_us": START_US + round(first * MINUTE_US),
        "before_us": START_US + round(last * MINUTE_US),
    }


def test_files_and_gaps_of_a_span(viewer: TestClient) -> None:
    got = viewer.get(f"{GATE}/footage", params=span(0.5, 5.5)).json()
    assert (got["camera"], got["stream"]) == ("gate", "main")
    assert [one["id"] for one in got["files"]] == [file(0).id, file(1).id, file(5).id]
    assert got["files"][0]["codec"] == "h264"
    assert "path" not in got["files"][0]
    assert [(one["start_us"], one["cause"], one["detail"]) for one in got["gaps"]] == [
        (GAP.start_us, "unreachable", "nobody answers")
    ]
    assert got["next_us"] == file(9).start_us


def test_another_stream_can_be_asked_for(viewer: TestClient) -> None:
    got = viewer.get(f"{GATE}/footage", params={**span(0, 9), "stream": "sub"}).json()
    assert [one["stream"] for one in got["files"]] == ["sub"]
    assert (got["gaps"], got["next_us"]) == ([], None)


def test_footage_outlives_its_camera(house: House, viewer: TestClient) -> None:
    house.put_camera("yard")
    got = viewer.get(f"{GATE}/footage", params=span(0, 1)).json()
    assert got["stream"] is None
    assert len(got["files"]) == 2
    assert viewer.get("/api/v1/cameras/never/footage", params=span(0, 1)).status_code == 404


def test_a_timeline(house: House, viewer: TestClient) -> None:
    at_us = START_US // 10_000_000 * 10_000_000
    rows = [
        Activity(camera="gate", start_us=at_us + n * MINUTE_US, motion=0.5, objects=n, events=0)
        for n in (1, 6)
    ]
    house.store.activity.put_activity(rows)
    seen = [event(90), event(30), event(30, camera="yard")]
    house.store.events.add_many(seen)
    got = viewer.get(f"{GATE}/timeline", params={**span(0, 10), "buckets": 10}).json()
    assert got["bucket_us"] == MINUTE_US
    assert got["footage"] == [
        [START_US, START_US + 2 * MINUTE_US],
        [START_US + 5 * MINUTE_US, START_US + 6 * MINUTE_US],
        [START_US + 9 * MINUTE_US, START_US + 10 * MINUTE_US],
    ]
    assert [one["cause"] for one in got["gaps"]] == ["unreachable"]
    assert len(got["motion"]) == len(got["objects"]) == 10
    assert [place for place, motion in enumerate(got["motion"]) if motion] == [
        (one.start_us - START_US) // MINUTE_US for one in rows
    ]
    assert sorted(got["objects"])[-2:] == [1, 6]
    assert [one["t_us"] for one in got["events"]] == [seen[1].t_us, seen[0].t_us]
    assert got["event_counts"] is None


@pytest.mark.parametrize("buckets", [1, 7, 999, 1000, 4000])
def test_each_bucket_of_a_timeline_is_in_its_place(
    house: House, viewer: TestClient, buckets: int
) -> None:
    at_us = START_US // 10_000_000 * 10_000_000 + 3_600_000_000
    one = Activity(camera="gate", start_us=at_us, motion=1.0, objects=1)
    house.store.activity.put_activity([one])
    got = viewer.get(f"{GATE}/timeline", params={**span(0, 61.7), "buckets": buckets}).json()
    width = round(61.7 * MINUTE_US)
    [place] = [place for place, motion in enumerate(got["motion"]) if motion]
    assert place == (at_us - START_US) * buckets // width


def test_very_many_events_are_counted_only(house: House, viewer: TestClient) -> None:
    house.store.events.add_many([event(number) for number in range(501)])
    at_us = START_US // 10_000_000 * 10_000_000 + 10_000_000
    house.store.activity.put_activity(
        [Activity(camera="gate", start_us=at_us, motion=0, objects=0, events=501)]
    )
    got = viewer.get(f"{GATE}/timeline", params={**span(0, 10), "buckets": 2}).json()
    assert (got["events"], got["event_counts"]) == ([], [501, 0])


def test_a_calendar(viewer: TestClient) -> None:
    month = {"after_us": START_US - 20 * DAY_US, "before_us": START_US + 10 * DAY_US}
    got = viewer.get(f"{GATE}/days", params=month).json()
    assert got["time_zone"] == "UTC"
    assert [one["day"] for one in got["days"]] == ["2025-11-13"]
    assert got["days"][0]["footage_s"] == pytest.approx(4 * 59.96)
    far = viewer.get(f"{GATE}/days", params={**month, "time_zone": "America/Adak"}).json()
    assert [one["day"] for one in far["days"]] == ["2025-11-12"]
    wrong = viewer.get(f"{GATE}/days", params={**month, "time_zone": "Mars"})
    assert wrong.status_code == 422


def test_boxes_are_those_within_the_span_of_objects_that_were_sure(
    house: House, viewer: TestClient
) -> None:
    ghost = replace(track("ghost", BOX), state="tentative")
    lost = replace(track("a", BOX), state="lost")
    minutes = [
        [observed(START_US + 1, track("a", BOX), ghost), observed(START_US + 9, track("a", BOX))],
        [
            observed(START_US + MINUTE_US, track("a", BOX, 0.8)),
            observed(START_US + MINUTE_US + 5, lost),
        ],
    ]
    house.store.activity.put_chunks([pack(minute) for minute in minutes])
    asked = {"after_us": START_US + 5, "before_us": START_US + 2 * MINUTE_US}
    assert viewer.get(f"{GATE}/boxes", params=asked).json() == {
        "tracks": [
            {
                "id": "a",
                "label": "person",
                "score": 0.8,
                "t_us": [START_US + 9, START_US + MINUTE_US],
                "box": [list(BOX), list(BOX)],
            }
        ]
    }


@pytest.mark.parametrize(
    ("what", "days", "words"),
    [
        ("footage", 7.1, "at most seven days"),
        ("timeline", 401, "at most 400 days"),
        ("days", 401, "at most 400 days"),
        ("boxes", 0.01, "at most ten minutes"),
        ("footage", 0, "should be later than"),
        ("timeline", -1, "should be later than"),
    ],
)
def test_spans_have_limits_that_are_explained(
    viewer: TestClient, what: str, days: float, words: str
) -> None:
    asked = {"after_us": START_US, "before_us": START_US + round(days * DAY_US)}
    answer = viewer.get(f"{GATE}/{what}", params=asked)
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert answer.json()["path"] == ["before_us"]


@pytest.mark.parametrize("asked", [{}, {"after_us": 1}, {"after_us": -1, "before_us": 5}])
def test_a_span_has_two_ends(viewer: TestClient, asked: dict[str, int]) -> None:
    assert viewer.get(f"{GATE}/footage", params=asked).status_code == 422


@pytest.mark.parametrize("buckets", [0, 4001, -1, "x"])
def test_buckets_have_limits(viewer: TestClient, buckets: object) -> None:
    address = f"{GATE}/timeline?buckets={buckets}"
    address += f"&after_us={START_US}&before_us={START_US + MINUTE_US}"
    assert viewer.get(address).status_code == 422


def test_pins_are_made_listed_and_let_go(house: House, viewer: TestClient) -> None:
    wanted = {
        "camera": "gate",
        "start_us": START_US,
        "end_us": START_US + MINUTE_US,
        "note": "the theft",
    }
    assert viewer.post("/api/v1/pins", json=wanted).status_code == 403
    with house.browser("operator") as client:
        made = client.post("/api/v1/pins", json=wanted)
        assert made.status_code == 201
        pin = made.json()
        assert (pin["author"], pin["note"]) == ("otto", "the theft")
        assert house.store.footage.get(file(0).id).keep == "pinned"
        assert client.get("/api/v1/pins").json() == {"items": [pin]}
        assert client.get("/api/v1/pins?camera=yard").json() == {"items": []}
        assert client.delete(f"/api/v1/pins/{pin['id']}").status_code == 204
        assert client.delete(f"/api/v1/pins/{pin['id']}").status_code == 404
    assert house.store.footage.get(file(0).id).keep == "alarm"


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"end_us": START_US}, 422, "should be later"),
        ({"end_us": START_US + 32 * DAY_US}, 422, "at most 31 days"),
        ({"camera": "never"}, 404, "no camera 'never'"),
        ({"camera": "../etc"}, 422, ""),
        ({"keep": "pinned"}, 422, ""),
    ],
)
def test_pins_have_limits(
    house: House, viewer: TestClient, changed: dict[str, object], status: int, words: str
) -> None:
    wanted = {"camera": "gate", "start_us": START_US, "end_us": START_US + MINUTE_US, **changed}
    with house.browser("operator") as client:
        answer = client.post("/api/v1/pins", json=wanted)
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert house.store.footage.pins(None) == ()
