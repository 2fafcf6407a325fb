"""Other systems' forms, as their documents show them."""

from __future__ import annotations

from tests.web.house import House, camera


def test_status_watch_answers_for_cameras_that_are_dead_too(house: House) -> None:
    with house.browser() as ada:
        assert ada.post("/api/v1/cameras", json=camera("gate")).status_code == 201
        answer = ada.get("/statusWatch")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {
        "gate": {"watching": False, "url": "rtsp://192.0.2.7/main"},
        "err": False,
    }
