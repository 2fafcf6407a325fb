"""Which streams of a camera are asked about, and how far back what overlaps may begin."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from vedette.store.tables import recorded_stream

__all__ = ["Reach", "StreamReach", "reach_of"]


@dataclass(frozen=True, slots=True)
class StreamReach:
    """One stream: nothing of it lasts longer than this."""

    id: str
    longest_us: int
    longest_gap_us: int


@dataclass(frozen=True, slots=True)
class Reach:
    """The streams of a camera that have ever had a file or a gap."""

    camera: str
    streams: tuple[StreamReach, ...]


def reach_of(connection: Connection, camera: str, stream: str | None) -> Reach:
    """One stream of a camera, or all of them."""
    columns = recorded_stream.c
    found = select(columns.stream, columns.longest_us, columns.longest_gap_us).where(
        columns.camera == camera
    )
    if stream is not None:
        found = found.where(columns.stream == stream)
    rows = connection.execute(found.order_by(columns.stream))
    return Reach(camera, tuple(StreamReach(name, file, gap) for name, file, gap in rows))
