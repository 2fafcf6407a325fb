"""Contracts of the archive: where what is known about recordings is kept and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vedette.core.footage import (
    Activity,
    Export,
    Gap,
    Keep,
    ObservationChunk,
    Pin,
    Segment,
    Span,
    Tier,
)

__all__ = ["ActivityStore", "Day", "ExportStore", "FootageStore", "Holding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day holds, for a calendar."""

    day: str
    """Such as 2026-11-20, in the time zone asked for."""
    footage_s: float
    motion: float
    """Largest activity of the day, 0–1."""
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much of a camera's footage lies in one tier for one reason."""

    camera: str
    keep: Keep
    tier: Tier
    files: int
    size: int
    media_us: int
    oldest_us: int
    newest_us: int


class FootageStore(Protocol):
    """The index of all recordings; files are the truth, rows can be made anew from them."""

    def put(self, segments: Sequence[Segment]) -> None:
        """Store rows durably, all or none; one of the same id is replaced.

        `keep` only ever becomes more valuable that way, and a closed file is not opened again.
        """
        ...

    def get(self, segment_id: str) -> Segment: ...

    def forget(self, segment_ids: Sequence[str]) -> None:
        """Remove rows; those that are not there are no error."""
        ...

    def find(
        self, camera: str, stream: str | None, span: Span, *, limit: int = 1000
    ) -> tuple[Segment, ...]:
        """Files that overlap a span, oldest first."""
        ...

    def latest(self, camera: str, stream: str) -> Segment | None:
        """The newest file of a stream."""
        ...

    def following(self, camera: str, stream: str | None, t_us: int) -> Segment | None:
        """The first file that begins at or after a moment."""
        ...

    def covered(self, camera: str, stream: str | None, span: Span, *, step_us: int) -> list[Span]:
        """Where there is footage; neighbours closer than `step_us` are one."""
        ...

    def raise_keep(self, camera: str, span: Span, keep: Keep) -> int:
        """Make files that overlap a span at least that valuable, those too that are indexed
        later; how many changed."""
        ...

    def move(self, segment_id: str, tier: Tier) -> None:
        """Note that a file now lies in another tier."""
        ...

    def oldest(
        self, keep: Keep, *, tier: Tier | None, camera: str | None, before_us: int, limit: int
    ) -> tuple[Segment, ...]:
        """Closed files of one class that ended before a moment, oldest first."""
        ...

    def holdings(self) -> tuple[Holding, ...]:
        """Sums by camera, class and tier."""
        ...

    def put_gaps(self, gaps: Sequence[Gap]) -> None:
        """Store gaps; one of the same camera, stream and start is replaced."""
        ...

    def gaps(self, camera: str, stream: str | None, span: Span) -> tuple[Gap, ...]:
        """Gaps that overlap a span, oldest first."""
        ...

    def put_pin(self, pin: Pin) -> None:
        """Keep a span for ever: its files, those too that are indexed later, become `pinned`."""
        ...

    def remove_pin(self, pin_id: str) -> None:
        """Let a span go; files no other pin covers become `alarm`."""
        ...

    def pins(self, camera: str | None) -> tuple[Pin, ...]: ...


class ActivityStore(Protocol):
    """What moved when, aggregated for timelines, and tracks packed for playback."""

    def put_activity(self, rows: Sequence[Activity]) -> None:
        """Store buckets of `BUCKET_US`; a bucket that is there takes the larger values."""
        ...

    def activity(self, camera: str, span: Span, *, buckets: int) -> list[Activity]:
        """The span in so many equal buckets, each with the largest motion, the most objects and
        all events in it; those in which nothing happened are left out."""
        ...

    def put_chunks(self, chunks: Sequence[ObservationChunk]) -> None: ...

    def chunks(self, camera: str, span: Span) -> tuple[ObservationChunk, ...]:
        """Chunks that overlap a span, oldest first."""
        ...

    def days(self, camera: str, span: Span, *, time_zone: str) -> tuple[Day, ...]:
        """Days on which there is footage, or something happened."""
        ...

    def forget_before(self, camera: str, t_us: int) -> int:
        """Remove what is older; how many rows went."""
        ...


class ExportStore(Protocol):
    """Keeps exports and how far they are."""

    def put(self, export: Export) -> None: ...

    def get(self, export_id: str) -> Export: ...

    def all(self, *, author: str | None = None) -> tuple[Export, ...]:
        """The newest first, of one person or of all."""
        ...

    def remove(self, export_id: str) -> None: ...
