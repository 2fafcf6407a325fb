"""Every change leaves an entry; the chain shows whatever is done to it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from dataclasses import replace

import pytest
from fastapi.routing import APIRoute

from tests.web.house import PASSWORD, SECRET, House, camera
from tests.web.test_rights import OPEN, address, rights_of
from vedette.access.audit import changes
from vedette.core.audit import AuditEntry, AuditQuery
from vedette.core.site import Site
from vedette.web.audited import Audited
from vedette.web.callers import declarations

READING = {"GET", "HEAD", "OPTIONS"}


def changing(house: House) -> list[tuple[str, APIRoute]]:
    """Every route that is not only read, found by walking the application."""
    return [
        (method, route)
        for route in house.app.routes
        if isinstance(route, APIRoute)
        for method in sorted(set(route.methods or ()) - READING)
    ]


def entries(house: House) -> tuple[AuditEntry, ...]:
    """All, newest first."""
    return house.store.access.audit.find(AuditQuery(limit=500))


def test_every_changing_route_is_audited(house: House) -> None:
    assert len(changing(house)) > 40
    assert [route.path for _, route in changing(house) if not isinstance(route, Audited)] == []


def test_every_changing_route_writes_who_was_refused(house: House) -> None:
    declared = {(one.path, one.methods): one for one in declarations(house.app.routes)}
    with house.browser("auditor") as client:
        for method, route in changing(house):
            about = declared[(route.path, tuple(sorted(route.methods or ())))]
            if (method, route.path) in OPEN or not rights_of(about):
                continue
            before = len(entries(house))
            answer = client.request(method, address(route.path))
            assert answer.status_code == 403, route.path
            newest = entries(house)[0]
            assert len(entries(house)) == before + 1, route.path
            assert (newest.action, newest.status, newest.actor) == (route.name, 403, "aude")
    assert house.store.access.audit.verify().broken_at is None


def test_a_change_tells_before_and_after_and_no_secret(house: House) -> None:
    with house.browser() as ada:
        ada.post("/api/v1/cameras", json=camera())
        changed = {**camera(secret="another-pass-77"), "name": "Gate two"}
        ada.put("/api/v1/cameras/gate", json=changed)
        told = ada.get("/api/v1/audit").json()["items"]
    put, add = told[0], told[1]
    assert (put["action"], put["object"], put["actor"]) == (
        "put_camera", "/api/v1/cameras/gate", "ada",
    )  # fmt: skip
    parts = {one["path"]: (one["before"], one["after"]) for one in put["changes"]}
    assert parts["cameras.gate.name"] == ('"Gate 大门"', '"Gate two"')
    # that the password changed is told, what it is or was is not
    assert parts["cameras.gate.streams.main.source.secrets.password"] == ('"********"',) * 2
    assert add["changes"][0]["before"] is None
    text = json.dumps(told)
    assert SECRET not in text
    assert "another-pass-77" not in text
    assert PASSWORD not in text


def test_logins_and_their_failures_are_told(house: House) -> None:
    house.add_user("viewer")
    with house.visitor() as client:
        client.post("/api/v1/login", json={"name": "vera", "password": "wrong password"})
        client.post("/api/v1/login", json={"name": "vera", "password": PASSWORD})
        client.post("/api/v1/logout")
    told = [(one.action, one.status, one.actor, bool(one.actor_id)) for one in entries(house)]
    assert told == [
        ("log_out", 204, "vera", True),
        ("log_in", 200, "vera", True),
        ("log_in", 401, "vera", False),
    ]
    assert "wrong password" not in repr(entries(house))


def test_unknown_callers_do_not_fill_the_log(house: House) -> None:
    with house.visitor() as client:
        for method, route in changing(house):
            if (method, route.path) not in OPEN:
                client.request(method, address(route.path))
    assert entries(house) == ()


def test_the_log_is_searched_and_paged(house: House) -> None:
    with house.browser() as ada:
        for number in range(5):
            ada.post("/api/v1/cameras", json=camera(f"cam{number}"))
        first = ada.get("/api/v1/audit?action=add_camera&limit=3").json()
        assert [one["changes"][0]["path"] for one in first["items"]] == [
            "cameras.cam4", "cameras.cam3", "cameras.cam2",
        ]  # fmt: skip
        rest = ada.get(f"/api/v1/audit?action=add_camera&before_seq={first['before_seq']}").json()
        assert len(rest["items"]) == 2
        found = ada.get("/api/v1/audit?text=CAM3").json()["items"]
        assert len(found) == 1
        assert ada.get("/api/v1/audit?actor=nobody").json()["items"] == []
        assert ada.get("/api/v1/audit?text=100%25_").json()["items"] == []


def test_the_log_comes_as_a_file(house: House) -> None:
    with house.browser() as ada, house.visitor() as evil:
        evil.post("/api/v1/login", json={"name": "=cmd|' /C calc'!A0", "password": "x" * 12})
        ada.post("/api/v1/cameras", json=camera())
        rows = list(csv.DictReader(io.StringIO(ada.get("/api/v1/audit/export").text)))
        told = ada.get("/api/v1/audit/export?format=json").json()
    assert [row["action"] for row in rows] == [one["action"] for one in told]
    # a spreadsheet must not take a name for a formula
    assert [row["actor"] for row in rows if row["status"] == "401"] == ["'=cmd|' /C calc'!A0"]


TAMPERING = [
    ("an entry changed", "UPDATE audit SET actor = 'eve' WHERE seq = 2", 2),
    ("an entry removed", "DELETE FROM audit WHERE seq = 2", 2),
    ("the first removed", "DELETE FROM audit WHERE seq = 1", 1),
    ("a hash copied", "UPDATE audit SET chain = (SELECT chain FROM audit WHERE seq = 1)"
     " WHERE seq = 3", 3),
    ("two swapped", "UPDATE audit SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 END"
     " WHERE seq IN (2, 3)", 2),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "statement", "broken_at"), TAMPERING)
def test_whatever_is_done_to_the_log_shows(
    house: House, deed: str, statement: str, broken_at: int
) -> None:
    entry = AuditEntry(t_us=1, actor="ada", via="session", action="put_camera", status=200)
    for number in range(4):
        house.store.access.audit.append(replace(entry, t_us=number))
    assert house.store.access.audit.verify().entries == 4
    database = sqlite3.connect(house.parts.settings.data_dir / "vedette.db")
    # as the application can see it nothing is changed or removed
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        database.execute(statement)
    for trigger in ("audit_no_update", "audit_no_delete"):
        database.execute(f"DROP TRIGGER {trigger}")
    database.execute(statement)
    database.execute("UPDATE audit SET seq = -seq WHERE seq < 0")
    database.commit()
    database.close()
    assert house.store.access.audit.verify().broken_at == broken_at


def test_changes_name_what_differs() -> None:
    before = Site(name="Old", revision=1)
    after = replace(before, name="New", revision=2)
    assert [(one.path, one.before, one.after) for one in changes(before, after)] == [
        ("name", '"Old"', '"New"'),
        ("revision", "1", "2"),
    ]
    assert changes(before, before) == ()
