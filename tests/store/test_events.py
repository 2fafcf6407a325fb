"""The event store: each event once, found again by what is asked for, newest first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.values import DAY_US, START_US, alarm, event
from vedette.core.errors import ConfigError, NotFound
from vedette.core.facts import Event, event_id
from vedette.core.queries import EventQuery
from vedette.store import Store

BARE = Event(id="e", camera="gate", rule="fence", rule_kind="crossing", t_us=START_US)


@pytest.mark.parametrize(
    "stored",
    [
        event(),
        BARE,
        # Clocks of cameras are wrong in both directions.
        replace(BARE, t_us=0),
        replace(BARE, t_us=-1),
        replace(BARE, t_us=2**62),
        replace(BARE, id="x" * 2_000, text="line\nline\ttab \" ' \\ % ; -- 🚨"),
    ],
)
def test_an_event_comes_back_as_it_was(store: Store, stored: Event) -> None:
    assert store.events.add(stored)
    assert store.events.get(stored.id) == stored
    assert store.events.find(EventQuery()).items == (stored,)


def test_an_event_is_stored_once(store: Store) -> None:
    assert store.events.add(event(1))
    assert not store.events.add(event(1))
    assert not store.events.add(replace(event(1), text="said later"))
    assert store.events.find(EventQuery()).items == (event(1),)


def test_an_id_that_does_not_carry_its_time_is_stored_once_too(store: Store) -> None:
    assert store.events.add(BARE)
    months_later = replace(BARE, t_us=BARE.t_us + 90 * DAY_US)
    assert not store.events.add(months_later)
    assert store.events.add_many([months_later, replace(months_later, id="f"), BARE]) == 1
    assert store.events.get("e") == BARE


def test_many_at_once_are_counted_by_the_new_ones(store: Store) -> None:
    assert store.events.add_many([]) == 0
    assert store.events.add_many([event(1), event(2), event(1)]) == 2
    assert store.events.add_many(iter([event(2), event(3)])) == 1
    assert len(store.events.find(EventQuery()).items) == 3


def test_many_at_once_are_stored_all_or_none(store: Store) -> None:
    with pytest.raises(ConfigError, match="cannot hold that"):
        store.events.add_many([event(1), replace(event(2), t_us=2**70)])
    assert store.events.find(EventQuery()).items == ()


@pytest.mark.parametrize(
    "odd",
    [
        event(score=float("nan")),
        event(boxes=((0.0, 0.0, 1.0, float("inf")),)),
        event(boxes=((0.0, float("nan"), 1.0, 1.0),)),
    ],
)
def test_what_would_not_come_back_is_refused(store: Store, odd: Event) -> None:
    with pytest.raises(ConfigError, match="numbers that are none"):
        store.events.add_many([event(1), odd])
    assert store.events.find(EventQuery()).items == ()


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no event 'nobody'"):
        store.events.get("nobody")


def test_nothing_is_found_in_an_empty_store(store: Store) -> None:
    page = store.events.find(EventQuery())
    assert (page.items, page.cursor) == ((), None)


def test_a_page_goes_on_where_the_last_ended_whatever_came_meanwhile(store: Store) -> None:
    store.events.add_many([event(number) for number in range(10)])
    first = store.events.find(EventQuery(limit=4))
    store.events.add_many([event(number) for number in range(10, 20)])
    second = store.events.find(EventQuery(limit=4, cursor=first.cursor))
    assert [one.track_ids[0] for one in second.items] == ["t5", "t4", "t3", "t2"]


def test_the_last_page_says_so(store: Store) -> None:
    store.events.add_many([event(number) for number in range(4)])
    assert store.events.find(EventQuery(limit=3)).cursor is not None
    assert store.events.find(EventQuery(limit=4)).cursor is None


@pytest.mark.parametrize("cursor", ["x", "....", "MTIz", "MTIzLg", "ü", "é" * 5, "YS5i"])
def test_a_cursor_of_somebody_else_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(ConfigError, match="is no cursor of ours"):
        store.events.find(EventQuery(cursor=cursor))


@pytest.mark.parametrize("word", ["a\x00b", "' OR 1=1 --", "%", "\ud800"])
def test_odd_words_find_nothing_or_are_refused(store: Store, word: str) -> None:
    store.events.add(event())
    try:
        assert store.events.find(EventQuery(cameras=(word,))).items == ()
    except ConfigError as error:
        assert "cannot hold that" in str(error)


def test_events_without_alarm_are_those_that_call_for_one(store: Store) -> None:
    quiet = event(1, severity="info")
    taken, late, early = event(2), event(9), event(3)
    store.events.add_many([quiet, taken, late, early])
    store.alarms.put(alarm(taken))
    assert store.events.without_alarm(10) == (early, late)
    assert store.events.without_alarm(1) == (early,)


def test_ids_begin_with_their_time() -> None:
    """`_unknown` in the store relies on it."""
    assert event_id("c", "r", START_US, "s").startswith(f"{START_US:016d}-")
