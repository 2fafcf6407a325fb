"""The whole of it, in processes: from a real stream to an alarm, and back up after every blow."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from pydantic import SecretStr

from tests.end_to_end.installation import Installation, running, until
from vedette.core.site import Camera, RuleSpec, Spec, Stream
from vedette.testing.auth import Login
from vedette.testing.rtsp import MountOptions, RtspServer
from vedette.testing.scenes.film import Film

pytestmark = pytest.mark.timeout(180)
SECRET = "cam-p4ssw0rd"


@pytest.fixture(scope="module")
def server(warehouse: Film) -> Iterator[RtspServer]:
    login = Login(user="viewer", password=SECRET)
    with RtspServer() as one:
        for name, offset_s in (("one", 2.0), ("two", 30.0)):
            one.add(name, warehouse.path, MountOptions(login=login, offset_s=offset_s))
        yield one


@pytest.fixture(scope="module")
def vedette(
    tmp_path_factory: pytest.TempPathFactory, server: RtspServer, warehouse: Film
) -> Iterator[Installation]:
    with running(tmp_path_factory.mktemp("data")) as one:
        for name in ("one", "two"):
            one.add(camera(name, server, warehouse))
        synthetic = Stream(source=Spec(kind="synthetic"))
        one.add(Camera(id="three", name="Three", streams=(synthetic,)))
        yield one


def camera(name: str, server: RtspServer, shown: Film) -> Camera:
    source = Spec(
        kind="rtsp",
        options={"url": server.url(name), "user": "viewer"},
        secrets={"password": SecretStr(SECRET)},
    )
    rules = tuple(
        RuleSpec(id=f"x-{x.id}", name=x.name, kind="crossing",
                 options={"line": x.id, "labels": ["any"]}, cooldown_s=0)
        for x in shown.truth.lines
    )  # fmt: skip
    return Camera(
        id=name,
        name=name.title(),
        streams=(Stream(source=source),),
        lines=shown.truth.lines,
        zones=shown.truth.zones,
        rules=rules,
    )


ALL = ("one", "two", "three")


def test_cameras_become_live_and_are_looked_at_at_their_rate(vedette: Installation) -> None:
    until(lambda: vedette.is_running(*ALL), 30, "three cameras live")

    def at_rate() -> bool:
        return all(
            lane["fps"] == pytest.approx(lane["wanted_fps"], rel=0.15)
            for lane in vedette.lanes().values()
            if lane["awake"]
        )

    until(at_rate, 30, "the analysed rate")
    assert {lane["detector"] for lane in vedette.lanes().values()} == {"classical"}


def test_a_crossing_becomes_an_alarm_with_its_picture(vedette: Installation) -> None:
    with vedette.listening("alarms") as socket:
        deadline = time.monotonic() + 60
        message: dict[str, object] = {}
        while message.get("kind") != "alarm_change":
            message = json.loads(socket.recv(timeout=max(0.1, deadline - time.monotonic())))
        alarm = message["alarm"]
        assert isinstance(alarm, dict)
    assert alarm["id"] in {one["id"] for one in vedette.get("/alarms")["items"]}
    event = vedette.get(f"/events/{alarm['event_ids'][0]}")
    assert event["line"] == "aisle"
    picture = vedette.client.get(f"/api/v1/events/{event['id']}/snapshot.jpg").raise_for_status()
    decoded = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None and decoded.shape == (360, 640, 3)


def test_changing_one_camera_leaves_the_others_alone(
    vedette: Installation, server: RtspServer, warehouse: Film
) -> None:
    before = vedette.lanes()
    opened = server.mount("one").snapshot().opened
    changed = camera("two", server, warehouse)
    vedette.replace(replace(changed, rules=(), analyse_fps=4.0))
    until(lambda: vedette.lanes()["two"]["wanted_fps"] == 4.0, 2.5, "the change")
    until(lambda: vedette.is_running(*ALL), 10, "all cameras live")
    for name in ("one", "three"):
        had = before[name]["frames"]
        until(lambda name=name, had=had: vedette.lanes()[name]["frames"] > had, 5, "its counter")  # type: ignore[misc]
        assert vedette.streams()[name]["reconnects"] == 0
    assert server.mount("one").snapshot().opened == opened


def test_a_disabled_camera_is_let_go_of(
    vedette: Installation, server: RtspServer, warehouse: Film
) -> None:
    two = camera("two", server, warehouse)
    vedette.replace(replace(two, enabled=False))
    until(lambda: server.mount("two").snapshot().playing == 0, 5, "the connection closed")
    vedette.replace(two)
    until(lambda: vedette.is_running("two"), 10, "the camera live again")


@pytest.mark.parametrize("victim", ["media-0", "analyse-0", "analyse-1", "web"])
def test_whoever_is_killed_is_back_and_the_others_never_left(
    vedette: Installation, victim: str
) -> None:
    until(vedette.is_complete, 10, "word of all processes")
    before = vedette.processes()
    if victim not in before:
        pytest.skip(f"there is no {victim} on a machine of {os.cpu_count()} cores")
    os.kill(before[victim]["pid"], signal.SIGKILL)

    def back() -> bool:
        if not (vedette.is_complete() and vedette.is_running(*ALL)):
            return False
        return bool(vedette.processes()[victim]["pid"] != before[victim]["pid"])

    # Five seconds on a machine that has nothing else to do; here tests run beside it.
    until(back, 30, f"everything after {victim} was killed")
    after = vedette.processes()
    assert after[victim]["reason"] == "killed by SIGKILL"
    for name in before:
        if name != victim:
            assert after[name]["pid"] == before[name]["pid"], f"{name} was left alone"


def test_a_camera_that_reboots_is_live_again(vedette: Installation, server: RtspServer) -> None:
    server.kill()
    until(lambda: vedette.streams()["one"]["state"] != "live", 15, "the loss noticed")
    server.restart()
    assert until(lambda: vedette.is_running("one", "two"), 12, "live again") < 10


def test_the_password_is_nowhere_to_be_seen(vedette: Installation) -> None:
    shown = [vedette.client.get(f"/api/v1{path}").text for path in ("/cameras", "/site/export")]
    for process in psutil.Process(vedette.process.pid).children(recursive=True):
        shown += process.cmdline()
    assert not any(SECRET in text for text in shown)
    assert any("********" in text for text in shown)


def test_nothing_of_it_outlives_it(tmp_path: Path) -> None:
    with running(tmp_path, "--set", "analyse.processes=1") as one:
        children = psutil.Process(one.process.pid).children(recursive=True)
        assert len(children) == 3
        began = time.monotonic()
        one.process.send_signal(signal.SIGTERM)
        one.process.wait(20)
        assert time.monotonic() - began < 10
        assert not any(child.is_running() for child in children)
