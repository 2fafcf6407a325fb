"""The alarm desk on a real store: what opens an alarm, what joins one, who answers it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vedette.alarms import desk as desks
from vedette.alarms.desk import AlarmDesk, alarm_id, cooldown_from, joined, opened
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Conflict, NotFound
from vedette.core.facts import Alarm, Event, Severity, Verdict, event_id
from vedette.core.queries import AlarmQuery, Page
from vedette.core.site import Camera, RuleSpec, Site, Spec, Stream
from vedette.store import Store, open_store

START_US = 1_763_000_000_000_000
KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def clock() -> SimulatedClock:
    """The desk's clock, some time after all events."""
    return SimulatedClock(START_US + 3_600_000_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened_store = open_store(tmp_path / "vedette.db", KEY)
    yield opened_store
    opened_store.close()


@pytest.fixture
def desk(store: Store, clock: SimulatedClock) -> AlarmDesk:
    """A desk; every rule has a cool-down of ten seconds."""
    return AlarmDesk(store.alarms, store.events, clock, lambda event: 10.0)


def event(
    at_s: float,
    *,
    camera: str = "gate",
    rule: str = "fence",
    severity: Severity = "warning",
    until_s: float | None = None,
) -> Event:
    """Something happened so many seconds after the start."""
    t_us = START_US + round(at_s * 1_000_000)
    return Event(
        id=event_id(camera, rule, t_us, "t1"),
        camera=camera,
        rule=rule,
        rule_kind="crossing",
        t_us=t_us,
        end_us=None if until_s is None else START_US + round(until_s * 1_000_000),
        label="person",
        severity=severity,
    )


@pytest.mark.parametrize(
    ("events", "alarms"),
    [
        # One is an alarm; so are two far apart.
        ([event(0)], [1]),
        ([event(0), event(10.1)], [1, 1]),
        # The cool-down counts from the last event, its end included.
        ([event(0), event(10)], [2]),
        ([event(0), event(9), event(18), event(27), event(38)], [4, 1]),
        ([event(0, until_s=5), event(15), event(26)], [2, 1]),
        # Only what the same rule on the same camera says belongs together.
        ([event(0), event(1, rule="zone"), event(2)], [2, 1]),
        ([event(0), event(1, camera="hall"), event(2)], [2, 1]),
        # Information is no alarm, and does not prolong one.
        ([event(0, severity="info")], []),
        ([event(0), event(9, severity="info"), event(18)], [1, 1]),
        # The same again is nothing new.
        ([event(0), event(0), event(1), event(0)], [2]),
        # Late and out of order: each finds the alarm it belongs to.
        ([event(100), event(0), event(5), event(95)], [2, 2]),
        ([event(5), event(0)], [2]),
        ([event(20), event(0), event(10)], [2, 1]),
    ],
)
def test_events_become_alarms(
    desk: AlarmDesk, store: Store, events: list[Event], alarms: list[int]
) -> None:
    for one in events:
        desk.take(one)
    found = store.alarms.find(AlarmQuery()).items
    assert sorted(len(alarm.event_ids) for alarm in found) == sorted(alarms)
    assert store.events.without_alarm(10) == ()


def test_an_alarm_says_what_its_events_say(desk: AlarmDesk, clock: SimulatedClock) -> None:
    first = event(0)
    change = desk.take(first)
    assert change is not None
    assert change.opened
    assert change.alarm == Alarm(
        id=f"a-{first.id}",
        camera="gate",
        rule="fence",
        severity="warning",
        opened_us=first.t_us,
        changed_us=clock.now_us(),
        last_event_us=first.t_us,
        event_ids=(first.id,),
        label="person",
    )
    second = replace(event(3, severity="critical", until_s=4), snapshot="b.jpg", label="car")
    change = desk.take(second)
    assert change is not None
    assert not change.opened
    assert change.alarm.severity == "critical"
    assert change.alarm.event_ids == (first.id, second.id)
    assert change.alarm.last_event_us == START_US + 4_000_000
    assert (change.alarm.label, change.alarm.snapshot) == ("person", "b.jpg")
    assert change.alarm.opened_us == first.t_us


def test_a_change_is_stored_before_it_is_told(desk: AlarmDesk, store: Store) -> None:
    for one in (event(0), event(5), event(50)):
        change = desk.take(one)
        assert change is not None
        assert store.alarms.get(change.alarm.id) == change.alarm
        assert store.events.get(one.id) == one


def test_an_event_that_is_known_changes_nothing(desk: AlarmDesk, store: Store) -> None:
    change = desk.take(event(0))
    assert change is not None
    desk.close(change.alarm.id, "true", "", "me")
    closed = store.alarms.get(change.alarm.id)
    assert desk.take(event(0)) is None
    assert store.alarms.find(AlarmQuery()).items == (closed,)


def test_an_event_that_was_forgotten_does_not_undo_the_answer(
    tmp_path: Path, desk: AlarmDesk, store: Store
) -> None:
    change = desk.take(event(0))
    assert change is not None
    closed = desk.close(change.alarm.id, "true", "", "me").alarm
    with sqlite3.connect(tmp_path / "vedette.db") as retention:
        retention.execute("DELETE FROM event")
    retention.close()
    assert desk.take(event(0)) is None
    assert store.alarms.find(AlarmQuery()).items == (closed,)
    assert store.events.without_alarm(5) == ()


def test_after_a_closed_alarm_the_next_is_new(desk: AlarmDesk) -> None:
    first = desk.take(event(0))
    assert first is not None
    desk.close(first.alarm.id, "true", "", "me")
    second = desk.take(event(1))
    assert second is not None
    assert second.opened


def test_an_alarm_that_somebody_looks_after_is_joined(desk: AlarmDesk) -> None:
    first = desk.take(event(0))
    assert first is not None
    desk.acknowledge(first.alarm.id, "me")
    second = desk.take(event(1))
    assert second is not None
    assert not second.opened
    assert (second.alarm.state, second.alarm.owner) == ("acknowledged", "me")


def test_an_alarm_that_goes_on_and_on_is_raised_anew(
    desk: AlarmDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "EVENTS_PER_ALARM", 3)
    changes = [desk.take(event(second)) for second in range(7)]
    assert [change.opened for change in changes if change] == [True, False, False] * 2 + [True]


def test_a_recording_played_again_raises_the_same_alarms(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    recording = [event(second, rule=f"rule-{second % 2}") for second in (0, 3, 5, 30, 31, 60)]
    raised = []
    for name in ("first", "second"):
        store = open_store(tmp_path / f"{name}.db", KEY)
        played = AlarmDesk(store.alarms, store.events, clock, lambda event: 10.0)
        for one in recording:
            played.take(one)
            clock.sleep(1.7)
        found = store.alarms.find(AlarmQuery()).items
        raised.append([replace(alarm, changed_us=0) for alarm in found])
        store.close()
    assert raised[0] == raised[1]
    assert len(raised[0]) == 5


def test_what_was_stored_but_never_told_is_caught_up(desk: AlarmDesk, store: Store) -> None:
    untold = [event(0), event(1, severity="info"), event(2), event(50)]
    store.events.add_many(untold)
    desk.take(untold[0])
    changes = list(desk.catch_up())
    assert [change.opened for change in changes] == [False, True]
    assert changes[0].alarm.event_ids == (untold[0].id, untold[2].id)
    assert list(desk.catch_up()) == []


def test_many_are_caught_up_in_portions(
    desk: AlarmDesk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "_BATCH", 7)
    store.events.add_many([event(20 * number) for number in range(30)])
    assert [change.opened for change in desk.catch_up()] == [True] * 30


def test_an_event_that_is_not_in_the_store_yet_is_put_there(desk: AlarmDesk, store: Store) -> None:
    desk.take(event(0))
    assert not store.events.add(event(0))  # what its worker does when it can again
    assert list(desk.catch_up()) == []


def test_two_desks_by_mistake_raise_an_alarm_once(store: Store, clock: SimulatedClock) -> None:
    other = AlarmDesk(store.alarms, store.events, clock, lambda event: 10.0)
    desk = AlarmDesk(store.alarms, store.events, clock, lambda event: 10.0)
    told = [one.take(event(second)) for second in range(3) for one in (desk, other)]
    assert sum(1 for change in told if change and change.opened) == 1
    assert len(store.alarms.find(AlarmQuery()).items) == 1


def test_events_and_answers_at_once_lose_nothing(desk: AlarmDesk, store: Store) -> None:
    first = desk.take(event(0))
    assert first is not None
    guard = threading.Thread(target=desk.acknowledge, args=(first.alarm.id, "me"))
    others = [threading.Thread(target=desk.take, args=(event(n / 4),)) for n in range(1, 9)]
    for thread in (*others, guard):
        thread.start()
    for thread in (*others, guard):
        thread.join()
    kept = store.alarms.get(first.alarm.id)
    assert len(kept.event_ids) == len(set(kept.event_ids)) == 9
    assert (kept.state, kept.owner) == ("acknowledged", "me")


class Busy:
    """An alarm store in which something else happens to an alarm just before a change."""

    def __init__(self, store: Store, events: list[Event]) -> None:
        self._alarms, self._events = store.alarms, events

    def put(self, alarm: Alarm, *, instead_of: Alarm | None = None) -> None:
        if instead_of is not None and self._events:
            event = self._events.pop()
            meanwhile = replace(joined(instead_of, event), changed_us=instead_of.changed_us + 1)
            self._alarms.put(meanwhile, instead_of=instead_of)
        self._alarms.put(alarm, instead_of=instead_of)

    def get(self, alarm_id: str) -> Alarm:
        return self._alarms.get(alarm_id)

    def of_event(self, event_id: str) -> Alarm | None:
        return self._alarms.of_event(event_id)

    def find(self, query: AlarmQuery) -> Page[Alarm]:
        return self._alarms.find(query)


def test_events_that_join_meanwhile_cost_no_answer(store: Store, clock: SimulatedClock) -> None:
    busy = Busy(store, [])
    desk = AlarmDesk(busy, store.events, clock, lambda event: 10.0)
    change = desk.take(event(0))
    assert change is not None
    busy._events += [event(1), event(2)]
    answer = desk.acknowledge(change.alarm.id, "me").alarm
    assert (answer.state, len(answer.event_ids)) == ("acknowledged", 3)
    busy._events += [event(3)]
    joining = desk.take(event(4))
    assert joining is not None
    assert (joining.alarm.state, len(joining.alarm.event_ids)) == ("acknowledged", 5)


def test_an_alarm_is_acknowledged_once(desk: AlarmDesk, store: Store) -> None:
    change = desk.take(event(0))
    assert change is not None
    answer = desk.acknowledge(change.alarm.id, "Maia")
    assert (answer.alarm.state, answer.alarm.owner) == ("acknowledged", "Maia")
    assert not answer.opened
    assert answer.alarm.changed_us > change.alarm.changed_us
    assert store.alarms.get(change.alarm.id) == answer.alarm
    with pytest.raises(Conflict, match="the alarm is acknowledged already by Maia"):
        desk.acknowledge(change.alarm.id, "Olaf")


@pytest.mark.parametrize("verdict", ["true", "false", "test"])
@pytest.mark.parametrize("acknowledged", [True, False])
def test_an_alarm_is_closed_once(desk: AlarmDesk, verdict: Verdict, acknowledged: bool) -> None:
    change = desk.take(event(0))
    assert change is not None
    if acknowledged:
        desk.acknowledge(change.alarm.id, "Maia")
    closed = desk.close(change.alarm.id, verdict, "a cat", "Olaf").alarm
    assert (closed.state, closed.verdict, closed.note) == ("closed", verdict, "a cat")
    assert closed.owner == ("Maia" if acknowledged else "Olaf")
    with pytest.raises(Conflict, match=f"the alarm is closed already, as {verdict}"):
        desk.close(change.alarm.id, "true", "", "Maia")
    with pytest.raises(Conflict, match="the alarm is closed already"):
        desk.acknowledge(change.alarm.id, "Maia")


def test_an_escalated_alarm_may_be_acknowledged_again(desk: AlarmDesk, store: Store) -> None:
    change = desk.take(event(0))
    assert change is not None
    store.alarms.put(replace(change.alarm, state="escalated", owner="the shift"))
    assert desk.acknowledge(change.alarm.id, "Maia").alarm.owner == "Maia"


def test_what_is_not_there_cannot_be_answered(desk: AlarmDesk) -> None:
    with pytest.raises(NotFound):
        desk.acknowledge("a-nothing", "me")
    with pytest.raises(NotFound):
        desk.close("a-nothing", "true", "", "me")


def test_of_two_closing_at_once_one_is_told(desk: AlarmDesk) -> None:
    change = desk.take(event(0))
    assert change is not None
    gate = threading.Barrier(6)
    told: list[str] = []

    def close(name: str) -> None:
        gate.wait()
        try:
            desk.close(change.alarm.id, "true", "", name)
            told.append(name)
        except Conflict:
            pass

    guards = [threading.Thread(target=close, args=(f"guard-{n}",)) for n in range(6)]
    for guard in guards:
        guard.start()
    for guard in guards:
        guard.join()
    assert len(told) == 1


@pytest.mark.parametrize(
    ("camera", "rule", "cooldown_s"),
    [
        ("gate", "fence", 30.0),
        # What has been deleted meanwhile has the default.
        ("gate", "gone", 10.0),
        ("gone", "fence", 10.0),
    ],
)
def test_cooldowns_come_from_the_configuration(camera: str, rule: str, cooldown_s: float) -> None:
    fence = RuleSpec(id="fence", name="Fence", kind="crossing", cooldown_s=30)
    gate = Camera(
        id="gate", name="Gate", streams=(Stream(source=Spec(kind="synthetic")),), rules=(fence,)
    )
    cooldown_of = cooldown_from(lambda: Site(cameras=(gate,)))
    assert cooldown_of(event(0, camera=camera, rule=rule)) == cooldown_s


def test_the_logic_needs_no_store() -> None:
    alarm = joined(opened(event(0), now_us=7), event(2))
    assert alarm.id == alarm_id(event(0).id)
    assert alarm.changed_us == 7
    assert alarm.event_ids == (event(0).id, event(2).id)
