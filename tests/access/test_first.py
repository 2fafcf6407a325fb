"""The first administrator is made once, by whoever sees the terminal or sets the settings."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from vedette.access.first import FirstAdministrator
from vedette.access.passwords import Passwords
from vedette.core.clock import SimulatedClock
from vedette.core.errors import ConfigError, Conflict, Denied, Throttled
from vedette.core.people import User
from vedette.core.ports import UserStore
from vedette.core.settings import Settings, WebSettings

GOOD = "correct horse battery"


@pytest.fixture
def first(
    tmp_path: Path, users: UserStore, passwords: Passwords, clock: SimulatedClock
) -> FirstAdministrator:
    return FirstAdministrator(tmp_path / "keys", users, passwords, clock)


def begun(first: FirstAdministrator) -> str:
    code = first.begin(Settings())
    assert code is not None
    return code


def test_the_code_is_kept_for_us_alone(first: FirstAdministrator, tmp_path: Path) -> None:
    code = begun(first)
    file = tmp_path / "keys" / "setup-code"
    assert file.read_text().strip() == code
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(code) >= 32


def test_a_restart_keeps_the_code(first: FirstAdministrator) -> None:
    assert begun(first) == begun(first)


def test_the_code_makes_an_administrator_once(
    first: FirstAdministrator, users: UserStore, tmp_path: Path
) -> None:
    code = begun(first)
    user = first.complete(code, "ada", GOOD, "192.0.2.1")
    assert user.role == "administrator"
    assert [one.name for one in users.all()] == ["ada"]
    assert not first.needed()
    assert not (tmp_path / "keys" / "setup-code").exists()
    with pytest.raises(Conflict):
        first.complete(code, "eve", GOOD, "192.0.2.1")
    assert first.begin(Settings()) is None


def test_two_at_once_make_one(first: FirstAdministrator, users: UserStore) -> None:
    code = begun(first)
    start = threading.Barrier(4)
    refused: list[str] = []

    def complete(name: str) -> None:
        start.wait()
        try:
            first.complete(code, name, GOOD, "192.0.2.1")
        except Conflict:
            refused.append(name)

    threads = [threading.Thread(target=complete, args=(f"user{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert users.count() == 1
    assert len(refused) == 3


def test_guessing_the_code_is_slowed_down(first: FirstAdministrator) -> None:
    code = begun(first)
    for number in range(5):
        with pytest.raises(Denied, match="setup code is wrong"):
            first.complete(f"guess{number}", "eve", GOOD, "192.0.2.1")
    with pytest.raises(Throttled):
        first.complete(code, "eve", GOOD, "192.0.2.1")


def test_without_a_code_nobody_gets_in(first: FirstAdministrator) -> None:
    with pytest.raises(Denied):
        first.complete("", "eve", GOOD, "192.0.2.1")


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [("ada", "short", "at least 10"), ("a", GOOD, "user.name"), ("a b", GOOD, "user.name")],
)
def test_a_bad_name_or_password_leaves_the_code_good(
    first: FirstAdministrator, users: UserStore, name: str, password: str, words: str
) -> None:
    code = begun(first)
    with pytest.raises(ConfigError, match=words):
        first.complete(code, name, password, "192.0.2.1")
    assert users.count() == 0
    first.complete(code, "ada", GOOD, "192.0.2.1")


def test_the_settings_can_make_the_administrator(
    first: FirstAdministrator, users: UserStore, passwords: Passwords, tmp_path: Path
) -> None:
    web = WebSettings(admin_user="chief", admin_password=SecretStr(GOOD))
    assert first.begin(Settings(web=web)) is None
    chief = users.by_name("chief")
    assert chief.role == "administrator"
    assert passwords.verify(users.password_hash(chief.id), GOOD)
    assert not (tmp_path / "keys" / "setup-code").exists()


def test_a_weak_password_in_the_settings_is_refused(first: FirstAdministrator) -> None:
    web = WebSettings(admin_password=SecretStr("admin"))
    with pytest.raises(ConfigError, match="at least 10"):
        first.begin(Settings(web=web))


def test_an_existing_user_is_never_overwritten(
    first: FirstAdministrator, users: UserStore, passwords: Passwords, ada: User
) -> None:
    before = users.password_hash(ada.id)
    web = WebSettings(admin_user="Ada", admin_password=SecretStr("another password"))
    assert first.begin(Settings(web=web)) is None
    assert users.password_hash(ada.id) == before


def test_a_link_in_place_of_the_code_is_not_followed(
    first: FirstAdministrator, tmp_path: Path
) -> None:
    target = tmp_path / "precious"
    target.write_text("")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "setup-code").symlink_to(target)
    begun(first)
    assert target.read_text() == ""
    assert not (tmp_path / "keys" / "setup-code").is_symlink()
