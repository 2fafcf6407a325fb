"""The site as a whole, and as a file."""

from __future__ import annotations

import pytest
import yaml

from tests.web.house import SECRET, House, camera
from vedette.core.facts import SiteChanged
from vedette.core.value import MASK


def test_the_site_is_renamed(house: House) -> None:
    house.put_camera("gate")
    with house.browser() as client:
        site = client.get("/api/v1/site").json()
        head = {"name": "Depot", "time_zone": "Asia/Shanghai", "revision": site["revision"]}
        answer = client.put("/api/v1/site", json=head)
        assert answer.status_code == 200, answer.text
        assert answer.json()["revision"] == site["revision"] + 1
        again = client.put("/api/v1/site", json=head)
        assert again.status_code == 409
        assert client.get("/api/v1/site").json()["name"] == "Depot"
        assert [one["id"] for one in client.get("/api/v1/cameras").json()] == ["gate"]


def test_an_unknown_time_zone_is_refused(house: House) -> None:
    with house.browser() as client:
        head = {"name": "X", "time_zone": "../../etc/passwd", "revision": 0}
        answer = client.put("/api/v1/site", json=head)
    assert answer.status_code == 422
    assert "time_zone" in answer.json()["message"]


def test_the_file_masks_secrets_and_keeps_them_on_the_way_back(house: House) -> None:
    house.put_camera("gate")
    with house.browser() as client:
        file = client.get("/api/v1/site/export")
        assert SECRET not in file.text
        assert MASK in file.text
        assert "大门" in file.text
        changed = file.text.replace("name: Yard", "name: Garden")
        answer = client.post("/api/v1/site/import", content=changed.encode())
    assert answer.status_code == 200, answer.text
    stored = house.store.site.load().camera("gate")
    assert stored.zones[0].name == "Garden"
    assert stored.streams[0].source.secrets["password"].get_secret_value() == SECRET


def test_an_import_says_what_it_changes(house: House) -> None:
    house.put_camera("gate", "yard", "door")
    with house.browser() as client:
        plain = yaml.safe_load(client.get("/api/v1/site/export").text)
        plain["cameras"] = [
            plain["cameras"][0],
            {**plain["cameras"][1], "name": "Renamed"},
            camera("new"),
        ]
        plain["name"] = "Depot"
        file = yaml.safe_dump(plain)
        before = house.store.site.load()
        dry = client.post("/api/v1/site/import?dry_run=true", content=file)
        expected = {"added": ["new"], "changed": ["site", "yard"], "removed": ["door"]}
        assert dry.json() == {**expected, "revision": before.revision}
        assert house.store.site.load() == before
        heard = house.bus.subscribe(SiteChanged)
        wet = client.post("/api/v1/site/import", content=file)
        assert wet.json() == {**expected, "revision": before.revision + 1}
        assert heard.get(2.0) == SiteChanged(revision=before.revision + 1)
    assert [one.id for one in house.store.site.load().cameras] == ["gate", "yard", "new"]


def test_an_import_based_on_an_old_revision_is_a_conflict(house: House) -> None:
    house.put_camera("gate")
    with house.browser() as client:
        stale = {"If-Match": '"0"'}
        answer = client.post("/api/v1/site/import", content="name: X", headers=stale)
    assert answer.status_code == 409


# Nine lists that each hold the one before nine times: a thousand million items, if expanded.
LAUGHS = "\n".join(
    [
        "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)),
    ]
)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (LAUGHS, "aliases"),
        ("name: &n X\ngroup: *n", "aliases"),
        ("cameras: !!python/object/apply:os.system ['true']", "not YAML that is read here"),
        ("cameras: !!python/name:os.system", "not YAML that is read here"),
        ("name: !include /etc/passwd", "not YAML that is read here"),
        ("[" * 2000, "nested too deeply"),
        ("{a: " * 2000, "nested too deeply"),
        ("name: X\nname: Y", "'name' stands there twice"),
        ("name: [", "not YAML that is read here"),
        ("- 1\n- 2", "holds no site"),
        ("# nothing", "holds no site"),
        ("", "body: is missing"),
        ("colour: red", "site.colour: there is no such option"),
        ("name: X\n---\nname: Y", "not YAML that is read here"),
        ("cameras:\n- id: gate", "site.cameras.0.name: is missing"),
        ("revision: []", "site.revision"),
        ("name: 2026-99-99", "not YAML that is read here"),
    ],
)
def test_dangerous_or_wrong_files_are_refused_in_words(house: House, file: str, words: str) -> None:
    with house.browser() as client:
        before = house.store.site.load()
        answer = client.post("/api/v1/site/import", content=file.encode())
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["message"]
    assert house.store.site.load() == before


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"name: \x00"])
def test_what_is_no_text_is_refused(house: House, raw: bytes) -> None:
    with house.browser() as client:
        assert client.post("/api/v1/site/import", content=raw).status_code == 422


def test_a_file_that_is_too_large_is_cut_off(house: House) -> None:
    with house.browser() as client:
        answer = client.post("/api/v1/site/import", content=b"#" * (4 * 1024 * 1024 + 1))
        assert answer.status_code == 413
        # larger than other bodies may be, but fine here
        large = b"name: Large\n#" + b"x" * (3 * 1024 * 1024)
        assert client.post("/api/v1/site/import", content=large).status_code == 200


def test_a_secret_cannot_be_moved_to_another_kind_of_source(house: House) -> None:
    house.put_camera("gate")
    with house.browser() as client:
        shown = client.get("/api/v1/cameras/gate").json()
        shown["streams"][0]["source"]["kind"] = "http"
        answer = client.put("/api/v1/cameras/gate", json=shown)
    assert answer.status_code == 422
    assert SECRET not in answer.text


def test_nobody_but_the_administrator_gets_the_file(house: House) -> None:
    house.put_camera("gate")
    with house.browser("operator") as client:
        assert client.get("/api/v1/site/export").status_code == 403
