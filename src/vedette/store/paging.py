"""Answers in pages, newest first, each page as cheap as the first.

A page continues from the last row's key, not from a row number. Where one of several cameras
(rules, labels, states) is wanted, each is looked up on its own and the answers are merged: an
index yields each in order, while together they would have to be gathered whole and sorted.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, select, tuple_
from sqlalchemy import union_all as side_by_side

from vedette.core.errors import ConfigError

__all__ = ["Listing", "Wanted"]

# Beyond this a statement takes longer to prepare than to run.
_BRANCHES = 50

AnyRow = Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: one of the values of each column that has any, in a span of time."""

    values: Sequence[tuple[str, tuple[str, ...]]]
    """Columns and what they may hold; the first that is not empty is the one looked up by."""
    after_us: int | None
    before_us: int | None
    limit: int
    cursor: str | None


class Listing:
    """A table listed by one of its times, newest first."""

    def __init__(self, table: Table, time: str) -> None:
        self._table = table
        self._time: Column[int] = table.c[time]
        self._seq: Column[int] = table.c["seq"]

    def page(self, connection: Connection, wanted: Wanted) -> tuple[list[AnyRow], str | None]:
        """One page and the cursor of the next, None when this is the last."""
        rows: list[AnyRow] = []
        for statement in self._statements(wanted):
            rows += connection.execute(statement)
        rows.sort(key=self._key, reverse=True)
        if len(rows) <= wanted.limit:
            return rows, None
        rows = rows[: wanted.limit]
        return rows, _cursor(*self._key(rows[-1]))

    def _key(self, row: AnyRow) -> tuple[int, int]:
        return row._mapping[self._time.name], row._mapping["seq"]

    def _statements(self, wanted: Wanted) -> Iterator[Select[tuple[object, ...]]]:
        asked = [(name, values) for name, values in wanted.values if values]
        if not asked or len(asked[0][1]) == 1:
            yield self._branch(wanted, asked)
            return
        (name, values), rest = asked[0], asked[1:]
        one_each = list(dict.fromkeys(values))
        for start in range(0, len(one_each), _BRANCHES):
            branches = [
                select(self._branch(wanted, [(name, (one,)), *rest]).subquery())
                for one in one_each[start : start + _BRANCHES]
            ]
            merged = side_by_side(*branches).subquery()
            newest = (merged.c[self._time.name].desc(), merged.c["seq"].desc())
            yield select(merged).order_by(*newest).limit(wanted.limit + 1)

    def _branch(
        self, wanted: Wanted, asked: Sequence[tuple[str, tuple[str, ...]]]
    ) -> Select[tuple[object, ...]]:
        filters = [self._one_of(name, values) for name, values in asked]
        return (
            select(self._table)
            .where(*filters, *self._span(wanted))
            .order_by(self._time.desc(), self._seq.desc())
            .limit(wanted.limit + 1)
        )

    def _one_of(self, name: str, values: tuple[str, ...]) -> ColumnElement[bool]:
        column: Column[str] = self._table.c[name]
        return column == values[0] if len(values) == 1 else column.in_(values)

    def _span(self, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
        if wanted.after_us is not None:
            yield self._time >= wanted.after_us
        if wanted.before_us is not None:
            yield self._time < wanted.before_us
        if wanted.cursor is not None:
            time_us, seq = _position(wanted.cursor)
            # The first is implied by the second, but only from it are partitions ruled out.
            yield self._time <= time_us
            yield tuple_(self._time, self._seq) < tuple_(time_us, seq)


def _cursor(time_us: int, seq: int) -> str:
    return base64.urlsafe_b64encode(f"{time_us}.{seq}".encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[int, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time_us, seq = base64.urlsafe_b64decode(padded.encode("ascii")).split(b".")
        return int(time_us), int(seq)
    except (ValueError, binascii.Error):
        raise ConfigError(f"{cursor!r} is no cursor of ours", path=("cursor",)) from None
