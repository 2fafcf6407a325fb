"""Cameras, zones, lines and rules through the API."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.web.house import SECRET, House, camera
from vedette.core.facts import SiteChanged
from vedette.core.value import MASK


def test_a_camera_is_made_read_changed_and_removed(house: House) -> None:
    with house.browser() as client:
        made = client.post("/api/v1/cameras", json=camera())
        assert made.status_code == 201
        assert client.get("/api/v1/cameras/gate").json() == made.json()
        changed = client.put("/api/v1/cameras/gate", json={**camera(), "name": "Back gate"})
        assert changed.json()["name"] == "Back gate"
        assert [one["id"] for one in client.get("/api/v1/cameras").json()] == ["gate"]
        assert client.delete("/api/v1/cameras/gate").status_code == 204
        assert client.get("/api/v1/cameras/gate").status_code == 404


def test_a_change_is_told_on_the_bus(house: House) -> None:
    heard = house.bus.subscribe(SiteChanged)
    with house.browser() as client:
        answer = client.post("/api/v1/cameras", json=camera())
    message = heard.get(2.0)
    assert message is not None
    assert answer.headers["ETag"] == f'"{message.revision}"'


def test_the_stored_password_is_masked_and_kept(house: House) -> None:
    with house.browser() as client:
        shown = client.post("/api/v1/cameras", json=camera()).json()
        assert shown["streams"][0]["source"]["secrets"] == {"password": MASK}
        client.put("/api/v1/cameras/gate", json={**shown, "name": "Renamed"})
    stored = house.store.site.load().camera("gate").streams[0].source.secrets["password"]
    assert stored.get_secret_value() == SECRET


def test_a_masked_password_that_was_never_stored_is_refused(house: House) -> None:
    with house.browser() as client:
        answer = client.post("/api/v1/cameras", json=camera(secret=MASK))
    assert answer.status_code == 422
    assert "password" in answer.json()["message"]
    assert house.store.site.load().cameras == ()


def test_a_stale_revision_is_a_conflict(house: House) -> None:
    with house.browser() as client:
        first = client.post("/api/v1/cameras", json=camera())
        client.put("/api/v1/cameras/gate", json={**camera(), "name": "Somebody else's"})
        stale = {"If-Match": first.headers["ETag"]}
        late = client.put("/api/v1/cameras/gate", json={**camera(), "name": "Mine"}, headers=stale)
        assert late.status_code == 409
        assert late.json()["code"] == "conflict"
        assert client.get("/api/v1/cameras/gate").json()["name"] == "Somebody else's"


def test_two_cameras_changed_at_once_do_not_disturb_each_other(house: House) -> None:
    house.put_camera("gate", "yard")
    with house.browser() as client:
        client.put("/api/v1/cameras/gate", json={**camera("gate"), "name": "A"})
        client.put("/api/v1/cameras/yard", json={**camera("yard"), "name": "B"})
        assert [one["name"] for one in client.get("/api/v1/cameras").json()] == ["A", "B"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        # what the type refuses
        ({"analyse_fps": 0}, 422, "analyse_fps"),
        ({"colour": "red"}, 422, "colour"),
        ({"id": "Gate"}, 422, "id"),
        ({"name": "x" * 121}, 422, "name"),
        (
            {"zones": [{"id": "z", "name": "Z", "polygon": [[0, 0], [2, 0], [1, 1]]}]},
            422,
            "zones.0",
        ),
        # what its plugins refuse
        (
            {"streams": [{"source": {"kind": "rtsp", "options": {"misspelt": 1}}}]},
            422,
            "cameras.gate: streams.main.misspelt: there is no such option",
        ),
        ({"zones": []}, 422, "there is no zone 'yard'"),
    ],
)
def test_a_wrong_camera_is_refused_in_words(
    house: House, change: dict[str, object], status: int, words: str
) -> None:
    with house.browser() as client:
        answer = client.post("/api/v1/cameras", json={**camera(), **change})
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert SECRET not in answer.text
    assert house.store.site.load().cameras == ()


def test_a_password_among_the_options_is_refused(house: House) -> None:
    open_secret = {"url": "rtsp://192.0.2.7/main", "password": SECRET}
    streams = [{"source": {"kind": "rtsp", "options": open_secret}}]
    with house.browser() as client:
        answer = client.post("/api/v1/cameras", json={**camera(), "streams": streams})
    assert answer.status_code == 422
    where = ["cameras", "gate", "streams", "main", "source", "options", "password"]
    assert answer.json()["path"] == where
    assert "under secrets" in answer.json()["message"]
    assert SECRET not in answer.text


def test_the_same_id_twice_is_a_conflict(house: House) -> None:
    with house.browser() as client:
        client.post("/api/v1/cameras", json=camera())
        assert client.post("/api/v1/cameras", json=camera()).status_code == 409


def test_a_body_must_name_the_camera_of_its_address(house: House) -> None:
    house.put_camera("gate")
    with house.browser() as client:
        answer = client.put("/api/v1/cameras/gate", json=camera("yard"))
    assert answer.status_code == 422
    assert answer.json()["path"] == ["id"]


PARTS = [
    ("zones", {"id": "door", "name": "Door", "polygon": [[0, 0], [0.5, 0], [0.5, 0.5]]}),
    ("lines", {"id": "rail", "name": "Rail", "points": [[0, 0], [0.5, 1]]}),
    ("rules", {"id": "stay", "name": "Stay", "kind": "loitering", "options": {}}),
]


@pytest.mark.parametrize(("what", "part"), PARTS, ids=[what for what, _ in PARTS])
def test_parts_of_a_camera_are_added_changed_and_removed(
    house: House, what: str, part: dict[str, object]
) -> None:
    house.put_camera("gate")
    address = f"/api/v1/cameras/gate/{what}"
    with house.browser() as client:
        before = ids(client, address)
        assert client.put(f"{address}/{part['id']}", json=part).status_code == 200
        assert ids(client, address) == [*before, part["id"]]
        client.put(f"{address}/{part['id']}", json={**part, "name": "Other"})
        assert client.get(address).json()[-1]["name"] == "Other"
        assert client.delete(f"{address}/{part['id']}").status_code == 204
        assert ids(client, address) == before
        assert client.delete(f"{address}/{part['id']}").status_code == 404


def test_a_zone_that_a_rule_uses_stays(house: House) -> None:
    house.put_camera("gate")
    with house.browser() as client:
        answer = client.delete("/api/v1/cameras/gate/zones/yard")
        assert answer.status_code == 422
        assert "there is no zone 'yard'" in answer.json()["message"]
        assert answer.json()["path"] == ["cameras", "gate", "rules", "enter", "zone"]
        assert ids(client, "/api/v1/cameras/gate/zones") == ["yard"]


def ids(client: TestClient, address: str) -> list[str]:
    """Ids of a list."""
    return [one["id"] for one in client.get(address).json()]
