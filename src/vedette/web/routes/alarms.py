"""What a person must answer, and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Response

from vedette.access.rights import Caller, authorise
from vedette.core.errors import NotFound
from vedette.core.facts import Alarm, AlarmChange, AlarmState, Severity
from vedette.core.media import Region
from vedette.core.queries import AlarmQuery
from vedette.web.answers import AlarmPage, VerdictGiven
from vedette.web.audited import Trailed
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
    caller: Annotated[Caller, needs("alarms.act")], alarm: Asked, wiring: Wired, trail: Trailed
) -> Alarm:
    """Say that somebody looks after the alarm: the caller."""
    authorise(caller, "alarms.act", [alarm.camera])
    change = wiring.desk.acknowledge(alarm.id, caller.user.name)
    trail.change(alarm, change.alarm)
    return _tell(wiring, change)


@router.post("/alarms/{alarm_id}/close")
def close(
    caller: Annotated[Caller, needs("alarms.act")],
    alarm: Asked,
    given: VerdictGiven,
    wiring: Wired,
    trail: Trailed,
) -> Alarm:
    """End the alarm with a verdict."""
    authorise(caller, "alarms.act", [alarm.camera])
    change = wiring.desk.close(alarm.id, given.verdict, given.note, caller.user.name)
    trail.change(alarm, change.alarm)
    return _tell(wiring, change)


def _tell(wiring: Wiring, change: AlarmChange) -> Alarm:
    wiring.parts.bus.publish(change)
    return change.alarm


def _boxes(alarm: Alarm, wiring: Wiring) -> tuple[Region, ...]:
    for event_id in alarm.event_ids[:20]:
        try:
            event = wiring.parts.events.get(event_id)
        except NotFound:
            continue
        if event.snapshot == alarm.snapshot:
            return event.boxes
    return ()
