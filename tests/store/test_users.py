"""Users and their logins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vedette.core.errors import Conflict, NotFound
from vedette.core.people import LoginSession, User
from vedette.store import Store

MAIA = User(id="u1", name="Maia", role="administrator", created_us=5)
OLAF = User(id="u2", name="ölaf@example.org", role="viewer", enabled=False, created_us=7)


def login(login_id: str, user: User = MAIA, *, seen_us: int = 10) -> LoginSession:
    """A login that expires a hundred microseconds after it was seen."""
    return LoginSession(
        id=login_id,
        user_id=user.id,
        created_us=1,
        expires_us=seen_us + 100,
        seen_us=seen_us,
        address="::1",
        agent="a browser",
    )


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    """Both are there."""
    store.users.create(OLAF, "hash of Olaf")
    store.users.create(MAIA, "hash of Maia")


def test_users_come_back_as_they_were(store: Store) -> None:
    assert store.users.get("u2") == OLAF
    assert store.users.all() == (MAIA, OLAF)
    assert store.users.count() == 2
    assert store.users.password_hash("u1") == "hash of Maia"


@pytest.mark.parametrize("name", ["Maia", "maia", "MAIA"])
def test_a_name_is_the_same_in_any_case(store: Store, name: str) -> None:
    assert store.users.by_name(name) == MAIA


@pytest.mark.parametrize(
    "name", ["ÖLAF@example.org", "O\u0308laf@EXAMPLE.org", "ｏ\u0308laf＠example.org"]
)
def test_so_are_names_beyond_ascii(store: Store, name: str) -> None:
    assert store.users.by_name(name) == OLAF


@pytest.mark.parametrize(
    "user",
    [replace(MAIA, id="u3", name="mAIA"), replace(MAIA, name="somebody")],
    ids=["the name", "the id"],
)
def test_names_and_ids_are_taken_once(store: Store, user: User) -> None:
    with pytest.raises(Conflict, match="there is a user"):
        store.users.create(user, "hash")
    assert store.users.count() == 2


def test_a_user_changes(store: Store) -> None:
    changed = replace(MAIA, name="Maja", role="operator", enabled=False)
    store.users.update(changed)
    assert store.users.by_name("maja") == changed
    assert store.users.password_hash("u1") == "hash of Maia"
    with pytest.raises(Conflict):
        store.users.update(replace(changed, name=OLAF.name.upper()))


def test_a_password_changes(store: Store) -> None:
    store.users.set_password_hash("u1", "new hash")
    assert store.users.password_hash("u1") == "new hash"
    assert store.users.password_hash("u2") == "hash of Olaf"


def test_strangers_are_not_found(store: Store) -> None:
    stranger = replace(MAIA, id="u9", name="stranger")
    for ask in (
        lambda: store.users.get("u9"),
        lambda: store.users.by_name("stranger"),
        lambda: store.users.password_hash("u9"),
        lambda: store.users.set_password_hash("u9", "hash"),
        lambda: store.users.update(stranger),
    ):
        with pytest.raises(NotFound, match="there is no user"):
            ask()


def test_a_login_comes_back_as_it_was(store: Store) -> None:
    store.users.add(login("s1"))
    assert store.users.session("s1") == login("s1")
    with pytest.raises(NotFound, match="no such login"):
        store.users.session("s2")


@pytest.mark.parametrize("user", [MAIA, replace(MAIA, id="u9")], ids=["known", "of nobody"])
def test_a_login_is_new_and_somebodys(store: Store, user: User) -> None:
    store.users.add(login("s1"))
    with pytest.raises(Conflict):
        store.users.add(login("s1", user) if user == MAIA else login("s2", user))


def test_a_login_that_is_used_lasts(store: Store) -> None:
    store.users.add(login("s1"))
    store.users.touch("s1", seen_us=50, expires_us=500)
    assert store.users.session("s1") == replace(login("s1"), seen_us=50, expires_us=500)
    store.users.touch("s2", seen_us=50, expires_us=500)  # it has ended meanwhile


def test_logins_end(store: Store) -> None:
    for number, user in enumerate([MAIA, MAIA, OLAF, MAIA]):
        store.users.add(login(f"s{number}", user, seen_us=number))
    assert [one.id for one in store.users.for_user("u1")] == ["s3", "s1", "s0"]
    store.users.end("s1")
    store.users.end("s1")
    assert [one.id for one in store.users.for_user("u1")] == ["s3", "s0"]
    assert store.users.end_all("u1") == 2
    assert store.users.for_user("u1") == ()
    assert [one.id for one in store.users.for_user("u2")] == ["s2"]


def test_logins_expire(store: Store) -> None:
    for number in range(4):
        store.users.add(login(f"s{number}", seen_us=number))
    assert store.users.purge_expired(102) == 3
    assert [one.id for one in store.users.for_user("u1")] == ["s3"]
