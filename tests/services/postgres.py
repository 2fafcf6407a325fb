"""A real PostgreSQL server: `postgres_server` for the session, `postgres_url` for a test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

_START_S = 30.0
# Speed, not safety: the machine does not lose its power in the middle of a test.
_OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


class PostgresServer:
    """One server with a folder and a port of its own; starts, stops and dies when told to."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._account = _account()
        self._folder = Path(tempfile.mkdtemp(prefix="vedette-postgres-"))
        if self._account:
            shutil.chown(self._folder, self._account, self._account)
        self._run("initdb", "-U", "vedette", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    def start(self) -> None:
        """Start and wait until it answers."""
        options = [f"--{option.replace('_', '-')}" for option in _OPTIONS]
        with (self._folder / "log").open("ab") as log:
            self._process = self._popen(
                "postgres", "-p", str(self.port), "-h", "127.0.0.1", "-k", "", *options, log=log
            )
        deadline = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log_text = (self._folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL does not start: {log_text}") from error
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it: SIGINT in good order, SIGQUIT at once as after a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_START_S)
            self._process = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody answers within the block; afterwards it is back with all that was committed."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def url(self, database: str) -> str:
        """Address of one of its databases."""
        return f"postgresql://vedette@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, *, like: str | None = None) -> Iterator[str]:
        """Address of a new database: empty, or a copy of another one that nobody uses."""
        name = f"test_{next(self._numbers)}"
        template = "template0" if like is None else like.rpartition("/")[2]
        self._sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.url(name)
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def remove(self) -> None:
        """End it and delete its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        with (self._folder / "log").open("ab") as log:
            process = self._popen(program, *arguments, log=log)
        if process.wait(_START_S):
            raise RuntimeError(f"{program} fails: {(self._folder / 'log').read_text()}")

    def _popen(self, program: str, *arguments: str, log: int | object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._programs / program, "-D", self._folder / "data", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,  # type: ignore[arg-type]  # an open file
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            user=self._account,
            group=self._account,
            extra_groups=[] if self._account else None,
        )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; skips where PostgreSQL is not installed, fails in CI."""
    programs = _programs()
    if programs is None:
        message = "no PostgreSQL server is installed (mend with: apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    server = PostgresServer(programs)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Address of a new, empty database."""
    with postgres_server.database() as url:
        yield url


def _programs() -> Path | None:
    """Folder of the newest installed server's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return max(found, key=_version, default=None)


def _version(programs: Path) -> float:
    try:
        return float(programs.parent.name)
    except ValueError:
        return 0.0


def _account() -> str | None:
    """The server refuses to run as root: whom it runs as instead, None for the tests' own user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no other account")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
