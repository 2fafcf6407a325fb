"""Passwords are refused early, hashed well and checked alike for everybody."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from vedette.access.passwords import LONGEST, Passwords, check_password
from vedette.core.errors import ConfigError

GOOD = "correct horse battery"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 10 characters, this one has 5"),
        ("x" * (LONGEST + 1), "at most 200 characters"),
        ("Administrator", "the user's name"),
        ("aaaaaaaaaaaa", "one character over and over"),
    ],
)
def test_weak_passwords_are_refused_in_words(password: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_password(password, name="administrator")


def test_ten_characters_will_do() -> None:
    check_password("0123456789", name="ada")


def test_only_the_right_password_passes(passwords: Passwords) -> None:
    stored = passwords.hash(GOOD)
    assert passwords.verify(stored, GOOD)
    assert not passwords.verify(stored, GOOD + " ")
    assert not passwords.verify(None, GOOD)
    assert not passwords.verify("not a hash", GOOD)


def test_a_stored_password_is_not_readable(passwords: Passwords) -> None:
    stored = passwords.hash(GOOD)
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored
    assert stored != passwords.hash(GOOD)


def test_an_endless_password_never_matches_its_beginning(passwords: Passwords) -> None:
    beginning = "y" * LONGEST
    assert not passwords.verify(passwords.hash(beginning), beginning + "more")


def test_an_unknown_user_takes_as_long_as_a_known_one() -> None:
    # Dear enough that the difference between checking and not checking would show.
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1))
    stored = passwords.hash(GOOD)
    known = min(seconds(passwords, stored) for _ in range(7))
    unknown = min(seconds(passwords, None) for _ in range(7))
    assert 0.5 < unknown / known < 2.0


def test_old_parameters_are_noticed(passwords: Passwords) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    stored = passwords.hash(GOOD)
    assert not passwords.outdated(stored)
    assert dearer.outdated(stored)
    assert dearer.verify(stored, GOOD)


def seconds(passwords: Passwords, stored: str | None) -> float:
    """How long a refusal takes."""
    before = time.perf_counter()
    passwords.verify(stored, "wrong password")
    return time.perf_counter() - before
