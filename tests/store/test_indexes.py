"""No question makes the database read everything or sort what an index has in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event as signals

from tests.store.values import DAY_US, START_US, event
from vedette.core.queries import AlarmQuery, EventQuery
from vedette.store import Store, open_store

Asked = list[tuple[str, object]]


@pytest.fixture
def store(tmp_path: Path, key: bytes) -> Iterator[Store]:
    """On SQLite, whose plans do not depend on what is in it."""
    opened = open_store(tmp_path / "vedette.db", key)
    opened.events.add_many([event(number) for number in range(20)])
    yield opened
    opened.close()


@pytest.fixture
def asked(store: Store) -> Asked:
    """What the database is asked from now on."""
    statements: Asked = []

    def note(*about: object) -> None:
        statements.append((str(about[2]), about[3]))

    signals.listen(store._database._engine, "before_cursor_execute", note)
    return statements


DAY = EventQuery(after_us=START_US, before_us=START_US + DAY_US)


@pytest.mark.parametrize(
    ("query", "index", "narrowed"),
    [
        (EventQuery(), "event_time", ""),
        (DAY, "event_time", "t_us>? AND t_us<?"),
        (replace(DAY, cameras=("a",)), "event_camera_time", "camera=? AND t_us>? AND t_us<?"),
        (EventQuery(cameras=("a",), rules=("r",), labels=("l", "m")), "event_camera_time", ""),
        (replace(DAY, cameras=("a", "b", "c")), "event_camera_time", "camera=? AND t_us>?"),
        (replace(DAY, rules=("r",)), "event_rule_time", "rule=? AND t_us>? AND t_us<?"),
        (replace(DAY, labels=("l", "m")), "event_label_time", "label=? AND t_us>?"),
    ],
)
@pytest.mark.parametrize("later_page", [False, True])
def test_events_are_found_by_an_index_in_its_order(
    store: Store, asked: Asked, query: EventQuery, index: str, narrowed: str, later_page: bool
) -> None:
    if later_page:
        cursor = store.events.find(EventQuery(limit=5)).cursor
        asked.clear()
        query = replace(query, cursor=cursor)
    store.events.find(query)
    [plan] = plans(store, asked)
    assert "SCAN" not in plan.replace(f"SCAN event USING INDEX {index}", "")
    assert "TEMP B-TREE" not in plan
    assert f"USING INDEX {index}" in plan
    assert narrowed in plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (AlarmQuery(), "alarm_time"),
        (AlarmQuery(cameras=("a", "b"), states=("new",)), "alarm_camera_time"),
        (AlarmQuery(states=("new", "escalated"), rules=("r",)), "alarm_state_time"),
        (AlarmQuery(rules=("r",)), "alarm_rule_time"),
    ],
)
def test_alarms_are_found_by_an_index_in_its_order(
    store: Store, asked: Asked, query: AlarmQuery, index: str
) -> None:
    store.alarms.find(query)
    [plan] = plans(store, asked)
    assert f"USING INDEX {index}" in plan
    assert "TEMP B-TREE" not in plan


def test_what_waits_for_an_alarm_is_found_by_an_index(store: Store, asked: Asked) -> None:
    store.events.without_alarm(5)
    [plan] = plans(store, asked)
    assert "USING INDEX event_waiting" in plan
    assert "TEMP B-TREE" not in plan


def plans(store: Store, asked: Asked) -> list[str]:
    """How SQLite goes about each question."""
    found = []
    questions = [one for one in asked if one[0].lstrip().startswith("SELECT")]
    with store._database.reading() as connection:
        for statement, values in questions:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]  # as it was asked
            found.append("\n".join(str(row[3]) for row in rows))
    return found
