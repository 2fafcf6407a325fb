"""The web app's files, and nothing else of the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.house import House


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A web app as it is built."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>the app")
    (folder / ".digest").write_text("mark of the build")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-4f2a.js").write_text("run()")
    (tmp_path / "secret.txt").write_text("hunter2")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.mark.parametrize("address", ["/", "/alarms", "/cameras/gate", "/alarms/a-1.2"])
def test_addresses_of_the_app_get_its_index(house: House, dist: Path, address: str) -> None:
    with house.visitor() as client:
        answer = client.get(address)
    assert answer.text == "<!doctype html>the app"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_assets_may_be_kept_for_ever(house: House, dist: Path) -> None:
    with house.visitor() as client:
        answer = client.get("/assets/index-4f2a.js")
        assert answer.text == "run()"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in answer.headers["Cache-Control"]
        assert client.get("/assets/gone.js").status_code == 404
        assert client.get("/favicon.svg").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "address",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "/link.txt",
        "/.digest",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/a%00b",
        "/" + "x" * 5000,
    ],
)
def test_nothing_else_of_the_disk_is_served(house: House, dist: Path, address: str) -> None:
    with house.visitor() as client:
        answer = client.get(address)
    assert "hunter2" not in answer.text
    assert "root:" not in answer.text
    assert "mark of the build" not in answer.text


@pytest.mark.parametrize("address", ["/api", "/api/v1/nothing", "/api/v2/cameras", "/metrics/x"])
def test_unknown_addresses_of_the_api_are_not_pages(house: House, dist: Path, address: str) -> None:
    with house.visitor() as client:
        answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_without_a_built_app_a_page_says_how_to_build_it(house: House) -> None:
    with house.visitor() as client:
        answer = client.get("/")
    assert answer.status_code == 200
    assert "make setup" in answer.text


def test_wrong_methods_are_refused_in_our_form(house: House) -> None:
    with house.visitor() as client:
        answer = client.delete("/api/v1/login")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


def test_the_api_can_be_read_without_any_script(house: House) -> None:
    with house.browser("viewer") as client:
        page = client.get("/docs").text
    assert "<script" not in page
    assert "/api/v1/cameras/{camera_id}" in page
    assert "/api/v1/socket" in page
    assert "Needs cameras.edit." in page
