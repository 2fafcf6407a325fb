"""Sums over segments, kept with every change of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from vedette.core.archive import Holding
from vedette.core.footage import Segment
from vedette.store.tables import holding, recorded_quarter, recorded_stream, segment

__all__ = ["QUARTER_US", "Changes", "holdings", "note_longest"]

QUARTER_US = 15 * 60 * 1_000_000
Key = tuple[object, ...]


class Changes:
    """Collects what segments come, go and change, and then changes all sums at once."""

    def __init__(self) -> None:
        self._held: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._quarters: defaultdict[Key, list[int]] = defaultdict(lambda: [0])

    def add(self, before: Segment | None, after: Segment | None) -> None:
        """One segment was `before` and is `after`; None for not there."""
        for one, sign in ((before, -1), (after, 1)):
            if one is None:
                continue
            held = self._held[one.camera, one.keep, one.tier]
            held[0] += sign
            held[1] += sign * one.size
            held[2] += sign * one.media_us
            quarter = one.start_us // QUARTER_US * QUARTER_US
            self._quarters[one.camera, one.stream, quarter][0] += sign * one.media_us

    def apply(self, connection: Connection) -> None:
        """Change the sums in the database."""
        _add_up(connection, holding, self._held)
        _add_up(connection, recorded_quarter, self._quarters)


def _add_up(connection: Connection, table: Table, changes: dict[Key, list[int]]) -> None:
    names = [column.name for column in table.columns]
    rows = [
        dict(zip(names, (*key, *numbers), strict=True))
        for key, numbers in sorted(changes.items())
        if any(numbers)
    ]
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    grown = {name: table.c[name] + insert.excluded[name] for name in names if name not in keys}
    more = insert.on_conflict_do_update(index_elements=keys, set_=grown).inline()
    connection.execute(more, rows)


def holdings(connection: Connection) -> tuple[Holding, ...]:
    """The sums by camera, class and tier, with the first and last moment of each."""
    these = (
        segment.c.camera == holding.c.camera,
        segment.c.keep == holding.c.keep,
        segment.c.tier == holding.c.tier,
    )
    at = segment.c.start_us
    oldest = select(at).where(*these).order_by(at).limit(1).scalar_subquery()
    newest = select(segment.c.end_us).where(*these).order_by(at.desc()).limit(1).scalar_subquery()
    rows = connection.execute(
        select(holding, oldest.label("oldest"), newest.label("newest"))
        .where(holding.c.files > 0)
        .order_by(*holding.primary_key.columns)
    )
    return tuple(
        Holding(
            camera=row.camera,
            keep=row.keep,
            tier=row.tier,
            files=row.files,
            size=row.size,
            media_us=row.media_us,
            oldest_us=row.oldest or 0,
            newest_us=row.newest or 0,
        )
        for row in rows
    )


def note_longest(
    connection: Connection, column: str, lengths: Sequence[tuple[str, str, int]]
) -> None:
    """Note how long files (`longest_us`) or gaps (`longest_gap_us`) of streams are."""
    longest: dict[tuple[str, str], int] = {}
    for camera, stream, length_us in lengths:
        longest[camera, stream] = max(length_us, longest.get((camera, stream), 0))
    known = {
        (row.camera, row.stream): row._mapping[column]
        for row in connection.execute(
            select(recorded_stream).where(
                tuple_(recorded_stream.c.camera, recorded_stream.c.stream).in_(list(longest))
            )
        )
    }
    rows = [
        {"camera": camera, "stream": stream, "longest_us": 0, "longest_gap_us": 0, column: length}
        for (camera, stream), length in sorted(longest.items())
        if length > known.get((camera, stream), -1)
    ]
    if not rows:
        return
    sqlite_or_not = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = sqlite_or_not.insert(recorded_stream)
    old, new = recorded_stream.c[column], insert.excluded[column]
    larger = func.greatest(old, new) if sqlite_or_not is postgresql else func.max(old, new)
    keys = ["camera", "stream"]
    connection.execute(
        insert.on_conflict_do_update(index_elements=keys, set_={column: larger}).inline(), rows
    )
