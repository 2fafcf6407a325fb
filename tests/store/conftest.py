"""The same tests on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vedette.core.clock import SimulatedClock
from vedette.store import Store, open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "vedette.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def key() -> bytes:
    """The key that passwords are encrypted with."""
    return KEY


@pytest.fixture
def clock() -> SimulatedClock:
    """The store's clock."""
    return SimulatedClock()


@pytest.fixture
def store(where: str, key: bytes, clock: SimulatedClock) -> Iterator[Store]:
    """An open store on an empty database."""
    opened = open_store(where, key, clock=clock)
    yield opened
    opened.close()
