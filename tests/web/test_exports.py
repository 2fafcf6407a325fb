"""Exports over HTTP: made, watched and downloaded by those who may see all their cameras."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.record.shelf import START_US, Film, record, shown
from tests.web.house import House
from vedette.access.rights import Caller
from vedette.access.sessions import Sessions
from vedette.cli import main
from vedette.core.footage import Export

WANTED = {"cameras": ["gate"], "start_us": START_US + 1_500_000, "end_us": START_US + 6_000_000}


@pytest.fixture
def ready(house: House) -> House:
    """Two cameras with footage."""
    house.put_camera("gate", "yard")
    house.clock.set_us(START_US + 3_600_000_000)
    folder = house.parts.settings.data_dir / "recordings"
    for name in ("gate", "yard"):
        house.store.footage.put(record(folder, Film(), camera=name))
    return house


@pytest.fixture
def made(ready: House) -> Iterator[None]:
    """Exports are made, each in a process of its own."""
    thread = threading.Thread(target=ready.parts.exports.run)
    thread.start()
    yield
    ready.parts.exports.close()
    thread.join(10)


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("cameras", [["gate"], ["gate", "yard", "gate"]])
def test_an_export_from_asking_to_verifying(
    ready: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], cameras: list[str]
) -> None:
    with ready.browser("operator") as client:
        answer = client.post("/api/v1/exports", json={**WANTED, "cameras": cameras, "note": "x"})
        assert answer.status_code == 201
        export = f"/api/v1/exports/{answer.json()['id']}"
        deadline = time.monotonic() + 40
        while (told := client.get(export).json())["state"] in ("waiting", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (told["state"], told["error"]) == ("done", "")
        download = client.get(f"{export}/download")
        assert download.status_code == 200
        assert len(download.content) == told["size"]
        assert told["name"] in download.headers["content-disposition"]
        part = client.get(f"{export}/download", headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, download.content[10:20])
        key = client.get("/api/v1/export-key").json()["public_key"]
        path = tmp_path / told["name"]
        path.write_bytes(download.content)
        if cameras == ["gate"]:
            assert shown(path)[0] == list(range(15, 60))
        assert main(["verify-export", str(path), "--key", key]) == 0
        assert "genuine" in capsys.readouterr().out
        path.write_bytes(download.content.replace(b"otto", b"anna"))
        assert main(["verify-export", str(path), "--key", key]) == 1
        assert "manifest.json" in capsys.readouterr().out
        assert client.delete(export).status_code == 204
        assert client.get(export).status_code == 404
        assert client.get(f"{export}/download").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"cameras": []},
        {"cameras": ["../etc"]},
        {"end_us": WANTED["start_us"]},
        {"end_us": START_US + 8 * 86_400_000_000},
        {"end_us": START_US + 7_200_000_000},
        {"speed": 2},
    ],
)
def test_wrong_wishes_are_refused(ready: House, wrong: dict[str, object]) -> None:
    with ready.browser("operator") as client:
        assert client.post("/api/v1/exports", json={**WANTED, **wrong}).status_code == 422
        assert client.get("/api/v1/exports").json() == []


def test_cancelling_and_downloading_too_early(ready: House) -> None:
    with ready.browser("operator") as client:
        export = f"/api/v1/exports/{client.post('/api/v1/exports', json=WANTED).json()['id']}"
        assert client.get(f"{export}/download").status_code == 409
        assert client.post(f"{export}/cancel").json()["state"] == "cancelled"
        assert client.post(f"{export}/cancel").status_code == 409
        assert client.get(f"{export}/download").status_code == 409


def test_somebody_elses_export_is_not_touched(ready: House) -> None:
    ready.store.exports.put(
        Export(id="e1", cameras=("gate",), start_us=1, end_us=2, author="anna", made_us=3)
    )
    with ready.browser("operator") as client:
        assert [one["id"] for one in client.get("/api/v1/exports").json()] == ["e1"]
        assert client.post("/api/v1/exports/e1/cancel").status_code == 403
        assert client.delete("/api/v1/exports/e1").status_code == 403
    with ready.browser("administrator") as client:
        assert client.post("/api/v1/exports/e1/cancel").status_code == 200
        assert client.delete("/api/v1/exports/e1").status_code == 204


@pytest.mark.parametrize("address", ["..%2F..%2Fvedette.db", "e1%2F..%2F..", "E1", "%2Fetc"])
def test_only_ids_lead_to_exports(ready: House, address: str) -> None:
    with ready.browser("operator") as client:
        answer = client.get(f"/api/v1/exports/{address}/download")
        assert answer.status_code in (404, 422)


def test_foreign_cameras_stay_foreign(ready: House, monkeypatch: pytest.MonkeyPatch) -> None:
    find = Sessions.find

    def limited(self: Sessions, token: str | None, address: str = "") -> Caller:
        return replace(find(self, token, address), cameras=frozenset({"gate"}))

    monkeypatch.setattr(Sessions, "find", limited)
    for number, cameras in enumerate((("gate",), ("gate", "yard"), ("yard",))):
        ready.store.exports.put(
            Export(
                id=f"e{number}",
                cameras=cameras,
                start_us=1,
                end_us=2,
                author="ada",
                made_us=3,
                state="done",
                name="x.mp4",
            )
        )
    with ready.browser() as guest:
        assert [one["id"] for one in guest.get("/api/v1/exports").json()] == ["e0"]
        for foreign in ("e1", "e2"):
            for method, what in (
                ("GET", ""),
                ("GET", "/download"),
                ("POST", "/cancel"),
                ("DELETE", ""),
            ):
                answer = guest.request(method, f"/api/v1/exports/{foreign}{what}")
                assert answer.status_code == 403, (method, what)
        for wanted in (["yard"], ["gate", "yard"]):
            answer = guest.post("/api/v1/exports", json={**WANTED, "cameras": wanted})
            assert answer.status_code == 403
        assert guest.get("/api/v1/exports/e0/download").status_code == 410
