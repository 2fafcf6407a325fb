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
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy import union_all as side_by_side

from vedette.core.errors import ConfigError

__all__ = ["Listing", "Wanted"]

# SQLite refuses statements of more than 500 branches; many before that are slow to prepare.
_BRANCHES = 64
# Making a statement takes longer than running it, so those of the usual questions are kept.
_KEPT = 64
_LARGEST = 2**63 - 1

AnyRow = Row[tuple[object, ...]]
Found = Select[tuple[object, ...]] | CompoundSelect[tuple[object, ...]]


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
    """Those that are asked for; rows are looked up by the first."""
    lookups: int
    """How many values it is looked up by."""
    after: bool
    until: bool
    continued: bool


class Listing:
    """A table listed by one of its times, newest first."""

    def __init__(self, table: Table, time: str, *, is_postgres: bool) -> None:
        self._table = table
        self._time: Column[int] = table.c[time]
        self._seq: Column[int] = table.c["seq"]
        self._is_postgres = is_postgres
        self._statement = lru_cache(_KEPT)(self._build)

    def page(self, connection: Connection, wanted: Wanted) -> tuple[list[AnyRow], str | None]:
        """One page and the cursor of the next, None when this is the last."""
        rows: list[AnyRow] = []
        for shape, values in self._questions(wanted):
            rows += connection.execute(self._statement(shape), values)
        rows.sort(key=self._key, reverse=True)
        if len(rows) <= wanted.limit:
            return rows, None
        rows = rows[: wanted.limit]
        return rows, _cursor(*self._key(rows[-1]))

    def _key(self, row: AnyRow) -> tuple[int, int]:
        return row._mapping[self._time.name], row._mapping["seq"]

    def _questions(self, wanted: Wanted) -> Iterator[tuple[_Shape, dict[str, object]]]:
        """The statements to run and the values for each."""
        asked = [(name, values) for name, values in wanted.values if values]
        shape = _Shape(
            columns=tuple(name for name, _ in asked),
            lookups=0,
            after=wanted.after_us is not None,
            until=wanted.before_us is not None or wanted.cursor is not None,
            continued=wanted.cursor is not None,
        )
        fixed = _fixed(wanted) | {f"any_{name}": list(values) for name, values in asked[1:]}
        lookups: list[str | None] = [*dict.fromkeys(asked[0][1])] if asked else []
        if self._is_postgres and len(lookups) > 1:
            yield shape._replace(lookups=2), fixed | {"each": lookups}
            return
        for start in range(0, len(lookups) or 1, _BRANCHES):
            chunk = lookups[start : start + _BRANCHES]
            # Few sizes make few statements; a branch that looks for NULL finds nothing.
            size = 1 << (len(chunk) - 1).bit_length() if chunk else 0
            chunk += [None] * (size - len(chunk))
            ones = {f"one_{number}": one for number, one in enumerate(chunk)}
            yield shape._replace(lookups=size), fixed | ones

    def _build(self, shape: _Shape) -> Found:
        rows = select(self._table).where(*self._filters(shape))
        if not shape.lookups:
            return self._newest(rows)
        looked_up = self._table.c[shape.columns[0]]
        if shape.lookups == 1:
            return self._newest(rows.where(looked_up == bindparam("one_0", type_=Text())))
        if self._is_postgres:
            return self._for_each(rows, looked_up)
        branches = [
            rows.where(looked_up == bindparam(f"one_{number}", type_=Text()))
            for number in range(shape.lookups)
        ]
        # SQLite walks the branches' indexes side by side, as far as the limit.
        merged = side_by_side(*branches)
        newest = (merged.selected_columns[name].desc() for name in (self._time.name, "seq"))
        return merged.order_by(*newest).limit(_most())

    def _for_each(self, rows: Select[tuple[object, ...]], looked_up: Column[str]) -> Found:
        """PostgreSQL gathers branches whole, but does run a query with a limit for each value."""
        values = func.unnest(bindparam("each", type_=ARRAY(Text())))
        each = values.table_valued("one").render_derived(name="each")
        found = self._newest(rows.where(looked_up == each.c.one)).lateral("found")
        newest = (found.c[name].desc() for name in (self._time.name, "seq"))
        return select(found).join_from(each, found, true()).order_by(*newest).limit(_most())

    def _newest(self, rows: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
        return rows.order_by(self._time.desc(), self._seq.desc()).limit(_most())

    def _filters(self, shape: _Shape) -> Iterator[ColumnElement[bool]]:
        for name in shape.columns[1:]:
            yield self._only_tested(name).in_(bindparam(f"any_{name}", expanding=True))
        if shape.after:
            yield self._time >= bindparam("after_us", type_=BigInteger())
        if shape.until:
            # One bound only: of two an index may start from the one that is further off.
            yield self._time <= bindparam("until_us", type_=BigInteger())
        if shape.continued:
            earlier = self._time < bindparam("time_us", type_=BigInteger())
            yield or_(earlier, self._seq < bindparam("seq", type_=BigInteger()))

    def _only_tested(self, name: str) -> ColumnElement[str]:
        """A column that rows are not looked up by; SQLite guesses badly, PostgreSQL counts."""
        if self._is_postgres:
            return self._table.c[name]
        return literal_column(f"+{self._table.name}.{name}", Text())


def _most() -> BindParameter[int]:
    return bindparam("rows", type_=BigInteger())


def _fixed(wanted: Wanted) -> dict[str, object]:
    """The values that do not depend on what is looked up."""
    fixed: dict[str, object] = {"rows": wanted.limit + 1}
    until_us = _LARGEST if wanted.before_us is None else _within(wanted.before_us - 1)
    if wanted.after_us is not None:
        fixed["after_us"] = _within(wanted.after_us)
    if wanted.cursor is not None:
        time_us, fixed["seq"] = _position(wanted.cursor)
        fixed["time_us"] = time_us
        until_us = min(until_us, time_us)
    return fixed | {"until_us": until_us}


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
