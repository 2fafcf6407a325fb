"""A real store of users, and passwords that cost a test next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from vedette.access.door import Door
from vedette.access.passwords import Passwords
from vedette.access.roles import Roles
from vedette.access.second_factor import SecondFactors
from vedette.access.sessions import Lives, Sessions
from vedette.core.clock import SimulatedClock
from vedette.core.credentials import AccessStores
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
def stores(database: Path, tmp_path: Path, clock: SimulatedClock) -> Iterator[AccessStores]:
    """Nobody yet."""
    path = tmp_path / "vedette.db"
    path.write_bytes(database.read_bytes())
    store = open_store(str(path), KEY, clock=clock)
    yield store.access
    store.close()


@pytest.fixture
def users(stores: AccessStores) -> UserStore:
    """Nobody yet."""
    return stores.users


@pytest.fixture
def roles(stores: AccessStores) -> Roles:
    """Cameras `yard-1` and `yard-2` are in the group Yard."""

    def cameras_of(groups: tuple[str, ...]) -> frozenset[str]:
        return frozenset({"yard-1", "yard-2"}) if "Yard" in groups else frozenset()

    return Roles(stores.roles, stores.users, cameras_of)


@pytest.fixture
def sessions(stores: AccessStores, roles: Roles, clock: SimulatedClock) -> Sessions:
    """Access for a quarter of an hour, twelve hours without use, three days at most."""
    lives = Lives(access_s=900, refresh_s=12 * 3600, longest_s=72 * 3600)
    return Sessions(stores, roles, clock, lives)


@pytest.fixture
def factors(stores: AccessStores, clock: SimulatedClock) -> SecondFactors:
    """Nobody has one yet."""
    return SecondFactors(stores.factors, clock)


@pytest.fixture
def door(
    users: UserStore,
    sessions: Sessions,
    passwords: Passwords,
    factors: SecondFactors,
    clock: SimulatedClock,
) -> Door:
    """Nobody has come in yet."""
    return Door(users, sessions, passwords, factors, clock)


@pytest.fixture
def ada(users: UserStore, passwords: Passwords) -> User:
    """An administrator."""
    user = User(id="u-1", name="Ada", role="administrator", created_us=1)
    users.create(user, passwords.hash("correct horse battery"))
    return user
