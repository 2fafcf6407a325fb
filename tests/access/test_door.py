"""Logging in, sessions, and how they end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from vedette.access.door import Door, Login, Proof
from vedette.access.passwords import Passwords
from vedette.access.second_factor import SecondFactors, totp
from vedette.access.sessions import Client, Sessions, token_hash
from vedette.core.clock import SimulatedClock
from vedette.core.credentials import AccessStores
from vedette.core.errors import Conflict, NotApproved, NotLoggedIn, SecondFactorNeeded, Throttled
from vedette.core.people import User, UserState
from vedette.core.ports import UserStore

GOOD = "correct horse battery"
HOME = Client(address="192.0.2.1", agent="test")


def enter(door: Door, name: str = "ada", password: str = GOOD, client: Client = HOME) -> Login:
    return door.enter(Proof(name=name, password=password), client)


def test_the_right_password_opens_a_session(door: Door, sessions: Sessions, ada: User) -> None:
    login = enter(door)
    assert sessions.find(login.tokens.access).user == ada


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong password"), ("eve", GOOD)])
def test_a_wrong_name_and_a_wrong_password_sound_alike(
    door: Door, ada: User, name: str, password: str
) -> None:
    with pytest.raises(NotLoggedIn, match=r"^name or password is wrong$"):
        enter(door, name, password)


def test_only_the_hashes_of_tokens_are_stored(door: Door, stores: AccessStores, ada: User) -> None:
    tokens = enter(door).tokens
    for token in (tokens.access, tokens.refresh):
        stored = stores.tokens.get(token_hash(token))
        assert stored.login_id == tokens.session.id
        assert token not in repr(stored)


def test_an_access_token_lasts_a_quarter_of_an_hour(
    door: Door, sessions: Sessions, clock: SimulatedClock, ada: User
) -> None:
    token = enter(door).tokens.access
    clock.sleep(899)
    sessions.find(token)
    clock.sleep(2)
    with pytest.raises(NotLoggedIn, match="expired"):
        sessions.find(token)


def test_a_session_lives_as_long_as_it_is_refreshed(
    door: Door, sessions: Sessions, clock: SimulatedClock, ada: User
) -> None:
    tokens = enter(door).tokens
    for _ in range(5):
        clock.sleep(11 * 3600)
        _, tokens = sessions.refresh(tokens.refresh)
        assert sessions.find(tokens.access).user == ada
    clock.sleep(12 * 3600 + 1)
    with pytest.raises(NotLoggedIn, match="ended"):
        sessions.refresh(tokens.refresh)


def test_a_session_does_not_live_for_ever(
    door: Door, sessions: Sessions, clock: SimulatedClock, ada: User
) -> None:
    tokens = enter(door).tokens
    for _ in range(7):
        clock.sleep(10 * 3600)
        _, tokens = sessions.refresh(tokens.refresh)
    clock.sleep(2 * 3600 + 1)
    with pytest.raises(NotLoggedIn):
        sessions.refresh(tokens.refresh)


def test_a_refresh_token_that_comes_twice_ends_the_session(
    door: Door, sessions: Sessions, clock: SimulatedClock, ada: User
) -> None:
    first = enter(door).tokens
    _, second = sessions.refresh(first.refresh)
    clock.sleep(11)
    with pytest.raises(NotLoggedIn, match="used before"):
        sessions.refresh(first.refresh)
    # whoever holds the newer pair is out as well: one of the two is a thief
    with pytest.raises(NotLoggedIn):
        sessions.refresh(second.refresh)
    with pytest.raises(NotLoggedIn):
        sessions.find(second.access)


def test_two_tabs_at_once_end_nothing_and_get_nothing(
    door: Door, sessions: Sessions, ada: User
) -> None:
    first = enter(door).tokens
    _, second = sessions.refresh(first.refresh)
    with pytest.raises(Conflict, match="just now"):
        sessions.refresh(first.refresh)
    assert sessions.find(second.access).user == ada


def test_tokens_do_not_stand_for_each_other(door: Door, sessions: Sessions, ada: User) -> None:
    tokens = enter(door).tokens
    with pytest.raises(NotLoggedIn):
        sessions.find(tokens.refresh)
    with pytest.raises(NotLoggedIn):
        sessions.refresh(tokens.access)


def test_using_a_session_writes_at_most_once_a_minute(
    door: Door, sessions: Sessions, clock: SimulatedClock, users: UserStore, ada: User
) -> None:
    token = enter(door).tokens.access
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
    token = enter(door).tokens.access
    with pytest.raises(NotLoggedIn):
        sessions.find(token_hash(token))


def test_a_disabled_user_is_out_at_once(
    door: Door, sessions: Sessions, users: UserStore, ada: User
) -> None:
    token = enter(door).tokens.access
    users.update(replace(ada, enabled=False))
    with pytest.raises(NotLoggedIn):
        sessions.find(token)
    with pytest.raises(NotLoggedIn):
        enter(door)


def test_a_closed_session_is_over(door: Door, sessions: Sessions, ada: User) -> None:
    login = enter(door)
    sessions.close(login.caller.session)
    with pytest.raises(NotLoggedIn):
        sessions.find(login.tokens.access)


def test_guessing_locks_the_account_even_for_the_right_password(
    door: Door, clock: SimulatedClock, ada: User
) -> None:
    for number in range(5):
        with pytest.raises(NotLoggedIn):
            enter(door, "ada", f"guess number {number}", Client(address=f"192.0.2.{number}"))
    with pytest.raises(Throttled):
        enter(door, "ADA ", GOOD, Client(address="198.51.100.1"))
    clock.sleep(3)
    enter(door, "ada", GOOD, Client(address="198.51.100.1"))


def test_trying_many_names_locks_the_address(door: Door, clock: SimulatedClock, ada: User) -> None:
    for number in range(20):
        with pytest.raises(NotLoggedIn):
            enter(door, f"name{number}", GOOD, HOME)
    with pytest.raises(Throttled):
        enter(door)
    enter(door, "ada", GOOD, Client(address="198.51.100.1"))


def test_logging_in_oneself_does_not_wash_an_address_clean(door: Door, ada: User) -> None:
    for number in range(19):
        with pytest.raises(NotLoggedIn):
            enter(door, f"name{number}", GOOD, HOME)
    enter(door)
    with pytest.raises(NotLoggedIn):
        enter(door, "name19", GOOD, HOME)
    with pytest.raises(Throttled):
        enter(door, "name20", GOOD, HOME)


def test_a_password_is_hashed_anew_when_the_parameters_grow(
    users: UserStore,
    sessions: Sessions,
    factors: SecondFactors,
    clock: SimulatedClock,
    ada: User,
) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    before = users.password_hash(ada.id)
    door = Door(users, sessions, dearer, factors, clock)
    enter(door)
    after = users.password_hash(ada.id)
    assert dearer.outdated(before)
    assert not dearer.outdated(after)
    enter(door)
    assert users.password_hash(ada.id) == after


@pytest.mark.parametrize("state", ["pending", "refused"])
def test_who_is_not_approved_stays_outside(
    door: Door, users: UserStore, ada: User, state: UserState
) -> None:
    users.update(replace(ada, state=state))
    with pytest.raises(NotApproved):
        enter(door)
    # and a stranger learns nothing of it
    with pytest.raises(NotLoggedIn):
        enter(door, password="wrong password")


def test_with_a_second_factor_the_password_is_not_enough(
    door: Door, factors: SecondFactors, clock: SimulatedClock, ada: User
) -> None:
    secret = factors.begin(ada).secret
    enter(door)  # not confirmed yet
    recovery = factors.confirm(ada, totp(secret, clock.now_us() // 30_000_000))
    with pytest.raises(SecondFactorNeeded):
        enter(door)
    clock.sleep(30)
    code = totp(secret, clock.now_us() // 30_000_000)
    door.enter(Proof(name="ada", password=GOOD, code=code), HOME)
    with pytest.raises(NotLoggedIn, match="used before"):
        door.enter(Proof(name="ada", password=GOOD, code=code), HOME)
    door.enter(Proof(name="ada", password=GOOD, code=recovery[0].upper()), HOME)
    with pytest.raises(NotLoggedIn):
        door.enter(Proof(name="ada", password=GOOD, code=recovery[0]), HOME)


def test_guessing_codes_locks_the_account(
    door: Door, factors: SecondFactors, clock: SimulatedClock, ada: User
) -> None:
    secret = factors.begin(ada).secret
    factors.confirm(ada, totp(secret, clock.now_us() // 30_000_000))
    for number in range(5):
        with pytest.raises(NotLoggedIn):
            door.enter(Proof(name="ada", password=GOOD, code=f"{number:06}"), HOME)
    with pytest.raises(Throttled):
        door.enter(Proof(name="ada", password=GOOD, code="000009"), HOME)


def test_a_forgotten_code_is_no_failed_attempt(
    door: Door, factors: SecondFactors, clock: SimulatedClock, ada: User
) -> None:
    secret = factors.begin(ada).secret
    factors.confirm(ada, totp(secret, clock.now_us() // 30_000_000))
    for _ in range(10):
        with pytest.raises(SecondFactorNeeded):
            enter(door)
