"""What all tests share: where the shared clips, pictures and models are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.services.chromium", "tests.services.postgres", "tests.services.s3"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of test clips, pictures, models and truth; skips where it is absent, fails in CI."""
    named = os.environ.get("VEDETTE_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    message = f"no test data at {folder} (VEDETTE_TEST_DATA names another place)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
