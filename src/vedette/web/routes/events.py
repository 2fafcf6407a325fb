"""What happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Response

from vedette.access.rights import Caller, authorise
from vedette.core.facts import Event
from vedette.core.queries import EventQuery
from vedette.web.answers import EventPage
from vedette.web.callers import needs
from vedette.web.params import (
    JPEG,
    AfterUs,
    BeforeUs,
    Boxes,
    CameraFilter,
    Cursor,
    EventId,
    Limit,
    RuleFilter,
    visible,
)
from vedette.web.routing import feature
from vedette.web.snapshots import with_boxes
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("events")
_Label = Annotated[str, Query(max_length=120)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are wanted."""

    cameras: CameraFilter = ()
    rules: RuleFilter = ()
    labels: Annotated[
        tuple[_Label, ...], Query(alias="label", description="Only these labels.", max_length=100)
    ] = ()
    after_us: AfterUs = None
    before_us: BeforeUs = None
    limit: Limit = 50
    cursor: Cursor = None


@router.get("/events")
def list_events(
    asked: Annotated[EventFilter, Depends()],
    caller: Annotated[Caller, needs("events.view")],
    wiring: Wired,
) -> EventPage:
    """Events, newest first, one page at a time."""
    cameras = visible(caller, asked.cameras)
    if cameras is None:
        return EventPage(items=(), cursor=None)
    query = EventQuery(
        cameras=cameras,
        rules=asked.rules,
        labels=asked.labels,
        after_us=asked.after_us,
        before_us=asked.before_us,
        limit=asked.limit,
        cursor=asked.cursor,
    )
    page = wiring.parts.events.find(query)
    return EventPage(items=page.items, cursor=page.cursor)


def _event(
    event_id: EventId, caller: Annotated[Caller, needs("events.view")], wiring: Wired
) -> Event:
    event = wiring.parts.events.get(event_id)
    authorise(caller, "events.view", [event.camera])
    return event


Asked = Annotated[Event, Depends(_event)]


@router.get("/events/{event_id}")
def get_event(event: Asked) -> Event:
    """One event."""
    return event


@router.get("/events/{event_id}/snapshot.jpg", response_class=Response, responses=JPEG)
def event_snapshot(event: Asked, wiring: Wired, boxes: Boxes = True) -> Response:
    """The picture in which the event was seen."""
    jpeg = wiring.snapshots.read(event.snapshot)
    return Response(with_boxes(jpeg, event.boxes if boxes else ()), media_type="image/jpeg")
