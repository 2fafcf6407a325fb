"""Events on PostgreSQL lie in months, made when they are needed and before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from tests.store.values import event
from vedette.core.queries import EventQuery
from vedette.store import Store, open_store


@pytest.fixture
def store(postgres_url: str, key: bytes) -> Iterator[Store]:
    """On PostgreSQL only."""
    opened = open_store(postgres_url, key)
    yield opened
    opened.close()


@pytest.fixture
def server(postgres_url: str) -> Iterator[psycopg.Connection]:
    """Somebody else on the same database."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def months(server: psycopg.Connection) -> set[str]:
    """Names of the partitions that are there."""
    rows = server.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'event'::regclass"
    )
    return {str(name).removeprefix("event_") for (name,) in rows}


def us(text: str) -> int:
    """A moment of UTC."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("moment", "made"),
    [
        ("2025-11-13", {"2025_11", "2025_12"}),
        # The year ends, the leap day, the first and last moment of a month.
        ("2025-12-31T23:59:59.999999", {"2025_12", "2026_01"}),
        ("2024-02-29T12:00:00", {"2024_02", "2024_03"}),
        ("2026-03-01T00:00:00", {"2026_03", "2026_04"}),
        ("2000-01-01T00:00:00", {"2000_01", "2000_02"}),
        ("2099-12-31T23:59:59.999999", {"2099_12"}),
        # Clocks that are plainly wrong make no partitions.
        ("1999-12-31T23:59:59.999999", set()),
        ("2100-01-01T00:00:00", set()),
        ("1970-01-01T00:00:00", set()),
    ],
)
def test_a_month_and_the_next_are_made(
    store: Store, server: psycopg.Connection, moment: str, made: set[str]
) -> None:
    late = event(t_us=us(moment))
    assert store.events.add(late)
    assert months(server) == made | {"before", "after"}
    assert store.events.get(late.id) == late


def test_many_months_at_once(store: Store, server: psycopg.Connection) -> None:
    year = [event(t_us=us(f"2025-{month:02d}-15")) for month in range(1, 13)]
    assert store.events.add_many(year) == 12
    assert len(months(server)) == 12 + 1 + 2
    assert store.events.find(EventQuery()).items == tuple(reversed(year))


def test_stores_may_make_the_same_month_at_once(postgres_url: str, key: bytes) -> None:
    stores = [open_store(postgres_url, key) for _ in range(4)]
    gate = threading.Barrier(4)
    failed: list[BaseException] = []

    def add(number: int) -> None:
        gate.wait()
        try:
            stores[number].events.add(event(number))
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(stores[0].events.find(EventQuery()).items) == 4
    for store in stores:
        store.close()


def test_a_reader_does_not_hold_up_a_new_month(store: Store, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as reader:
        reader.execute("SELECT count(*) FROM event")  # its transaction stays open
        assert store.events.add(event())


def test_an_event_of_a_month_that_was_dropped_is_taken(
    store: Store, server: psycopg.Connection
) -> None:
    store.events.add(event(1))
    server.execute("DROP TABLE event_2025_11")
    assert store.events.add(event(2))
    assert store.events.find(EventQuery()).items == (event(2),)


def test_a_question_about_a_day_reads_its_month_only(
    store: Store, server: psycopg.Connection
) -> None:
    store.events.add_many([event(t_us=us(f"2025-{month:02d}-15")) for month in range(1, 13)])
    # Values written out, as they stand in the plan that is made for them.
    asked = psycopg.ClientCursor(server).execute(
        "EXPLAIN SELECT * FROM event WHERE camera = 'gate' AND t_us >= %s AND t_us < %s",
        (us("2025-06-15"), us("2025-06-16")),
    )
    plan = "\n".join(line for (line,) in asked)
    assert "event_2025_06" in plan
    assert "event_2025_05" not in plan
