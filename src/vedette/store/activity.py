"""What moved when, at two levels of detail; tracks, packed; the calendar."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Table, delete, select

from vedette.core.archive import Day
from vedette.core.errors import ConfigError
from vedette.core.footage import Activity, ObservationChunk, Span
from vedette.store.buckets import DAY, HOUR, MOST, Buckets, Level, Line, in_line
from vedette.store.engine import Database
from vedette.store.rows import one_at_a_time, upsert
from vedette.store.sums import QUARTER_US
from vedette.store.tables import activity_day, activity_hour, observation_chunk, recorded_quarter

__all__ = ["LONGEST_CHUNK_US", "Activities"]

LONGEST_CHUNK_US = 600_000_000
"""No chunk of observations may be longer."""
_LOCK = 8_971_004
# Below so many buckets of a row in one that is asked for, the finer rows are read.
_ENOUGH = 8
_TABLES: tuple[tuple[Level, Table], ...] = ((HOUR, activity_hour), (DAY, activity_day))
Places = npt.NDArray[np.int64]
_CHUNK = tuple(column.name for column in observation_chunk.columns)


class Activities:
    """The store of activity and packed tracks (see `ActivityStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_activity(self, rows: Sequence[Activity]) -> None:
        """Store buckets of `BUCKET_US`; a bucket that is there takes the larger values."""
        hours: defaultdict[tuple[str, int], list[Activity]] = defaultdict(list)
        for one in rows:
            hours[one.camera, HOUR.row_of(one.start_us)].append(one)
        if not hours:
            return
        with self._database.writing() as connection:
            one_at_a_time(connection, _LOCK, {camera for camera, _ in hours})
            for (camera, start_us), news in sorted(hours.items(), key=lambda item: item[0]):
                hour = _stored(connection, HOUR, camera, start_us)
                hour.raise_to(news)
                day = _stored(connection, DAY, camera, DAY.row_of(start_us))
                day.put(hour)
                for table, row in ((activity_hour, hour), (activity_day, day)):
                    packed = {"camera": camera, "start_us": row.start_us, "packed": row.pack()}
                    upsert(connection, table, [packed])

    def activity(self, camera: str, span: Span, *, buckets: int) -> list[Activity]:
        """The span in so many equal buckets, each with the largest motion, the most objects and
        all events in it; those in which nothing happened are left out.

        Where a bucket is long, what happened at its edge may be told of its neighbour: by an
        eighth of its length at most.
        """
        after, until = span
        if buckets < 1 or after >= until:
            return []
        level = DAY if (until - after) // buckets >= _ENOUGH * DAY.bucket_us else HOUR
        with self._database.reading() as connection:
            line = _line(connection, level, camera, span)
        places = np.maximum(line.start_us - after, 0) * buckets // (until - after)
        motion, objects, events = _gathered(line, places, buckets)
        return [
            Activity(
                camera=camera,
                start_us=after + place * (until - after) // buckets,
                motion=motion[place] / MOST,
                objects=objects[place],
                events=events[place],
            )
            for place in sorted(set(places.tolist()))
        ]

    def put_chunks(self, chunks: Sequence[ObservationChunk]) -> None:
        """Store chunks; one of the same camera and start is replaced."""
        for one in chunks:
            if not one.start_us <= one.end_us <= one.start_us + LONGEST_CHUNK_US:
                raise ConfigError(
                    f"observations of {one.camera!r} from {one.start_us} are too long"
                )
        newest = {(one.camera, one.start_us): one for one in chunks}
        rows = [{name: getattr(one, name) for name in _CHUNK} for one in newest.values()]
        if rows:
            with self._database.writing() as connection:
                upsert(connection, observation_chunk, rows)

    def chunks(self, camera: str, span: Span) -> tuple[ObservationChunk, ...]:
        """Chunks that overlap a span, oldest first."""
        table = observation_chunk.c
        wanted = select(observation_chunk).where(
            table.camera == camera,
            table.start_us >= span[0] - LONGEST_CHUNK_US,
            table.start_us < span[1],
            table.end_us > span[0],
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(table.start_us)).all()
        return tuple(
            ObservationChunk(
                camera=row.camera,
                start_us=row.start_us,
                end_us=row.end_us,
                frames=row.frames,
                data=row.data,
            )
            for row in rows
        )

    def days(self, camera: str, span: Span, *, time_zone: str) -> tuple[Day, ...]:
        """Days on which there is footage, or something happened."""
        zone = _zone(time_zone)
        footage: defaultdict[str, Counter[str]] = defaultdict(Counter)
        with self._database.reading() as connection:
            for stream, start_us, media_us in _quarters(connection, camera, span):
                footage[_day(start_us, zone)][stream] += media_us
            line = _line(connection, DAY, camera, span)
        quarters, places = np.unique(line.start_us // QUARTER_US, return_inverse=True)
        motion, _, events = _gathered(line, places, len(quarters))
        moved: defaultdict[str, int] = defaultdict(int)
        told: Counter[str] = Counter()
        for place, quarter in enumerate(quarters.tolist()):
            day = _day(max(quarter * QUARTER_US, span[0]), zone)
            moved[day] = max(moved[day], motion[place])
            told[day] += events[place]
        return tuple(
            Day(
                day=day,
                footage_s=max(footage[day].values(), default=0) / 1_000_000,
                motion=moved[day] / MOST,
                events=told[day],
            )
            for day in sorted({*footage, *moved})
        )

    def forget_before(self, camera: str, t_us: int) -> int:
        """Remove what ended before; how many rows went."""
        gone = 0
        with self._database.writing() as connection:
            counted = connection.execution_options(preserve_rowcount=True)
            for level, table in _TABLES:
                old = (table.c.camera == camera) & (table.c.start_us <= t_us - level.row_us)
                gone += counted.execute(delete(table).where(old)).rowcount
            chunk = observation_chunk.c
            old = (chunk.camera == camera) & (chunk.start_us < t_us) & (chunk.end_us <= t_us)
            gone += counted.execute(delete(observation_chunk).where(old)).rowcount
        return gone


def _stored(connection: Connection, level: Level, camera: str, start_us: int) -> Buckets:
    table = dict(_TABLES)[level]
    wanted = select(table.c.packed).where(table.c.camera == camera, table.c.start_us == start_us)
    packed = connection.scalar(wanted)
    return Buckets(level, start_us) if packed is None else Buckets.unpack(level, start_us, packed)


def _line(connection: Connection, level: Level, camera: str, span: Span) -> Line:
    table = dict(_TABLES)[level]
    wanted = select(table.c.start_us, table.c.packed).where(
        table.c.camera == camera,
        table.c.start_us > span[0] - level.row_us,
        table.c.start_us < span[1],
    )
    rows = connection.execute(wanted.order_by(table.c.start_us))
    return in_line(level, [Buckets.unpack(level, start, packed) for start, packed in rows], span)


def _gathered(line: Line, places: Places, count: int) -> tuple[list[int], list[int], list[int]]:
    """Motion, objects and events of `count` places; `places` says where each bucket belongs."""
    found = np.zeros((3, count), np.int64)
    np.maximum.at(found[0], places, line.planes[0])
    np.maximum.at(found[1], places, line.planes[1])
    np.add.at(found[2], places, line.planes[2])
    motion, objects, events = found.tolist()
    return motion, objects, events


def _quarters(connection: Connection, camera: str, span: Span) -> Sequence[tuple[str, int, int]]:
    table = recorded_quarter.c
    wanted = select(table.stream, table.start_us, table.media_us).where(
        table.camera == camera,
        table.start_us >= span[0],
        table.start_us < span[1],
        table.media_us > 0,
    )
    return [(stream, start, media) for stream, start, media in connection.execute(wanted)]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"{name!r} is no time zone we know", path=("time_zone",)) from None


def _day(t_us: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(t_us / 1_000_000, tz=zone).date().isoformat()
