"""Parameters that several routes share, each with its limits and words."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header, Path, Query
from pydantic import Field

from vedette.access.rights import Caller
from vedette.core.errors import ConfigError

__all__ = [
    "JPEG",
    "AfterUs",
    "AlarmId",
    "BeforeUs",
    "Boxes",
    "CameraFilter",
    "CameraId",
    "Cursor",
    "EventId",
    "IfMatch",
    "Limit",
    "Moment",
    "PartId",
    "RuleFilter",
    "StreamWanted",
    "etag",
    "revision_of",
    "visible",
]

# Whole numbers a browser can hold.
_LARGEST = 9_007_199_254_740_991
_ID = r"^[a-z0-9][a-z0-9_.-]{0,62}$"
_FACT_ID = r"^[^\x00-\x20/\\\x7f]{1,300}$"
_TAG = re.compile(r'(?:W/)?"?(\d{1,15})"?')

CameraId = Annotated[str, Path(description="Id of the camera.", pattern=_ID)]
PartId = Annotated[str, Path(description="Id within the camera.", pattern=_ID)]
EventId = Annotated[str, Path(description="Id of the event.", pattern=_FACT_ID)]
AlarmId = Annotated[str, Path(description="Id of the alarm.", pattern=_FACT_ID)]
IfMatch = Annotated[
    str | None,
    Header(
        description="Revision of the site this change is based on, as its ETag said;"
        " refused with 409 when it is no longer the newest.",
        max_length=40,
    ),
]
_Word = Annotated[str, Query(max_length=120)]
CameraFilter = Annotated[
    tuple[_Word, ...], Query(alias="camera", description="Only these cameras.", max_length=500)
]
RuleFilter = Annotated[
    tuple[_Word, ...], Query(alias="rule", description="Only these rules, by id.", max_length=500)
]
AfterUs = Annotated[
    int | None,
    Query(description="From this moment on, in microseconds since 1970 UTC.", ge=0, le=_LARGEST),
]
BeforeUs = Annotated[
    int | None,
    Query(description="Before this moment, in microseconds since 1970 UTC.", ge=0, le=_LARGEST),
]
Moment = Annotated[int, Field(ge=0, le=_LARGEST)]
"""Microseconds since 1970 UTC."""
StreamWanted = Annotated[
    str | None,
    Query(description="Id of the stream; the one that is recorded if left out.", pattern=_ID),
]
Limit = Annotated[int, Query(description="How many at most.", ge=1, le=500)]
Cursor = Annotated[str | None, Query(description="The cursor of the page before.", max_length=400)]
Boxes = Annotated[bool, Query(description="Whether the boxes of its tracks are drawn on it.")]
JPEG: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The picture.",
    }
}
"""What OpenAPI says of routes that answer with a picture."""


def visible(caller: Caller, wanted: tuple[str, ...]) -> tuple[str, ...] | None:
    """The cameras to ask the store for, empty for all; None when nothing can be found."""
    if caller.cameras is None:
        return wanted
    return tuple(sorted(caller.cameras.intersection(wanted or caller.cameras))) or None


def revision_of(if_match: str | None) -> int | None:
    """The revision an If-Match header names; None when any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if not found:
        raise ConfigError("expected the revision of an ETag", path=("If-Match",))
    return int(found[1])


def etag(revision: int) -> str:
    """A revision as an ETag."""
    return f'"{revision}"'
