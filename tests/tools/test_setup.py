"""On a machine that cannot run Vedette, setup says what is missing and what to type."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("cat", "cut", "dirname", "env", "flock", "grep", "id", "mkdir", "sh", "sha256sum")

# What setup asks of an interpreter is its version and whether it can make environments.
INTERPRETER = """#!/bin/sh
case "$*" in
    *version_info*) echo "{version}" ;;
    *ensurepip*) exit {lacks_venv} ;;
    --version) echo "Python {version}" ;;
    *) exit 9 ;;
esac
"""


@pytest.fixture(name="checkout")
def fixture_checkout(tmp_path: Path) -> Path:
    """A copy of the tools with a PATH of its own in `bin`: no Python, no apt-get."""
    for name in ("setup", "apt"):
        (tmp_path / "tools").mkdir(exist_ok=True)
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools" / name)
    (tmp_path / "bin").mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found, name
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def interpreter(checkout: Path, name: str, *, version: str, lacks_venv: int = 0) -> None:
    """Put a Python on the checkout's PATH; an unusable one gives no version."""
    path = checkout / "bin" / name
    path.write_text(INTERPRETER.format(version=version, lacks_venv=lacks_venv))
    path.chmod(0o755)


def setup(checkout: Path) -> str:
    """What a setup that must fail says."""
    done = subprocess.run(
        [checkout / "tools" / "setup"],
        env={"PATH": str(checkout / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout + done.stderr


def test_no_python_at_all(checkout: Path) -> None:
    said = setup(checkout)
    assert "needs Python 3.11, 3.12 or 3.13 and found none (python3 is absent)" in said
    assert "apt-get install python3.12 python3.12-venv" in said


def test_only_an_unfit_python(checkout: Path) -> None:
    interpreter(checkout, "python3", version="")
    assert "needs Python 3.11, 3.12 or 3.13 and found none" in setup(checkout)


def test_a_python_that_cannot_make_environments(checkout: Path) -> None:
    interpreter(checkout, "python3.12", version="3.12", lacks_venv=1)
    said = setup(checkout)
    assert "Debian and Ubuntu ship that in python3.12-venv" in said
    assert "sudo apt-get install python3.12-venv" in said


def test_an_older_python_that_can_make_environments_is_preferred(checkout: Path) -> None:
    interpreter(checkout, "python3.13", version="3.13", lacks_venv=1)
    interpreter(checkout, "python3.11", version="3.11")
    said = setup(checkout)
    assert "making .venv with Python 3.11" in said
    assert "could not make .venv" in said  # this one only claims that it can
