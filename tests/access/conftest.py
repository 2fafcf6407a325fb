"""A real store of users, and passwords that cost a test next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from vedette.access.passwords import Passwords
from vedette.core.clock import SimulatedClock
from vedette.core.people import User
from vedette.core.ports import UserStore
from vedette.store import open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def clock() -> SimulatedClock:
    """Moves only when told."""
    return SimulatedClock()


@pytest.fixture
def passwords() -> Passwords:
    """With the cheapest parameters there are."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, brought up to date."""
    path = tmp_path_factory.mktemp("access") / "vedette.db"
    open_store(str(path), KEY).close()
    return path


@pytest.fixture
def users(database: Path, tmp_path: Path, clock: SimulatedClock) -> Iterator[UserStore]:
    """Nobody yet."""
    path = tmp_path / "vedette.db"
    path.write_bytes(database.read_bytes())
    store = open_store(str(path), KEY, clock=clock)
    yield store.users
    store.close()


@pytest.fixture
def ada(users: UserStore, passwords: Passwords) -> User:
    """An administrator."""
    user = User(id="u-1", name="Ada", role="administrator", created_us=1)
    users.create(user, passwords.hash("correct horse battery"))
    return user
