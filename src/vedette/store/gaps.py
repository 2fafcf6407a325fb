"""The ledger of gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Select, select

from vedette.core.footage import Gap, Span
from vedette.store.reach import Reach
from vedette.store.rows import Rows, upsert
from vedette.store.sums import note_longest
from vedette.store.tables import gap

__all__ = ["find_gaps", "put_gaps"]

_ROWS = Rows(Gap, gap)


def put_gaps(connection: Connection, gaps: Sequence[Gap]) -> None:
    """Store them; one of the same camera, stream and start is replaced."""
    newest = {(one.camera, one.stream, one.start_us): one for one in gaps}
    upsert(connection, gap, [_ROWS.to_row(one) for one in newest.values()])
    # One that lasts has no length yet, but its stream is to be known.
    lengths = [
        (one.camera, one.stream, 0 if one.end_us is None else one.end_us - one.start_us)
        for one in gaps
    ]
    note_longest(connection, "longest_gap_us", lengths)


def find_gaps(connection: Connection, reach: Reach, span: Span) -> tuple[Gap, ...]:
    """Gaps of these streams that overlap a span, oldest first."""
    found = [
        _ROWS.of(row)
        for question in _questions(reach, span)
        for row in connection.execute(question)
    ]
    return tuple(sorted(found, key=lambda one: (one.start_us, one.stream)))


def _questions(reach: Reach, span: Span) -> Iterator[Select[tuple[object, ...]]]:
    for stream in reach.streams:
        here = select(gap).where(gap.c.camera == reach.camera, gap.c.stream == stream.id)
        yield here.where(gap.c.end_us.is_(None), gap.c.start_us < span[1])
        yield here.where(
            gap.c.start_us < span[1],
            gap.c.start_us >= span[0] - stream.longest_gap_us,
            gap.c.end_us > span[0],
        )
