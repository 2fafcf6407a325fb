"""The first administrator: by a one-time code, or by a password from the settings."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
import uuid
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from vedette.access.passwords import Passwords, check_password
from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import Clock
from vedette.core.errors import Conflict, Denied
from vedette.core.people import User
from vedette.core.plugins import validation_error
from vedette.core.ports import UserStore
from vedette.core.settings import Settings

__all__ = ["FirstAdministrator"]

_FILE = "setup-code"


class FirstAdministrator:
    """Makes the first user of an installation that has none, once."""

    def __init__(self, folder: Path, users: UserStore, passwords: Passwords, clock: Clock) -> None:
        self._file = folder / _FILE
        self._users, self._passwords, self._clock = users, passwords, clock
        self._throttle = Throttle(clock)
        self._lock = threading.Lock()

    def needed(self) -> bool:
        """Whether nobody can log in yet."""
        return self._users.count() == 0

    def begin(self, settings: Settings) -> str | None:
        """At start: the setup code to be shown in the terminal, None when there is a user."""
        with self._lock:
            if not self.needed():
                self._file.unlink(missing_ok=True)
                return None
            password = settings.web.admin_password.get_secret_value()
            if password:
                check_password(password, name=settings.web.admin_user)
                self._make(settings.web.admin_user, password)
                return None
            return self._read() or self._write()

    def complete(self, code: str, name: str, password: str, address: str) -> User:
        """Make the administrator for whoever knows the code; Conflict once there is one."""
        with self._lock:
            if not self.needed():
                raise Conflict("this installation has an administrator already; please log in")
            self._throttle.attempt(network_of(address))
            expected = self._read()
            if expected is None or not hmac.compare_digest(expected.encode(), code.encode()):
                raise Denied("the setup code is wrong; the server's terminal shows the right one")
            self._throttle.clear(network_of(address))
            check_password(password, name=name)
            user = self._make(name, password)
            self._file.unlink(missing_ok=True)
            return user

    def _make(self, name: str, password: str) -> User:
        about = {"id": uuid.uuid4().hex, "name": name, "role": "administrator"}
        try:
            user = TypeAdapter(User).validate_python({**about, "created_us": self._clock.now_us()})
        except ValidationError as error:
            raise validation_error(error, path=("user",)) from None
        self._users.create(user, self._passwords.hash(password))
        return user

    def _read(self) -> str | None:
        try:
            return self._file.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def _write(self) -> str:
        code = secrets.token_urlsafe(24)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.unlink(missing_ok=True)
        # Made readable for us alone from its first moment, and never through a link.
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(code + "\n")
        return code
