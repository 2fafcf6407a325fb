"""Kept pictures: listed by time, fetched by moment, for those who may see the camera's footage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.web.house import House
from vedette.record.growing import MARK
from vedette.record.stills import StillArchive

GATE = "/api/v1/cameras/gate/stills"
START_US = 1_795_084_200_000_000
MINUTE_US = 60_000_000


@pytest.fixture
def viewer(house: House, tmp_path: Path) -> Iterator[TestClient]:
    """A viewer of a site with three pictures of one camera."""
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / MARK).write_text("")
    house.put_camera("gate", "yard")
    kept = StillArchive(tmp_path / "recordings")
    for minute in range(3):
        kept.put("gate", START_US + minute * MINUTE_US, b"jpeg%d" % minute)
    with house.browser("viewer") as client:
        yield client


def moments(client: TestClient, **asked: int) -> list[int]:
    """Which pictures are listed, as minutes."""
    got = client.get(GATE, params=asked).json()
    return [(one["t_us"] - START_US) // MINUTE_US for one in got["items"]]


def test_they_are_listed_by_time(viewer: TestClient) -> None:
    assert moments(viewer) == [0, 1, 2]
    assert moments(viewer, after_us=START_US + 1) == [1, 2]
    assert moments(viewer, before_us=START_US + MINUTE_US) == [0]
    got = viewer.get(GATE, params={"limit": 2}).json()
    assert got["next_us"] == START_US + 2 * MINUTE_US
    assert got["items"][0] == {"t_us": START_US, "size": 5}
    assert viewer.get(GATE, params={"after_us": got["next_us"]}).json()["next_us"] is None


def test_one_is_fetched_once_and_then_known(viewer: TestClient) -> None:
    got = viewer.get(f"{GATE}/{START_US + MINUTE_US}.jpg")
    assert (got.status_code, got.content) == (200, b"jpeg1")
    assert got.headers["content-type"] == "image/jpeg"
    assert "private" in got.headers["cache-control"]
    again = viewer.get(
        f"{GATE}/{START_US + MINUTE_US}.jpg", headers={"If-None-Match": got.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", [f"{START_US + 1}.jpg", "0.jpg", "-1.jpg", "x.jpg", "1.png"])
def test_what_is_not_there_is_no_picture(viewer: TestClient, name: str) -> None:
    assert viewer.get(f"{GATE}/{name}").status_code in (404, 422)


def test_they_outlive_their_camera(house: House, viewer: TestClient) -> None:
    house.put_camera("yard")
    assert moments(viewer) == [0, 1, 2]
    assert viewer.get("/api/v1/cameras/never/stills").status_code == 404
    assert viewer.get("/api/v1/cameras/yard/stills").json()["items"] == []


def test_other_peoples_cameras_are_refused(house: House, viewer: TestClient) -> None:
    house.add_user("operator", cameras=("yard",))
    with house.browser("operator") as client:
        assert client.get(GATE).status_code == 403
        assert client.get(f"{GATE}/{START_US}.jpg").status_code == 403
        assert client.get("/api/v1/cameras/yard/stills").status_code == 200


def test_without_the_right_to_footage_there_are_none(house: House, viewer: TestClient) -> None:
    with house.browser("auditor") as client:
        assert client.get(GATE).status_code == 403
        assert client.get(f"{GATE}/{START_US}.jpg").status_code == 403
    with house.visitor() as client:
        assert client.get(f"{GATE}/{START_US}.jpg").status_code == 401
