"""One database: how it is connected to, what a transaction is, and its errors in our words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolExhausted

from vedette.core.errors import ConfigError, Conflict, StoreError, Unavailable, VedetteError

__all__ = ["Database", "connect"]

_BUSY_S = 10.0
_CONNECT_S = 3
_SILENT_MS = 10_000
_WRITES = "vedette_writes"
# As many at once as a web server has threads; few are kept open.
_POOL = {"pool_size": 4, "max_overflow": 40, "pool_timeout": _BUSY_S}


class Database:
    """Transactions on one database; usable from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_postgres(self) -> bool:
        """Whether it is PostgreSQL; SQLite otherwise."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For questions, which change nothing; each sees one moment."""
        # No transaction on PostgreSQL: it would send two more messages for each question.
        alone = {"isolation_level": "AUTOCOMMIT"} if self.is_postgres else {}
        with _our_words(self._engine.url), self._engine.connect() as connection:
            yield connection.execution_options(**alone)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable once the block has ended without an error."""
        with (
            _our_words(self._engine.url),
            self._engine.connect() as connection,
            connection.execution_options(**{_WRITES: True}).begin(),
        ):
            yield connection

    def close(self) -> None:
        """Give all connections back; may be called twice."""
        self._engine.dispose()


def connect(where: str | Path) -> Database:
    """A database from `postgresql://…`, `sqlite:///…` or the path of a SQLite file."""
    url = _url(where)
    if url.get_backend_name() == "postgresql":
        return Database(_postgres(url))
    return Database(_sqlite(url))


def _url(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite+pysqlite", database=str(where))
    try:
        url = make_url(where.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        # The address may hold a password, so it is not repeated.
        raise ConfigError(
            "expected an address such as postgresql://user:password@host/vedette",
            path=("store_url",),
        ) from None
    drivers = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
    kind = url.get_backend_name()
    if kind not in drivers:
        raise ConfigError(
            f"{kind!r} is not a database we know; use postgresql:// or sqlite:///",
            path=("store_url",),
        )
    return url.set(drivername=drivers[kind])


def _sqlite(url: URL) -> Engine:
    _private_file(Path(url.database or ""))
    engine = create_engine(
        url,
        json_serializer=_json,
        json_deserializer=from_json,
        connect_args={"timeout": _BUSY_S, "isolation_level": None},
        **_POOL,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Readers and a writer go on side by side.
        connection.execute("PRAGMA journal_mode=WAL")
        # An event that was acknowledged survives a power cut only with FULL.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A read that turns into a write fails at once when somebody wrote in between, however
        # long the busy timeout; taking the lock first waits for its turn instead.
        start = "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN"
        connection.exec_driver_sql(start)

    return engine


def _private_file(path: Path) -> None:
    """Make the file if need be, readable by its owner only; SQLite's own side files follow it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"the database {path} cannot be opened: {error.strerror}") from error


def _postgres(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            json_serializer=_json,
            json_deserializer=from_json,
            pool_pre_ping=True,
            **_POOL,
            connect_args={
                "connect_timeout": _CONNECT_S,
                "tcp_user_timeout": _SILENT_MS,
                "application_name": "vedette",
                # Whatever the server's own default is: acknowledged means on disk.
                "options": "-c synchronous_commit=on -c timezone=UTC",
            },
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            "PostgreSQL needs the extra: pip install 'vedette[postgres]'", path=("store_url",)
        ) from error


def _json(content: object) -> str:
    return to_json(content).decode()


@contextmanager
def _our_words(url: URL) -> Iterator[None]:
    where = f"{url.host or 'this machine'}/{url.database}" if url.host else f"{url.database}"
    try:
        yield
    except VedetteError:
        raise
    except (OperationalError, InterfaceError, PoolExhausted) as error:
        raise Unavailable(f"the database {where} does not answer: {_cause(error)}") from error
    except IntegrityError as error:
        raise Conflict(f"the database {where} refuses: {_cause(error)}") from error
    except (DataError, OverflowError, UnicodeEncodeError) as error:
        # PostgreSQL knows no NUL in text, SQLite no half characters, neither endless numbers.
        raise ConfigError(f"the database {where} cannot hold that: {_cause(error)}") from error
    except SQLAlchemyError as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise Unavailable(f"the database {where} does not answer: {_cause(error)}") from error
        raise StoreError(f"the database {where} cannot do it: {_cause(error)}") from error


def _cause(error: Exception) -> str:
    """The driver's first line, without the statement and its values."""
    origin = cast("BaseException", error.orig) if isinstance(error, DBAPIError) else error
    return (str(origin).strip() or type(origin).__name__).splitlines()[0]
