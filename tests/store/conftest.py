"""The same tests on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services.postgres import PostgresServer
from vedette.core.clock import SimulatedClock
from vedette.store import Store, open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "vedette.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def tables(postgres_server: PostgresServer) -> Iterator[str]:
    """Address of a database with nothing but tables, to make copies of: sooner than tables."""
    with postgres_server.database() as url:
        open_store(url, KEY).close()
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database that holds nothing but, perhaps, tables."""
    if request.param == "sqlite":
        yield str(tmp_path / "vedette.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database(like=request.getfixturevalue("tables")) as url:
        yield url


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
    """An open store with nothing in it."""
    opened = open_store(where, key, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lasting_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store for all tests of a module, which change nothing once it is filled."""
    with ExitStack() as stack:
        where = str(tmp_path_factory.mktemp("store") / "vedette.db")
        if request.param == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            where = stack.enter_context(server.database())
        opened = open_store(where, KEY)
        yield opened
        opened.close()
