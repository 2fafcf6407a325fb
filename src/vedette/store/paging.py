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
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    select,
    tuple_,
)
from sqlalchemy import union_all as side_by_side

from vedette.core.errors import ConfigError

__all__ = ["Listing", "Wanted"]

# Beyond this a statement takes longer to prepare than to run.
_BRANCHES = 64
# Making a statement takes longer than running it, so those of the usual questions are kept.
_KEPT = 64
_LARGEST = 2**63 - 1

AnyRow = Row[tuple[object, ...]]
Found = Select[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: one of the values of each column that has any, in a span of time."""

    values: Sequence[tuple[str, tuple[str, ...]]]
    """Columns and what they may hold; the first that is not empty is the one looked up by."""
    after_us: int | None
    before_us: int | None
    limit: int
    cursor: str | None


class _Shape(NamedTuple):
    """What a statement looks like, whatever the values in it."""

    columns: tuple[str, ...]
    branches: int
    after: bool
    before: bool
    continued: bool


class Listing:
    """A table listed by one of its times, newest first."""

    def __init__(self, table: Table, time: str) -> None:
        self._table = table
        self._time: Column[int] = table.c[time]
        self._seq: Column[int] = table.c["seq"]
        self._statement = lru_cache(_KEPT)(self._build)

    def page(self, connection: Connection, wanted: Wanted) -> tuple[list[AnyRow], str | None]:
        """One page and the cursor of the next, None when this is the last."""
        rows: list[AnyRow] = []
        for shape, values in _questions(wanted):
            rows += connection.execute(self._statement(shape), values)
        rows.sort(key=self._key, reverse=True)
        if len(rows) <= wanted.limit:
            return rows, None
        rows = rows[: wanted.limit]
        return rows, _cursor(*self._key(rows[-1]))

    def _key(self, row: AnyRow) -> tuple[int, int]:
        return row._mapping[self._time.name], row._mapping["seq"]

    def _build(self, shape: _Shape) -> Found:
        if not shape.columns:
            return self._branch(shape, None)
        looked_up = self._table.c[shape.columns[0]]
        branches = [
            self._branch(shape, looked_up == bindparam(f"one_{number}", type_=looked_up.type))
            for number in range(shape.branches)
        ]
        if len(branches) == 1:
            return branches[0]
        merged = side_by_side(*(select(branch.subquery()) for branch in branches)).subquery()
        newest = (merged.c[self._time.name].desc(), merged.c["seq"].desc())
        return select(merged).order_by(*newest).limit(bindparam("rows", type_=BigInteger()))

    def _branch(self, shape: _Shape, lookup: ColumnElement[bool] | None) -> Found:
        filters = [] if lookup is None else [lookup]
        filters += [
            self._table.c[name].in_(bindparam(f"any_{name}", expanding=True))
            for name in shape.columns[1:]
        ]
        return (
            select(self._table)
            .where(*filters, *self._span(shape))
            .order_by(self._time.desc(), self._seq.desc())
            .limit(bindparam("rows", type_=BigInteger()))
        )

    def _span(self, shape: _Shape) -> Iterator[ColumnElement[bool]]:
        if shape.after:
            yield self._time >= bindparam("after_us", type_=BigInteger())
        if shape.before:
            yield self._time < bindparam("before_us", type_=BigInteger())
        if shape.continued:
            time_us = bindparam("time_us", type_=BigInteger())
            # The first is implied by the second, but only from it are partitions ruled out.
            yield self._time <= time_us
            yield tuple_(self._time, self._seq) < tuple_(
                time_us, bindparam("seq", type_=BigInteger())
            )


def _questions(wanted: Wanted) -> Iterator[tuple[_Shape, dict[str, object]]]:
    """The statements to run and the values for each."""
    asked = [(name, values) for name, values in wanted.values if values]
    fixed: dict[str, object] = {"rows": wanted.limit + 1}
    for name, time_us in (("after_us", wanted.after_us), ("before_us", wanted.before_us)):
        if time_us is not None:
            fixed[name] = _within(time_us)
    if wanted.cursor is not None:
        fixed["time_us"], fixed["seq"] = _position(wanted.cursor)
    fixed |= {f"any_{name}": list(values) for name, values in asked[1:]}
    one_each = list(dict.fromkeys(asked[0][1])) if asked else [""]
    for start in range(0, len(one_each), _BRANCHES):
        chunk: list[str | None] = [*one_each[start : start + _BRANCHES]]
        # Few sizes make few statements; a branch that asks for NULL finds nothing.
        chunk += [None] * ((1 << (len(chunk) - 1).bit_length()) - len(chunk))
        shape = _Shape(
            columns=tuple(name for name, _ in asked),
            branches=len(chunk) if asked else 0,
            after=wanted.after_us is not None,
            before=wanted.before_us is not None,
            continued=wanted.cursor is not None,
        )
        yield shape, fixed | {f"one_{number}": one for number, one in enumerate(chunk)}


def _within(number: int) -> int:
    """The nearest number that a column can hold."""
    return max(-_LARGEST, min(number, _LARGEST))


def _cursor(time_us: int, seq: int) -> str:
    return base64.urlsafe_b64encode(f"{time_us}.{seq}".encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[int, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time_us, seq = base64.urlsafe_b64decode(padded.encode("ascii")).split(b".")
        return _within(int(time_us)), _within(int(seq))
    except (ValueError, binascii.Error):
        raise ConfigError(f"{cursor!r} is no cursor of ours", path=("cursor",)) from None
