"""The alarm store: what was put is found, and nobody's answer is lost."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.store.values import START_US, alarm, event
from vedette.core.errors import Conflict, NotFound
from vedette.core.facts import Alarm, AlarmState
from vedette.core.queries import AlarmQuery
from vedette.store import Store


def test_an_alarm_comes_back_as_it_was(store: Store) -> None:
    full = alarm(event(), state="closed", owner="Ölaf", verdict="false", note="a cat 猫\nagain")
    store.alarms.put(full)
    assert store.alarms.get(full.id) == full
    assert store.alarms.find(AlarmQuery()).items == (full,)


def test_an_alarm_is_stored_once_and_changes(store: Store) -> None:
    first = alarm(event(1))
    store.alarms.put(first)
    changed = replace(first, state="acknowledged", changed_us=first.changed_us + 1, owner="me")
    store.alarms.put(changed)
    assert store.alarms.find(AlarmQuery()).items == (changed,)


def test_events_know_their_alarm(store: Store) -> None:
    first, second, other = event(1), event(2), event(3)
    store.events.add_many([first, second, other])
    joined = alarm(first, event_ids=(first.id, second.id))
    store.alarms.put(joined)
    assert store.alarms.of_event(second.id) == joined
    assert store.alarms.of_event(other.id) is None
    assert store.alarms.of_event("nobody") is None
    assert store.events.without_alarm(9) == (other,)


def test_an_event_stays_in_the_alarm_that_took_it_first(store: Store) -> None:
    shared = event(1)
    store.events.add(shared)
    store.alarms.put(alarm(shared))
    store.alarms.put(alarm(event(2), event_ids=(event(2).id, shared.id)))
    assert store.alarms.of_event(shared.id) == alarm(shared)


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no alarm 'a-nothing'"):
        store.alarms.get("a-nothing")
    with pytest.raises(NotFound):
        store.alarms.put(alarm(event(1)), instead_of=alarm(event(1)))


def test_of_two_answers_at_once_the_second_is_refused(store: Store) -> None:
    asked = alarm(event(1))
    store.alarms.put(asked)
    mine = replace(asked, state="acknowledged", owner="me", changed_us=asked.changed_us + 1)
    yours = replace(asked, state="closed", owner="you", changed_us=asked.changed_us + 2)
    store.alarms.put(mine, instead_of=asked)
    with pytest.raises(Conflict, match="somebody else changed the alarm"):
        store.alarms.put(yours, instead_of=asked)
    assert store.alarms.get(asked.id) == mine


def test_of_many_answers_at_once_one_counts(store: Store) -> None:
    asked = alarm(event(1))
    store.alarms.put(asked)
    refused: list[Conflict] = []

    def answer(name: str) -> None:
        try:
            mine = replace(asked, owner=name, changed_us=asked.changed_us + 1)
            store.alarms.put(mine, instead_of=asked)
        except Conflict as conflict:
            refused.append(conflict)

    guards = [threading.Thread(target=answer, args=(f"guard-{n}",)) for n in range(8)]
    for guard in guards:
        guard.start()
    for guard in guards:
        guard.join()
    assert len(refused) == 7
    assert (store.alarms.get(asked.id).owner or "").startswith("guard-")


STATES: tuple[AlarmState, ...] = ("new", "acknowledged", "assigned", "escalated", "closed")
MANY: tuple[Alarm, ...] = tuple(
    alarm(
        event(number, camera=f"camera-{number % 3}", rule=f"rule-{number % 2}"),
        state=STATES[number % 5],
        severity=("warning", "critical")[number % 7 % 2],
    )
    for number in range(60)
)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (AlarmQuery(), lambda one: True),
        (AlarmQuery(cameras=("camera-1",)), lambda one: one.camera == "camera-1"),
        (AlarmQuery(rules=("rule-1", "rule-0")), lambda one: True),
        (
            AlarmQuery(states=("new", "escalated")),
            lambda one: one.state in ("new", "escalated"),
        ),
        (AlarmQuery(severities=("critical",)), lambda one: one.severity == "critical"),
        (
            AlarmQuery(
                cameras=("camera-0", "camera-2"),
                rules=("rule-1",),
                states=("closed", "new"),
                severities=("warning",),
            ),
            lambda one: (
                one.camera != "camera-1"
                and one.rule == "rule-1"
                and one.state in ("closed", "new")
                and one.severity == "warning"
            ),
        ),
        (
            AlarmQuery(after_us=START_US + 10_000_000, before_us=START_US + 20_000_000),
            lambda one: START_US + 10_000_000 <= one.opened_us < START_US + 20_000_000,
        ),
    ],
)
def test_alarms_are_found_newest_first(store: Store, query: AlarmQuery, wanted: object) -> None:
    for one in MANY:
        store.alarms.put(one)
    assert callable(wanted)
    expected = tuple(one for one in reversed(MANY) if wanted(one))
    assert len(expected) > 0
    found: tuple[Alarm, ...] = ()
    cursor = None
    while len(found) <= len(expected):
        page = store.alarms.find(replace(query, limit=7, cursor=cursor))
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert found == expected
