"""Messages as bytes: JSON tagged by `kind`, read back only as one of the types we know."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from vedette.core.errors import ConfigError
from vedette.core.facts import (
    AlarmChange,
    Event,
    LaneStatus,
    Observation,
    Picture,
    PictureWanted,
    ProcessStatus,
    RecorderStatus,
    SiteChanged,
    StreamStatus,
    SystemWarning,
)

__all__ = ["MESSAGE_KINDS", "Message", "decode", "encode"]

Message = (
    Observation
    | Event
    | AlarmChange
    | SiteChanged
    | StreamStatus
    | LaneStatus
    | ProcessStatus
    | SystemWarning
    | RecorderStatus
    | PictureWanted
    | Picture
)
"""Everything a bus carries."""

MESSAGE_KINDS: dict[str, type] = {
    "observation": Observation,
    "event": Event,
    "alarm_change": AlarmChange,
    "site_changed": SiteChanged,
    "stream_status": StreamStatus,
    "lane_status": LaneStatus,
    "process_status": ProcessStatus,
    "system_warning": SystemWarning,
    "recorder_status": RecorderStatus,
    "picture_wanted": PictureWanted,
    "picture": Picture,
}

_ADAPTER: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def encode(message: Message) -> bytes:
    """A message as JSON."""
    return _ADAPTER.dump_json(message)


def decode(raw: bytes) -> Message:
    """A message back; anything else is a ConfigError."""
    try:
        return _ADAPTER.validate_json(raw)
    except ValidationError as error:
        raise ConfigError(f"not a message of ours: {error.error_count()} faults") from error
