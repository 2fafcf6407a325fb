"""Whatever is asked for, the pages together are the answer: newest first, all of it, once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.store.values import DAY_US, START_US, event
from vedette.core.facts import Event
from vedette.core.queries import EventQuery
from vedette.store import Store

MANY = tuple(
    event(
        number,
        t_us=START_US + random.Random(number).randrange(40) * DAY_US // 8,
        camera=f"camera-{number % 7}",
        rule=f"rule-{number % 3}",
        label=("person", "car", "bicycle")[number % 11 % 3],
        severity=("info", "warning", "critical")[number % 5 % 3],
    )
    for number in range(300)
)


@pytest.fixture(scope="module")
def filled(lasting_store: Store) -> Store:
    """All of them are there."""
    lasting_store.events.add_many(MANY)
    return lasting_store


@pytest.mark.parametrize(
    "query",
    [
        EventQuery(),
        EventQuery(cameras=("camera-3",)),
        EventQuery(cameras=("camera-3", "camera-5", "camera-3", "nobody")),
        EventQuery(cameras=tuple(f"camera-{number}" for number in range(150))),
        EventQuery(rules=("rule-1",)),
        EventQuery(rules=("rule-1", "rule-2"), labels=("car",)),
        EventQuery(labels=("bicycle", "car")),
        EventQuery(cameras=("camera-1", "camera-2", "camera-6"), rules=("rule-0", "rule-1")),
        EventQuery(cameras=("camera-1",), rules=("rule-1",), labels=("person",)),
        EventQuery(cameras=("nobody",)),
        # From the first moment on, before the second.
        EventQuery(after_us=START_US + DAY_US),
        EventQuery(before_us=START_US + 2 * DAY_US),
        EventQuery(cameras=("camera-1", "camera-2"), after_us=START_US + DAY_US // 8),
        EventQuery(after_us=START_US + DAY_US, before_us=START_US + DAY_US),
        EventQuery(after_us=-(2**80), before_us=2**80),
    ],
)
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_together_are_the_answer(filled: Store, query: EventQuery, limit: int) -> None:
    wanted = sorted(
        (one for one in MANY if matches(one, query)), key=lambda one: one.t_us, reverse=True
    )
    found = list(pages(filled, replace(query, limit=limit)))
    assert [one.t_us for one in found] == [one.t_us for one in wanted]
    assert sorted(found, key=lambda one: one.id) == sorted(wanted, key=lambda one: one.id)


def matches(one: Event, query: EventQuery) -> bool:
    """What a query means, said again."""
    return (
        (not query.cameras or one.camera in query.cameras)
        and (not query.rules or one.rule in query.rules)
        and (not query.labels or one.label in query.labels)
        and (query.after_us is None or one.t_us >= query.after_us)
        and (query.before_us is None or one.t_us < query.before_us)
    )


def pages(store: Store, query: EventQuery) -> Iterator[Event]:
    """All pages, one after the other."""
    while True:
        page = store.events.find(query)
        assert len(page.items) <= query.limit
        yield from page.items
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)
