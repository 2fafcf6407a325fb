"""Logging in, sessions, and how they end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from vedette.access.door import Door
from vedette.access.passwords import Passwords
from vedette.access.sessions import Client, Sessions, token_hash
from vedette.core.clock import SimulatedClock
from vedette.core.errors import NotLoggedIn, Throttled
from vedette.core.people import User
from vedette.core.ports import UserStore

GOOD = "correct horse battery"
HOME = Client(address="192.0.2.1", agent="test")


@pytest.fixture
def sessions(users: UserStore, clock: SimulatedClock) -> Sessions:
    return Sessions(users, clock, hours=12)


@pytest.fixture
def door(users: UserStore, sessions: Sessions, passwords: Passwords, clock: SimulatedClock) -> Door:
    return Door(users, sessions, passwords, clock)


def test_the_right_password_opens_a_session(door: Door, sessions: Sessions, ada: User) -> None:
    login = door.enter("ada", GOOD, HOME)
    assert sessions.find(login.token).user == ada
    assert len(login.token) >= 43


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong password"), ("eve", GOOD)])
def test_a_wrong_name_and_a_wrong_password_sound_alike(
    door: Door, ada: User, name: str, password: str
) -> None:
    with pytest.raises(NotLoggedIn, match=r"^name or password is wrong$"):
        door.enter(name, password, HOME)


def test_only_the_hash_of_a_token_is_stored(door: Door, users: UserStore, ada: User) -> None:
    token = door.enter("Ada", GOOD, HOME).token
    (session,) = users.for_user(ada.id)
    assert session.id == token_hash(token)
    assert token not in repr(session)


def test_a_session_lives_as_long_as_it_is_used(
    door: Door, sessions: Sessions, clock: SimulatedClock, ada: User
) -> None:
    token = door.enter("ada", GOOD, HOME).token
    for _ in range(5):
        clock.sleep(11 * 3600)
        sessions.find(token)
    clock.sleep(12 * 3600 + 1)
    with pytest.raises(NotLoggedIn, match="ended"):
        sessions.find(token)


def test_using_a_session_writes_at_most_once_a_minute(
    door: Door, sessions: Sessions, clock: SimulatedClock, users: UserStore, ada: User
) -> None:
    token = door.enter("ada", GOOD, HOME).token
    began_us = clock.now_us()
    for _ in range(5):
        clock.sleep(10)
        sessions.find(token)
    assert users.for_user(ada.id)[0].seen_us == began_us
    clock.sleep(10)
    sessions.find(token)
    assert users.for_user(ada.id)[0].seen_us == clock.now_us()


@pytest.mark.parametrize("token", [None, "", "nonsense", "x" * 10_000, "\udcff"])
def test_what_is_no_token_is_not_logged_in(sessions: Sessions, token: str | None) -> None:
    with pytest.raises(NotLoggedIn):
        sessions.find(token)


def test_a_stored_hash_is_no_token(door: Door, sessions: Sessions, ada: User) -> None:
    token = door.enter("ada", GOOD, HOME).token
    with pytest.raises(NotLoggedIn):
        sessions.find(token_hash(token))


def test_a_disabled_user_is_out_at_once(
    door: Door, sessions: Sessions, users: UserStore, ada: User
) -> None:
    token = door.enter("ada", GOOD, HOME).token
    users.update(replace(ada, enabled=False))
    with pytest.raises(NotLoggedIn):
        sessions.find(token)
    with pytest.raises(NotLoggedIn):
        door.enter("ada", GOOD, HOME)


def test_a_closed_session_is_over(door: Door, sessions: Sessions, ada: User) -> None:
    login = door.enter("ada", GOOD, HOME)
    sessions.close(login.caller.session)
    with pytest.raises(NotLoggedIn):
        sessions.find(login.token)


def test_guessing_locks_the_account_even_for_the_right_password(
    door: Door, clock: SimulatedClock, ada: User
) -> None:
    for number in range(5):
        with pytest.raises(NotLoggedIn):
            door.enter("ada", f"guess number {number}", Client(address=f"192.0.2.{number}"))
    with pytest.raises(Throttled):
        door.enter("ADA ", GOOD, Client(address="198.51.100.1"))
    clock.sleep(3)
    door.enter("ada", GOOD, Client(address="198.51.100.1"))


def test_trying_many_names_locks_the_address(door: Door, clock: SimulatedClock, ada: User) -> None:
    for number in range(20):
        with pytest.raises(NotLoggedIn):
            door.enter(f"name{number}", GOOD, HOME)
    with pytest.raises(Throttled):
        door.enter("ada", GOOD, HOME)
    door.enter("ada", GOOD, Client(address="198.51.100.1"))


def test_logging_in_oneself_does_not_wash_an_address_clean(door: Door, ada: User) -> None:
    for number in range(19):
        with pytest.raises(NotLoggedIn):
            door.enter(f"name{number}", GOOD, HOME)
    door.enter("ada", GOOD, HOME)
    with pytest.raises(NotLoggedIn):
        door.enter("name19", GOOD, HOME)
    with pytest.raises(Throttled):
        door.enter("name20", GOOD, HOME)


def test_a_password_is_hashed_anew_when_the_parameters_grow(
    users: UserStore, sessions: Sessions, clock: SimulatedClock, ada: User
) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    before = users.password_hash(ada.id)
    door = Door(users, sessions, dearer, clock)
    door.enter("ada", GOOD, HOME)
    after = users.password_hash(ada.id)
    assert dearer.outdated(before)
    assert not dearer.outdated(after)
    door.enter("ada", GOOD, HOME)
    assert users.password_hash(ada.id) == after
