"""A server for each test, over a database that is migrated once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.house import KEY, House, build
from vedette.store import open_store


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, brought up to date."""
    path = tmp_path_factory.mktemp("template") / "vedette.db"
    open_store(str(path), KEY).close()
    return path


@pytest.fixture
def house(tmp_path: Path, template: Path) -> Iterator[House]:
    """A whole server."""
    built = build(tmp_path, template)
    yield built
    built.bus.close()
    built.store.close()
