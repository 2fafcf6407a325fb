"""The alarm desk: which event opens an alarm, which joins one, and what people may do about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import get_args

from vedette.core.clock import Clock, from_seconds
from vedette.core.errors import Conflict, NotFound
from vedette.core.facts import Alarm, AlarmChange, AlarmState, Event, Severity, Verdict
from vedette.core.ports import AlarmStore, EventStore
from vedette.core.queries import AlarmQuery
from vedette.core.site import RuleSpec, Site

__all__ = ["EVENTS_PER_ALARM", "AlarmDesk", "alarm_id", "cooldown_from", "joined", "opened"]

EVENTS_PER_ALARM = 500
"""After so many events what still goes on is raised anew."""
_OPEN: tuple[AlarmState, ...] = ("new", "acknowledged", "assigned", "escalated")
_ACKNOWLEDGED_FROM: tuple[AlarmState, ...] = ("new", "escalated")
_GRAVITY: tuple[Severity, ...] = get_args(Severity)
_BATCH = 200
_NEAREST = 20


class AlarmDesk:
    """Takes events into alarms and people's answers to them; one desk serves a site.

    Whatever it answers is stored already. Events may come twice, late or out of order.
    """

    def __init__(
        self,
        alarms: AlarmStore,
        events: EventStore,
        clock: Clock,
        cooldown_of: Callable[[Event], float],
    ) -> None:
        self._alarms, self._events, self._clock = alarms, events, clock
        self._cooldown_of = cooldown_of
        self._one_at_a_time = threading.Lock()

    def take(self, event: Event) -> AlarmChange | None:
        """Open an alarm or join the one that is open; None for `info` and for events known."""
        if event.severity == "info":
            return None
        with self._one_at_a_time:
            # A worker that cannot reach the store tells of events before they are in it.
            self._events.add(event)
            if self._alarms.of_event(event.id) is not None:
                return None
            return self._take(event)

    def catch_up(self) -> Iterator[AlarmChange]:
        """Take in all events that were stored but never told of; call at start and now and then."""
        while waiting := self._events.without_alarm(_BATCH):
            for event in waiting:
                if change := self.take(event):
                    yield change

    def acknowledge(self, alarm_id: str, by: str) -> AlarmChange:
        """Somebody looks after it and owns it from now on; Conflict when somebody does."""

        def acknowledged(alarm: Alarm) -> Alarm:
            if alarm.state not in _ACKNOWLEDGED_FROM:
                whose = f" by {alarm.owner}" if alarm.owner else ""
                raise Conflict(f"the alarm is {alarm.state} already{whose}")
            return replace(alarm, state="acknowledged", owner=by)

        return self._answer(alarm_id, acknowledged)

    def close(self, alarm_id: str, verdict: Verdict, note: str, by: str) -> AlarmChange:
        """It has been dealt with; Conflict when it is closed already."""

        def closed(alarm: Alarm) -> Alarm:
            if alarm.state not in _OPEN:
                raise Conflict(f"the alarm is closed already, as {alarm.verdict}")
            owner = alarm.owner or by
            return replace(alarm, state="closed", verdict=verdict, note=note, owner=owner)

        return self._answer(alarm_id, closed)

    def _answer(self, alarm_id: str, answered: Callable[[Alarm], Alarm]) -> AlarmChange:
        with self._one_at_a_time:
            while True:
                before = self._alarms.get(alarm_id)
                after = answered(before)
                # An event that joins meanwhile is no reason to refuse an answer.
                with suppress(Conflict):
                    return self._change(before, after)

    def _take(self, event: Event) -> AlarmChange | None:
        while True:
            before = self._nearest(event)
            if before is None:
                return self._open(event)
            with suppress(Conflict):  # somebody answered it just now: look again
                return self._change(before, joined(before, event))

    def _open(self, event: Event) -> AlarmChange | None:
        alarm = opened(event, self._clock.now_us())
        try:
            known = self._alarms.get(alarm.id)
        except NotFound:
            self._alarms.put(alarm)
            return AlarmChange(alarm=alarm, opened=True)
        # The event had been forgotten and came again; its alarm and the answer to it stand.
        self._alarms.put(known)
        return None

    def _nearest(self, event: Event) -> Alarm | None:
        """The open alarm that the event belongs to."""
        cooldown_us = from_seconds(self._cooldown_of(event))
        query = AlarmQuery(
            cameras=(event.camera,),
            rules=(event.rule,),
            states=_OPEN,
            before_us=_end_us(event) + cooldown_us + 1,
            limit=_NEAREST,
        )
        for alarm in self._alarms.find(query).items:
            room = len(alarm.event_ids) < EVENTS_PER_ALARM
            if room and event.t_us - alarm.last_event_us <= cooldown_us:
                return alarm
        return None

    def _change(self, before: Alarm, after: Alarm) -> AlarmChange:
        # Strictly later, so that nobody else's change at the same microsecond goes unseen.
        changed_us = max(self._clock.now_us(), before.changed_us + 1)
        after = replace(after, changed_us=changed_us)
        self._alarms.put(after, instead_of=before)
        return AlarmChange(alarm=after, opened=False)


def alarm_id(event_id: str) -> str:
    """Id of the alarm that an event opens: the same whenever the same recording is played."""
    return f"a-{event_id}"


def opened(event: Event, now_us: int) -> Alarm:
    """The alarm that an event opens."""
    return Alarm(
        id=alarm_id(event.id),
        camera=event.camera,
        rule=event.rule,
        severity=event.severity,
        opened_us=event.t_us,
        changed_us=now_us,
        last_event_us=_end_us(event),
        event_ids=(event.id,),
        label=event.label,
        snapshot=event.snapshot,
    )


def joined(alarm: Alarm, event: Event) -> Alarm:
    """The alarm with one more event: as grave as the gravest, pictured by the first with one."""
    return replace(
        alarm,
        severity=max(alarm.severity, event.severity, key=_GRAVITY.index),
        last_event_us=max(alarm.last_event_us, _end_us(event)),
        event_ids=(*alarm.event_ids, event.id),
        label=alarm.label or event.label,
        snapshot=alarm.snapshot or event.snapshot,
    )


def cooldown_from(site: Callable[[], Site]) -> Callable[[Event], float]:
    """Cool-downs as the newest configuration has them; rules that are gone have the default."""

    def cooldown_of(event: Event) -> float:
        try:
            rules = site().camera(event.camera).rules
        except NotFound:
            rules = ()
        return next((rule.cooldown_s for rule in rules if rule.id == event.rule), default)

    default = RuleSpec(id="default", name="default", kind="default").cooldown_s
    return cooldown_of


def _end_us(event: Event) -> int:
    return event.t_us if event.end_us is None else max(event.t_us, event.end_us)
