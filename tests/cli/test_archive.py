"""`vedette archive`, from the command line to what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.record.ledgers import filled
from vedette.app import archive_places, open_database
from vedette.cli import main
from vedette.core.footage import Segment
from vedette.core.settings import Settings
from vedette.record.check import Check


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of an installation."""
    return tmp_path / "data"


@pytest.fixture
def rows(data: Path) -> list[Segment]:
    """Four files of a camera."""
    settings = Settings(data_dir=data)
    store = open_database(settings)
    found = filled(archive_places(settings).root, store)
    store.close()
    return found


def run(data: Path, *arguments: str) -> int:
    return main(["archive", *arguments, "--data-dir", str(data)])


def test_check_says_that_all_is_well(
    data: Path, rows: list[Segment], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "check", "--deep") == 0
    assert "Everything fits together." in capsys.readouterr().out


def test_check_names_what_is_wrong_and_mends_it(
    data: Path, rows: list[Segment], capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "recordings" / rows[1].path).unlink()
    assert run(data, "check", "--camera", "yard") == 0
    capsys.readouterr()
    assert run(data, "check") == 1
    assert rows[1].path in capsys.readouterr().out
    assert run(data, "check", "--repair", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["path"], found["repaired"]) == ("missing", rows[1].path, True)
    assert run(data, "check", "--deep") == 0


def test_an_empty_database_is_filled_from_the_disk(
    data: Path, rows: list[Segment], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in data.glob("vedette.db*"):
        path.unlink()
    assert run(data, "check", "--repair") == 0
    store = open_database(Settings(data_dir=data))
    assert store.footage.find("gate", None, (0, 2**60)) == tuple(rows)
    assert [one.cause for one in store.footage.gaps("gate", None, (0, 2**60))] == ["unreachable"]
    store.close()


def test_verify_names_the_file_that_was_changed(
    data: Path, rows: list[Segment], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "verify") == 0
    assert "4 files are what was recorded, 0 breaches" in capsys.readouterr().out
    path = data / "recordings" / rows[2].path
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert run(data, "verify", "--camera", "gate") == 1
    out = capsys.readouterr().out
    assert rows[2].path in out
    assert "changed: 1" in out


def test_interrupted_it_says_what_it_found_so_far(
    data: Path,
    rows: list[Segment],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> list[object]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Check, "look", interrupt)
    assert run(data, "check") == 130
    assert "Interrupted" in capsys.readouterr().out


def test_stats_say_what_there_is_and_how_long_it_lasts(
    data: Path, rows: list[Segment], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "stats") == 0
    out = capsys.readouterr().out
    for words in ("gate", "continuous", "fast", "2025-11-13 02:14", "14 days"):
        assert words in out
    assert run(data, "stats", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["disks"][0]["used_by_footage"] == sum(one.size for one in rows)
    assert found["cameras"][0]["keeps_days"] == 14.0
