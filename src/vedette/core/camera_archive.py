"""Contracts of recordings that lie elsewhere: on a camera's own card, or in its recorder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from vedette.core.footage import Span
from vedette.core.media import Packet
from vedette.core.ports import Origin

__all__ = ["ArchiveVisit", "CameraArchive", "Recorded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A stretch of footage a device says it has."""

    start_us: int
    """By our clock, as far as the device tells how its own one stands."""
    end_us: int
    size: int | None = None
    """Bytes, where the device tells."""
    name: str = ""
    """What the device calls it."""


class ArchiveVisit(Protocol):
    """One errand at a device; SourceErrors say in words why it failed."""

    def recordings(self, span: Span) -> tuple[Recorded, ...]:
        """What it has of a span, oldest first."""
        ...

    def fetch(self, span: Span) -> Iterator[Packet]:
        """The pictures of a span, as they are decoded, from a key picture at or before it.

        `t_us` is when they were taken, by our clock as far as the device's is known.
        """
        ...

    def close(self) -> None:
        """End whatever goes on; from any thread, and more than once."""
        ...


class CameraArchive(Protocol):
    """A plugin of the kind `camera_archive`: its fields say where the device is."""

    def open(self, origin: Origin) -> ArchiveVisit: ...
