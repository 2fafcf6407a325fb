"""What people install is whole: types, licence, plugins and whatever else is no Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module", name="wheel")
def fixture_wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        env={**os.environ, "VEDETTE_NO_WEB": "1"},
        capture_output=True,
        check=True,
    )
    return ZipFile(next(folder.glob("*.whl")))


def test_every_source_is_in_the_wheel(wheel: ZipFile) -> None:
    source = ROOT / "src"
    wanted = {
        str(path.relative_to(source))
        for path in (source / "vedette").rglob("*")
        if path.is_file() and not {"__pycache__", "dist"} & set(path.parts)
    }
    assert wanted - set(wheel.namelist()) == set()
    assert "vedette/py.typed" in wheel.namelist()


def test_the_wheel_carries_the_web_app_that_was_built(wheel: ZipFile) -> None:
    if not (ROOT / "src" / "vedette" / "web" / "dist" / "index.html").is_file():
        pytest.skip("the web app has not been built (make setup)")
    assert "vedette/web/dist/index.html" in wheel.namelist()


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE"])
def test_the_wheel_carries_its_licence(wheel: ZipFile, name: str) -> None:
    inside = next(path for path in wheel.namelist() if path.endswith(f"/licenses/{name}"))
    assert wheel.read(inside) == (ROOT / name).read_bytes()


def test_the_wheel_declares_every_plugin(wheel: ZipFile) -> None:
    inside = next(path for path in wheel.namelist() if path.endswith("/entry_points.txt"))
    parser = ConfigParser(delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keep capitals of names
    parser.read_string(wheel.read(inside).decode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {group: points for group, points in project["entry-points"].items() if points}
    found = {group: dict(parser[group]) for group in parser.sections()}
    assert found == {**declared, "console_scripts": project["scripts"]}
