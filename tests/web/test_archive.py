"""GET /archive: disks, forecasts, warnings; and who is told."""

from __future__ import annotations

from dataclasses import replace

from tests.record.files import DAY_US, segment
from tests.web.house import House, listening
from vedette.core.facts import SystemWarning

FULL = SystemWarning(
    subject="archive.fast",
    code="disk_nearly_full",
    severity="warning",
    message="the fast disk of the archive has 7.0 GiB left",
    since_us=5,
)


def test_the_archive_says_how_it_stands(house: House) -> None:
    house.put_camera("gate")
    now_us = house.clock.now_us()
    files = [
        segment(camera="gate", start_us=now_us - days * DAY_US, size=1_000_000)
        for days in range(1, 11)
    ]
    house.store.footage.put(files)
    house.app.state.wiring.board.take(FULL)
    with house.browser("operator") as client:
        state = client.get("/api/v1/archive").json()
    (disk,) = state["disks"]
    assert (disk["tier"], disk["there"], disk["used_by_footage"]) == ("fast", True, 10_000_000)
    assert 0 < disk["free"] <= disk["total"]
    (camera,) = state["cameras"]
    assert camera["bytes_per_day"] == 1_000_000
    assert (camera["keeps_days"], camera["short"]) == (14.0, False)
    assert camera["kept"][0]["keep"] == "continuous"
    assert [one["message"] for one in state["warnings"]] == [FULL.message]


def test_a_warning_is_on_the_status_until_it_is_over(house: House) -> None:
    board = house.app.state.wiring.board
    board.take(FULL)
    with house.browser("operator") as client:
        assert client.get("/api/v1/status").json()["warnings"][0]["code"] == "disk_nearly_full"
        board.take(replace(FULL, active=False))
        assert client.get("/api/v1/status").json()["warnings"] == []
        board.take(FULL)
        house.clock.sleep(200)  # nobody repeats it
        assert client.get("/api/v1/status").json()["warnings"] == []


def test_viewers_are_not_bothered(house: House) -> None:
    house.app.state.wiring.board.take(FULL)
    with house.browser("viewer") as client:
        assert client.get("/api/v1/status").json()["warnings"] == []
        assert client.get("/api/v1/archive").status_code == 403


def test_a_warning_reaches_the_page_at_once(house: House) -> None:
    with house.browser("operator") as client, listening(client, "status") as socket:
        house.bus.publish(FULL)
        said = socket.receive_json()
    assert (said["kind"], said["code"], said["active"]) == (
        "system_warning",
        "disk_nearly_full",
        True,
    )
