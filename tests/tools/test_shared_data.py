"""Tests that need the shared clips are skipped without them, and fail in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NEEDS_CLIPS = "def test_clips(shared_data):\n    assert (shared_data / 'MANIFEST.md').is_file()\n"


@pytest.mark.parametrize(
    ("ci", "named", "closing"),
    [
        (False, False, "1 skipped"),
        (True, False, "1 error"),
        (True, True, "1 passed"),
    ],
)
def test_missing_clips(tmp_path: Path, ci: bool, named: bool, closing: str) -> None:
    tests, clips = tmp_path / "checkout" / "tests", tmp_path / "clips"
    for folder in (tests, clips):
        folder.mkdir(parents=True)
    (clips / "MANIFEST.md").touch()
    # Without the services, which this checkout does not have.
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    plain = "\n".join(x for x in conftest.splitlines() if not x.startswith("pytest_plugins"))
    (tests / "conftest.py").write_text(plain, encoding="utf-8")
    (tests / "test_clips.py").write_text(NEEDS_CLIPS)
    environment = {k: v for k, v in os.environ.items() if k not in {"CI", "VEDETTE_TEST_DATA"}}
    environment |= {"CI": "true"} if ci else {}
    environment |= {"VEDETTE_TEST_DATA": str(clips)} if named else {}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-qrsE",
            "--rootdir",
            tests,
            "-p",
            "no:cacheprovider",
            tests,
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert closing in done.stdout.splitlines()[-1], done.stdout
    assert ("no test data at" in done.stdout) is not named
