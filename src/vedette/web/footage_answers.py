"""What the API says of recordings."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from vedette.core.archive import Day
from vedette.core.facts import Severity
from vedette.core.footage import GapCause, Keep, Pin, Span, Tier
from vedette.core.media import Region
from vedette.core.site import Id
from vedette.core.value import value
from vedette.web.params import Moment

__all__ = [
    "BoxTrack",
    "Boxes",
    "Calendar",
    "EventMark",
    "FootageFile",
    "FootageGap",
    "FootageSpan",
    "PinWanted",
    "Pins",
    "Timeline",
]


@value
class FootageFile:
    """One recorded file."""

    id: str
    """Asks for its pictures under `/footage/{id}`."""
    stream: str
    start_us: int
    end_us: int
    """When its last picture ends; grows while `open`."""
    codec: str
    width: int
    height: int
    audio: str
    """Codec of its sound; empty without."""
    size: int
    """Bytes."""
    open: bool
    """Still being written."""
    keep: Keep
    """Why it is kept."""
    tier: Tier
    """Where it lies."""


@value
class FootageGap:
    """A span without footage, and why."""

    stream: str
    start_us: int
    end_us: int | None
    """Null while it lasts."""
    cause: GapCause
    detail: str


@value
class FootageSpan:
    """What there is of a camera in a span."""

    camera: str
    stream: str | None
    """Null when the camera is gone from the site: then all its streams."""
    files: tuple[FootageFile, ...]
    """Those that overlap the span, oldest first."""
    gaps: tuple[FootageGap, ...]
    next_us: int | None
    """When the next footage begins after what was told; null when there is none."""


@value
class EventMark:
    """An event on the timeline."""

    id: str
    t_us: int
    rule: str
    severity: Severity
    label: str


@value
class Timeline:
    """A span of a camera in so many equal buckets."""

    bucket_us: int
    """How long a bucket is, rounded down."""
    footage: tuple[Span, ...]
    """Where there is footage; holes shorter than a bucket are left out."""
    gaps: tuple[FootageGap, ...]
    """Why there is none, where it lacks for a bucket at least."""
    motion: tuple[float, ...]
    """Largest share of the picture that moved, one a bucket, 0-1."""
    objects: tuple[int, ...]
    """Most objects at once, one a bucket."""
    events: tuple[EventMark, ...]
    """Events, oldest first; empty when there are more than 500."""
    event_counts: tuple[int, ...] | None
    """One a bucket where there are more than 500 events; null otherwise."""


@value
class Calendar:
    """Days on which there is footage, or something happened."""

    time_zone: str
    days: tuple[Day, ...]


@value
class BoxTrack:
    """One object over time: as many boxes as times."""

    id: str
    label: str
    score: float
    """The surest it was."""
    t_us: tuple[int, ...]
    box: tuple[Region, ...]
    """[x1, y1, x2, y2] as fractions of the picture, origin top left."""


@value
class Boxes:
    """What was seen in a span of a recording."""

    tracks: tuple[BoxTrack, ...]


@value
class PinWanted:
    """A span to keep for ever."""

    camera: Id
    start_us: Moment
    end_us: Moment
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    """Why, in words for people."""


@value
class Pins:
    """Spans that are kept for ever, by where they begin."""

    items: tuple[Pin, ...]
