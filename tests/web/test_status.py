"""How things are doing: status, metrics, health, pictures, plugins, models, connection tests."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from tests.store.values import alarm, event
from tests.web.house import SECRET, House
from vedette.core.errors import StoreError
from vedette.core.facts import (
    AlarmChange,
    LaneStatus,
    Picture,
    PictureWanted,
    ProcessStatus,
    StreamStatus,
)
from vedette.core.value import MASK
from vedette.web.board import Board

LIVE = StreamStatus(camera="gate", stream="main", state="live", since_us=1, fps=25.0, dropped=4)
LANE = LaneStatus(camera="gate", state="running", fps=7.9, wanted_fps=8.0, lag_us=40_000)
PROCESS = ProcessStatus(
    name="analyse-0", state="running", pid=9, restarts=2, since_us=1, rss_bytes=1 << 20
)


def board(house: House) -> Board:
    """What the server knows."""
    known: Board = house.app.state.wiring.board
    return known


def test_status_is_the_newest_that_was_heard(house: House) -> None:
    house.put_camera("gate")
    for message in (LIVE, LANE, PROCESS):
        board(house).take(message)
    with house.browser("operator") as client:
        status = client.get("/api/v1/status").json()
    assert status["streams"][0]["fps"] == 25.0
    assert status["lanes"][0]["lag_us"] == 40_000
    assert status["processes"][0]["restarts"] == 2


def test_viewers_do_not_see_processes(house: House) -> None:
    board(house).take(PROCESS)
    with house.browser("viewer") as client:
        assert client.get("/api/v1/status").json()["processes"] == []


def test_what_nobody_speaks_of_any_more_is_not_called_live(house: House) -> None:
    house.put_camera("gate")
    board(house).take(LIVE)
    board(house).take(LANE)
    house.clock.sleep(10)
    with house.browser() as client:
        status = client.get("/api/v1/status").json()
    assert status["streams"][0]["state"] == "failed"
    assert status["streams"][0]["fps"] == 0.0
    assert "for 10 s" in status["streams"][0]["reason"]
    assert status["lanes"][0]["state"] == "failed"


def test_a_removed_camera_leaves_the_status(house: House) -> None:
    house.put_camera("gate")
    board(house).take(LIVE)
    house.put_camera("yard")
    with house.browser() as client:
        assert client.get("/api/v1/status").json()["streams"] == []


def test_metrics_tell_rates_processes_and_alarms(house: House) -> None:
    happening = event(1)
    house.store.events.add(happening)
    house.store.alarms.put(alarm(happening))
    opened = AlarmChange(alarm=alarm(happening), opened=True)
    for message in (LIVE, LANE, PROCESS, happening, opened):
        board(house).take(message)
    with house.browser("operator") as client:
        answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    for line in (
        'vedette_camera_up{camera="gate",stream="main"} 1.0',
        'vedette_camera_fps{camera="gate",stream="main"} 25.0',
        'vedette_camera_dropped_total{camera="gate",stream="main"} 4.0',
        'vedette_analysed_fps{camera="gate"} 7.9',
        'vedette_lag_seconds{camera="gate"} 0.04',
        'vedette_process_restarts_total{process="analyse-0"} 2.0',
        'vedette_process_rss_bytes{process="analyse-0"} 1.048576e+06',
        'vedette_events_total{camera="gate",rule="fence"} 1.0',
        'vedette_alarms_opened_total{camera="gate",rule="fence"} 1.0',
        'vedette_alarms{state="new"} 1.0',
        'vedette_alarms{state="acknowledged"} 0.0',
    ):
        assert line in answer.text


def test_a_camera_cannot_forge_figures_by_its_name(house: House) -> None:
    board(house).take(LaneStatus(camera='x"} 1\nvedette_evil 1 #', state="running"))
    with house.browser("operator") as client:
        text = client.get("/metrics").text
    assert not re.search(r"^vedette_evil", text, re.MULTILINE)


def test_health_says_ok_and_nothing_else(house: House) -> None:
    with house.visitor() as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_health_says_so_when_the_store_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> int:
        raise StoreError("postgresql://user:hunter2@host is away")

    with house.visitor() as client:
        monkeypatch.setattr(house.store.site, "revision", away)
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "unavailable")


class Lane(threading.Thread):
    """Answers the first wish for a picture."""

    def __init__(self, house: House, answers: int = 1) -> None:
        super().__init__(daemon=True)
        self._wanted = house.bus.subscribe(PictureWanted)
        self._house, self._answers = house, answers
        self.asked: list[PictureWanted] = []

    def run(self) -> None:
        for _ in range(self._answers):
            wish = self._wanted.get(5.0)
            assert wish is not None
            self.asked.append(wish)
            for ticket in ("somebody else's", wish.ticket):
                self._house.bus.publish(
                    Picture(
                        ticket=ticket,
                        camera=wish.camera,
                        t_us=self._house.clock.now_us() - 123_000,
                        width=wish.width or 640,
                        height=360,
                        jpeg=b"\xff\xd8" + ticket.encode(),
                    )
                )


def test_the_newest_picture_comes_from_the_lane(house: House) -> None:
    house.put_camera("gate")
    lane = Lane(house)
    with house.browser("viewer") as client:
        lane.start()
        answer = client.get("/api/v1/cameras/gate/snapshot.jpg?width=320")
        lane.join()
    assert answer.status_code == 200
    assert answer.headers["X-Picture-Time-Us"] == str(house.clock.now_us() - 123_000)
    assert answer.headers["X-Picture-Age-Ms"] == "123"
    assert answer.content == b"\xff\xd8" + lane.asked[0].ticket.encode()
    assert (lane.asked[0].camera, lane.asked[0].width) == ("gate", 320)


def test_a_lane_that_does_not_answer_is_said_to_be_so(house: House) -> None:
    house.put_camera("gate")
    with house.browser("viewer") as client:
        answer = client.get("/api/v1/cameras/gate/snapshot.jpg")
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert "'gate'" in answer.json()["message"]


@pytest.mark.parametrize("width", ["0", "15", "7681", "x"])
def test_a_picture_has_a_sensible_width(house: House, width: str) -> None:
    house.put_camera("gate")
    with house.browser("viewer") as client:
        answer = client.get(f"/api/v1/cameras/gate/snapshot.jpg?width={width}")
    assert answer.status_code == 422


def test_a_picture_of_no_camera_is_not_waited_for(house: House) -> None:
    with house.browser("viewer") as client:
        assert client.get("/api/v1/cameras/none/snapshot.jpg").status_code == 404


def test_a_source_is_tested(house: House) -> None:
    spec = {"kind": "rtsp", "options": {"url": "rtsp://192.0.2.7"}, "secrets": {"password": SECRET}}
    with house.browser() as client:
        answer = client.post("/api/v1/sources/test", json=spec)
    assert answer.json()["ok"] is True
    assert SECRET not in answer.text
    assert house.probe.asked[0].secrets["password"].get_secret_value() == SECRET


def test_a_stored_password_is_never_sent_to_a_tested_source(house: House) -> None:
    house.put_camera("gate")
    spec = {
        "kind": "rtsp",
        "options": {"url": "rtsp://evil.example"},
        "secrets": {"password": MASK},
    }
    with house.browser() as client:
        masked = {**spec, "secrets": {"password": MASK}}
        assert client.post("/api/v1/sources/test", json=masked).status_code == 422
    assert house.probe.asked == []


def test_plugins_come_with_their_options(house: House) -> None:
    with house.browser("viewer") as client:
        rules = client.get("/api/v1/plugins/rule").json()
        assert client.get("/api/v1/plugins/nothing").status_code == 422
    assert all({"kind", "summary", "schema"} <= set(rule) for rule in rules)
    assert all(rule["schema"]["type"] == "object" for rule in rules)


def test_models_name_no_folders(house: House, tmp_path: Path) -> None:
    with house.browser("operator") as client:
        answer = client.get("/api/v1/models")
    assert answer.json() == []
    assert str(tmp_path) not in answer.text
