"""What can be asked of the store: typed questions, bounded answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from vedette.core.facts import AlarmState, Severity
from vedette.core.value import value

__all__ = ["AlarmQuery", "EventQuery", "Page"]

T = TypeVar("T")
Limit = Annotated[int, Field(ge=1, le=500)]


@value
class EventQuery:
    """Events, newest first; an empty tuple means any."""

    cameras: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    after_us: int | None = None
    """From this moment on."""
    before_us: int | None = None
    """Before this moment."""
    limit: Limit = 50
    cursor: str | None = None
    """Where the last page ended."""


@value
class AlarmQuery:
    """Alarms, newest first; an empty tuple means any."""

    cameras: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    states: tuple[AlarmState, ...] = ()
    severities: tuple[Severity, ...] = ()
    after_us: int | None = None
    """Opened from this moment on."""
    before_us: int | None = None
    """Opened before this moment."""
    limit: Limit = 50
    cursor: str | None = None
    """Where the last page ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Part of an answer; `cursor` asks for the rest, None when there is none."""

    items: tuple[T, ...]
    cursor: str | None = None
