"""Passwords of cameras and people are in no answer, no log and no error."""

from __future__ import annotations

import re

import pytest

from tests.web.house import PASSWORD, SECRET, House, camera, listening
from tests.web.test_rights import address, everything


def test_no_answer_holds_a_secret(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.put_camera("gate")
    house.add_user("operator")
    stored = house.store.users.password_hash("u-otto")
    with house.browser() as client:
        token = client.cookies["vedette_session"]
        answers = [
            client.request(method, address(route.path))
            for method, route in everything(house.app)
            if method == "GET" and not route.path.endswith("snapshot.jpg")
        ]
        # and those that change things, with what is right and what is wrong
        answers += [
            client.post("/api/v1/cameras", json=camera("yard")),
            client.post("/api/v1/cameras", json=camera("yard")),
            client.post("/api/v1/cameras", json={**camera("x"), "colour": SECRET}),
            client.put("/api/v1/cameras/yard", json={**camera("yard"), "analyse_fps": SECRET}),
            client.post("/api/v1/sources/test", json={"kind": 1, "secrets": {"password": SECRET}}),
            client.post("/api/v1/site/import", content=f"cameras: [{SECRET}"),
            client.post("/api/v1/login", json={"name": "ada", "password": PASSWORD, "x": 1}),
            client.post("/api/v1/login", json={"name": "ada", "password": [PASSWORD]}),
        ]
    written = "".join(capsys.readouterr())
    assert len(answers) > 25
    for answer in answers:
        for secret in (PASSWORD, SECRET, token, stored):
            assert secret not in answer.text, answer.url
    for secret in (PASSWORD, SECRET, token, stored):
        assert secret not in written


def test_no_message_holds_a_secret(house: House) -> None:
    with house.browser() as client, listening(client, "site") as socket:
        client.post("/api/v1/cameras", json=camera())
        assert SECRET not in socket.receive_text()


def test_an_address_with_a_password_in_it_is_not_logged(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    with house.visitor() as client:
        client.get("/api/v1/cameras?password=hunter2")
        client.get("/nothing/hunter2")
    assert "hunter2" not in re.sub(r"\s", "", "".join(capsys.readouterr()))
