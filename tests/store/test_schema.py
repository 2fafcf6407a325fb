"""What is in the database is what the types say, however it came to be."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import Engine, Inspector, create_engine, inspect, text

from vedette.core.errors import ConfigError, StoreError, Unavailable
from vedette.core.facts import Alarm, Event
from vedette.core.footage import Export, Gap, ObservationChunk, Pin, Segment
from vedette.core.people import LoginSession, User
from vedette.store import Store, open_store
from vedette.store.tables import (
    account,
    alarm,
    event,
    export,
    gap,
    login,
    metadata,
    observation_chunk,
    pin,
    segment,
)

OPEN = """
import sys
from vedette.store import open_store
store = open_store(sys.argv[1], sys.argv[2].encode())
print(store.site.revision())
store.close()
"""


@pytest.fixture
def engine(where: str) -> Iterator[Engine]:
    """The database seen by somebody else."""
    opened = create_engine(where if "://" in where else f"sqlite:///{where}")
    yield opened
    opened.dispose()


def test_fresh_tables_have_exactly_the_columns_of_the_metadata(
    store: Store, engine: Engine
) -> None:
    found = inspect(engine)
    assert {name: columns(found, name) for name in metadata.tables} == {
        name: {
            column.name: (column.type.compile(engine.dialect), column.nullable)
            for column in table.columns
        }
        for name, table in metadata.tables.items()
    }


def test_fresh_tables_have_exactly_the_indexes_of_the_metadata(
    store: Store, engine: Engine
) -> None:
    found = inspect(engine)
    for name, table in metadata.tables.items():
        made = {
            index["name"]: index["column_names"]
            for index in found.get_indexes(name)
            if not index.get("duplicates_constraint")
        }
        wanted = {index.name: [column.name for column in index.columns] for index in table.indexes}
        assert made == wanted, name


def test_there_are_no_other_tables(store: Store, engine: Engine) -> None:
    names = set(inspect(engine).get_table_names()) - set(metadata.tables)
    assert {name for name in names if not name.startswith("event_")} == {"alembic_version"}


@pytest.mark.parametrize(
    ("value", "table", "own"),
    [
        (Event, event, {"seq", "alarm"}),
        (Alarm, alarm, {"seq"}),
        (User, account, {"name_key", "password_hash"}),
        (LoginSession, login, set()),
        (Gap, gap, set()),
        (Pin, pin, set()),
        (Export, export, set()),
        (ObservationChunk, observation_chunk, set()),
    ],
)
def test_each_field_of_a_value_has_a_column(value: type, table: object, own: set[str]) -> None:
    names = {field.name for field in fields(value)} - {"kind"}
    assert {column.name for column in table.columns} == names | own  # type: ignore[attr-defined]  # a table


def test_a_recording_has_a_column_for_each_field_but_its_id_which_is_made_of_them() -> None:
    names = {field.name for field in fields(Segment)} - {"kind", "id"}
    assert {column.name for column in segment.columns} == names


def test_opening_again_keeps_what_is_there(store: Store, where: str, key: bytes) -> None:
    store.site.save(store.site.load(), author="somebody")
    again = open_store(where, key)
    assert again.site.revision() == 1
    again.close()


def test_several_processes_may_be_the_first(empty: str, key: bytes) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OPEN, empty, key],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=50) for process in processes]
    assert answers == [("0\n", "")] * 4


def test_a_database_of_a_newer_version_is_refused(
    store: Store, where: str, key: bytes, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        open_store(where, key)


def test_only_its_owner_reads_a_database_file(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "new" / "vedette.db"
    open_store(path, key).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        # What it says, whatever was mistyped; never the password.
        ("mysql://u:secret-word@h/db", ConfigError, "'mysql' is not a database we know"),
        ("postgresql://u:secret-word@h:port/db", ConfigError, "expected an address such as"),
        ("postgresql://u:secret-word@127.0.0.1:1/db", Unavailable, "127.0.0.1/db does not answer"),
        ("/proc/nowhere/vedette.db", StoreError, "/proc/nowhere/vedette.db cannot be opened"),
    ],
)
def test_a_wrong_address_is_explained(
    where: str, error: type[Exception], message: str, key: bytes
) -> None:
    with pytest.raises(error, match=message) as raised:
        open_store(where, key)
    assert "secret-word" not in str(raised.value)


def test_a_file_that_is_no_database_is_explained(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(StoreError, match=r"letter\.txt cannot do it: file is not a database"):
        open_store(path, key)


def columns(found: Inspector, table: str) -> dict[str, tuple[str, bool]]:
    """Type and nullability of a table's columns."""
    return {
        column["name"]: (column["type"].compile(found.dialect), column["nullable"])
        for column in found.get_columns(table)
    }
