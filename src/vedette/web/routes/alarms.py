"""What a person must answer, and the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Query, Response

from vedette.access.rights import Caller, authorise
from vedette.core.errors import Conflict, NotFound
from vedette.core.facts import Alarm, AlarmChange, AlarmState, Severity
from vedette.core.media import Region
from vedette.core.queries import AlarmQuery
from vedette.web.answers import AlarmPage, VerdictGiven
from vedette.web.callers import needs
from vedette.web.params import (
    JPEG,
    AfterUs,
    AlarmId,
    BeforeUs,
    Boxes,
    CameraFilter,
    Cursor,
    Limit,
    RuleFilter,
    visible,
)
from vedette.web.routing import feature
from vedette.web.snapshots import with_boxes
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("alarms")
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFilter:
    """Which alarms are wanted."""

    cameras: CameraFilter = ()
    rules: RuleFilter = ()
    states: Annotated[
        tuple[AlarmState, ...], Query(alias="state", description="Only in these states.")
    ] = ()
    severities: Annotated[
        tuple[Severity, ...], Query(alias="severity", description="Only of these severities.")
    ] = ()
    after_us: AfterUs = None
    before_us: BeforeUs = None
    limit: Limit = 50
    cursor: Cursor = None


@router.get("/alarms")
def list_alarms(
    asked: Annotated[AlarmFilter, Depends()],
    caller: Annotated[Caller, needs("alarms.view")],
    wiring: Wired,
) -> AlarmPage:
    """Alarms, newest first, one page at a time."""
    cameras = visible(caller, asked.cameras)
    if cameras is None:
        return AlarmPage(items=(), cursor=None)
    query = AlarmQuery(
        cameras=cameras,
        rules=asked.rules,
        states=asked.states,
        severities=asked.severities,
        after_us=asked.after_us,
        before_us=asked.before_us,
        limit=asked.limit,
        cursor=asked.cursor,
    )
    page = wiring.parts.alarms.find(query)
    return AlarmPage(items=page.items, cursor=page.cursor)


def _alarm(
    alarm_id: AlarmId, caller: Annotated[Caller, needs("alarms.view")], wiring: Wired
) -> Alarm:
    alarm = wiring.parts.alarms.get(alarm_id)
    authorise(caller, "alarms.view", [alarm.camera])
    return alarm


Asked = Annotated[Alarm, Depends(_alarm)]


@router.get("/alarms/{alarm_id}")
def get_alarm(alarm: Asked) -> Alarm:
    """One alarm."""
    return alarm


@router.get("/alarms/{alarm_id}/snapshot.jpg", response_class=Response, responses=JPEG)
def alarm_snapshot(alarm: Asked, wiring: Wired, boxes: Boxes = True) -> Response:
    """The picture that shows why there is an alarm."""
    jpeg = wiring.snapshots.read(alarm.snapshot)
    drawn = _boxes(alarm, wiring) if boxes else ()
    return Response(with_boxes(jpeg, drawn), media_type="image/jpeg")


@router.post("/alarms/{alarm_id}/acknowledge")
def acknowledge(
    caller: Annotated[Caller, needs("alarms.act")], alarm: Asked, wiring: Wired
) -> Alarm:
    """Say that somebody looks after the alarm: the caller."""

    def change(newest: Alarm) -> Alarm:
        if newest.state in ("acknowledged", "closed"):
            raise Conflict(f"the alarm is {newest.state} already, by {newest.owner or 'nobody'}")
        return replace(newest, state="acknowledged", owner=caller.user.name)

    return _change(alarm, caller, wiring, change)


@router.post("/alarms/{alarm_id}/close")
def close(
    caller: Annotated[Caller, needs("alarms.act")],
    alarm: Asked,
    given: VerdictGiven,
    wiring: Wired,
) -> Alarm:
    """End the alarm with a verdict."""

    def change(newest: Alarm) -> Alarm:
        if newest.state == "closed":
            raise Conflict("the alarm is closed already")
        owner = newest.owner or caller.user.name
        return replace(newest, state="closed", owner=owner, verdict=given.verdict, note=given.note)

    return _change(alarm, caller, wiring, change)


def _change(
    alarm: Alarm, caller: Caller, wiring: Wiring, change: Callable[[Alarm], Alarm]
) -> Alarm:
    authorise(caller, "alarms.act", [alarm.camera])
    parts = wiring.parts
    for tries_left in reversed(range(_TRIES)):
        old = parts.alarms.get(alarm.id)
        new = replace(change(old), changed_us=max(parts.clock.now_us(), old.changed_us))
        try:
            parts.alarms.put(new, instead_of=old)
        except Conflict:
            # A further event has joined it meanwhile: the answer holds for that one too.
            if not tries_left:
                raise
            continue
        parts.bus.publish(AlarmChange(alarm=new, opened=False))
        return new
    raise AssertionError("the last try answers or raises")


def _boxes(alarm: Alarm, wiring: Wiring) -> tuple[Region, ...]:
    for event_id in alarm.event_ids[:20]:
        try:
            event = wiring.parts.events.get(event_id)
        except NotFound:
            continue
        if event.snapshot == alarm.snapshot:
            return event.boxes
    return ()
