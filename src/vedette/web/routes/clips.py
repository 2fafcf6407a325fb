"""Clips of events and alarms: the footage around them, copied into one MP4."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Response

from vedette.access.rights import Caller, authorise
from vedette.core.clock import from_seconds
from vedette.core.errors import NotFound, TooEarly
from vedette.core.facts import Alarm
from vedette.core.footage import Span
from vedette.record.cut import Cut
from vedette.web.callers import needs
from vedette.web.ranges import MP4, Content, Wanted, answer
from vedette.web.routes.alarms import Asked as AskedAlarm
from vedette.web.routes.events import Asked as AskedEvent
from vedette.web.routes.playback import recorded_stream
from vedette.web.routing import feature
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("clips")
# What has not come on disk by then was not recorded.
_SETTLED_US = 5_000_000
_LONGEST_US = 600_000_000
_Seconds = Annotated[float, Query(ge=0, le=300)]
_CLIP: dict[int | str, dict[str, object]] = {
    **MP4,
    425: {"description": "The footage after it is still to come; Retry-After says when."},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """How much is shown besides what happened."""

    before_s: Annotated[_Seconds, Query(description="So many seconds before it happened.")] = 5.0
    after_s: Annotated[_Seconds, Query(description="So many seconds after it ended.")] = 10.0


@router.get("/events/{event_id}/clip.mp4", response_class=Response, responses=_CLIP)
def event_clip(
    event: AskedEvent,
    caller: Annotated[Caller, needs("footage.view")],
    wanted: Wanted,
    wiring: Wired,
    roll: Annotated[Roll, Depends()],
) -> Response:
    """The footage around an event, at most ten minutes of it, as one MP4 that plays anywhere."""
    authorise(caller, "footage.view", [event.camera])
    span = _span((event.t_us, event.end_us or event.t_us), roll)
    return _answer(wiring, _cut(wiring, event.camera, span, event.t_us), wanted)


@router.get("/alarms/{alarm_id}/clip.mp4", response_class=Response, responses=_CLIP)
def alarm_clip(
    alarm: AskedAlarm,
    caller: Annotated[Caller, needs("footage.view")],
    wanted: Wanted,
    wiring: Wired,
    roll: Annotated[Roll, Depends()],
) -> Response:
    """The footage around an alarm's events, at most ten minutes of it, as one MP4."""
    authorise(caller, "footage.view", [alarm.camera])
    first_us = _first_event_us(wiring, alarm)
    span = _span((first_us, max(first_us, alarm.last_event_us)), roll)
    return _answer(wiring, _cut(wiring, alarm.camera, span, first_us), wanted)


def _first_event_us(wiring: Wiring, alarm: Alarm) -> int:
    try:
        return wiring.parts.events.get(alarm.event_ids[0]).t_us
    except (NotFound, IndexError):
        return alarm.opened_us


def _span(happened: Span, roll: Roll) -> Span:
    begin = happened[0] - from_seconds(roll.before_s)
    return begin, min(happened[1] + from_seconds(roll.after_s), begin + _LONGEST_US)


def _cut(wiring: Wiring, camera: str, span: Span, t_us: int) -> Cut:
    """The file with the moment itself, should formats have changed within the span."""
    stream = recorded_stream(wiring, camera)
    now_us = wiring.parts.clock.now_us()
    if now_us < span[1] + _SETTLED_US:
        until_us = wiring.archive.recorded_until(camera, stream, span)
        if until_us is None or until_us < span[1]:
            wait_s = max(1.0, (span[1] - now_us) / 1e6 + 1.0)
            raise TooEarly("the footage after it is still to come", retry_after_s=wait_s)
    cuts = wiring.archive.cut(camera, stream, span)
    return next((one for one in cuts if one.start_us <= t_us < one.end_us), cuts[0])


def _answer(wiring: Wiring, cut: Cut, wanted: Wanted) -> Response:
    content = Content(
        size=cut.size,
        tag=f'"{hashlib.sha256(cut.head).hexdigest()[:32]}"',
        read=lambda start, end: cut.read(wiring.archive.files, start, end),
    )
    return answer(content, wanted)
