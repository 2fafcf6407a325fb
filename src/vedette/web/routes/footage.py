"""What there is of a camera's past: files, gaps, a timeline, a calendar, boxes to draw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeVar

from fastapi import Query

from vedette.core.footage import Activity, Gap, Segment, Span
from vedette.core.queries import EventQuery
from vedette.core.schedule import TimeZone
from vedette.pipeline.boxes import TrackPath, unpack
from vedette.web.footage_answers import (
    Boxes,
    BoxTrack,
    Calendar,
    EventMark,
    FootageFile,
    FootageGap,
    FootageSpan,
    Timeline,
)
from vedette.web.params import StreamWanted
from vedette.web.routing import API, feature
from vedette.web.spans import Past, PastAsked, recorded_stream
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

T = TypeVar("T")

router = feature("footage", f"{API}/cameras/{{camera_id}}")
_MOST_FILES = 12_000
_MOST_EVENTS = 500
_MINUTE = 1 / 1440  # of a day


@router.get("/footage")
def list_footage(past: PastAsked, wiring: Wired, stream: StreamWanted = None) -> FootageSpan:
    """Recorded files and gaps of a span, seven days at most."""
    past.at_most(7, "seven days")
    chosen = recorded_stream(past, stream)
    footage = wiring.parts.footage
    files = footage.find(past.camera, chosen, past.span, limit=_MOST_FILES)
    after = files[-1].start_us + 1 if len(files) == _MOST_FILES else past.span[1]
    following = footage.following(past.camera, chosen, after)
    return FootageSpan(
        camera=past.camera,
        stream=chosen,
        files=tuple(_file(one) for one in files),
        gaps=tuple(_gap(one) for one in footage.gaps(past.camera, chosen, past.span)),
        next_us=None if following is None else following.start_us,
    )


@router.get("/timeline")
def timeline(
    past: PastAsked,
    wiring: Wired,
    buckets: Annotated[
        int, Query(description="In how many equal parts the span is cut.", ge=1, le=4000)
    ] = 1000,
    stream: StreamWanted = None,
) -> Timeline:
    """Footage, gaps, motion, objects and events of a span of any length up to 400 days."""
    past.at_most(400, "400 days")
    chosen = recorded_stream(past, stream)
    bucket_us = max(1, (past.span[1] - past.span[0]) // buckets)
    footage = wiring.parts.footage
    covered = footage.covered(past.camera, chosen, past.span, step_us=bucket_us)
    gaps = (
        _gap(one)
        for one in footage.gaps(past.camera, chosen, past.span)
        if one.end_us is None or one.end_us - one.start_us >= bucket_us
    )
    active = wiring.parts.activity.activity(past.camera, past.span, buckets=buckets)
    places = [_place(one, past.span, buckets) for one in active]
    events = _events(wiring, past)
    return Timeline(
        bucket_us=bucket_us,
        footage=tuple(covered),
        gaps=tuple(gaps),
        motion=_spread(buckets, places, [round(one.motion, 4) for one in active], 0.0),
        objects=_spread(buckets, places, [one.objects for one in active], 0),
        events=events or (),
        event_counts=_spread(buckets, places, [one.events for one in active], 0)
        if events is None
        else None,
    )


@router.get("/days")
def days(
    past: PastAsked,
    wiring: Wired,
    time_zone: Annotated[
        TimeZone | None, Query(description="Whose days; the camera's time zone if left out.")
    ] = None,
) -> Calendar:
    """Days with footage, motion and events, for a calendar; 400 at most."""
    past.at_most(400, "400 days")
    own = past.configured.time_zone if past.configured else None
    zone = time_zone or own or wiring.site.now().time_zone
    found = wiring.parts.activity.days(past.camera, past.span, time_zone=zone)
    return Calendar(time_zone=zone, days=found)


@router.get("/boxes")
def boxes(past: PastAsked, wiring: Wired) -> Boxes:
    """Where objects were, picture by picture, to be drawn over the recording; ten minutes at
    most."""
    past.at_most(10 * _MINUTE, "ten minutes")
    chunks = wiring.parts.activity.chunks(past.camera, past.span)
    paths: dict[str, list[TrackPath]] = {}
    for chunk in chunks:
        for path in unpack(chunk):
            paths.setdefault(path.id, []).append(path)
    drawn = (_drawn(parts, past.span) for parts in paths.values())
    return Boxes(tracks=tuple(one for one in drawn if one is not None))


def _file(one: Segment) -> FootageFile:
    return FootageFile(
        id=one.id,
        stream=one.stream,
        start_us=one.start_us,
        end_us=one.end_us,
        codec=one.codec,
        width=one.width,
        height=one.height,
        audio=one.audio,
        size=one.size,
        open=one.open,
        keep=one.keep,
        tier=one.tier,
    )


def _gap(one: Gap) -> FootageGap:
    return FootageGap(
        stream=one.stream,
        start_us=one.start_us,
        end_us=one.end_us,
        cause=one.cause,
        detail=one.detail,
    )


def _place(one: Activity, span: Span, buckets: int) -> int:
    # The bucket's start was rounded down, so its number is rounded up.
    return min(
        buckets - 1, ((one.start_us - span[0]) * buckets + buckets - 1) // (span[1] - span[0])
    )


def _spread(buckets: int, places: Iterable[int], values: Iterable[T], none: T) -> tuple[T, ...]:
    spread = [none] * buckets
    for place, one in zip(places, values, strict=True):
        spread[place] = one
    return tuple(spread)


def _events(wiring: Wiring, past: Past) -> tuple[EventMark, ...] | None:
    """The events of a span, oldest first; None when there are too many to draw."""
    if "events.view" not in past.caller.rights:
        return ()
    after_us, before_us = past.span
    page = wiring.parts.events.find(
        EventQuery(
            cameras=(past.camera,), after_us=after_us, before_us=before_us, limit=_MOST_EVENTS
        )
    )
    if page.cursor is not None:
        return None
    return tuple(
        EventMark(id=one.id, t_us=one.t_us, rule=one.rule, severity=one.severity, label=one.label)
        for one in reversed(page.items)
    )


def _drawn(parts: list[TrackPath], span: Span) -> BoxTrack | None:
    """A track within a span; None for one that was never sure, or is not in it."""
    if not any(state == "confirmed" for part in parts for state in part.states):
        return None
    seen = [
        (t_us, box, score)
        for part in parts
        for t_us, box, score, state in zip(
            part.t_us, part.boxes, part.scores, part.states, strict=True
        )
        if span[0] <= t_us < span[1] and state != "lost"
    ]
    if not seen:
        return None
    return BoxTrack(
        id=parts[0].id,
        label=parts[-1].label,
        score=max(score for _, _, score in seen),
        t_us=tuple(t_us for t_us, _, _ in seen),
        box=tuple(box for _, box, _ in seen),
    )
