"""Events on PostgreSQL lie in one partition for each month, so that old ones go at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from vedette.store.engine import Database

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Months"]

# Times outside come from clocks that are wrong; two partitions without end take those.
FIRST_YEAR, LAST_YEAR = 2000, 2099
_LOCK = 8_971_002


class Month(NamedTuple):
    """One month of UTC."""

    year: int
    month: int

    def next(self) -> Month:
        """The month after."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def start_us(self) -> int:
        """Its first moment."""
        return int(datetime(self.year, self.month, 1, tzinfo=UTC).timestamp()) * 1_000_000


class Months:
    """Makes partitions before they are needed; on SQLite there is nothing to make."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: frozenset[Month] = frozenset()

    def ensure(self, times_us: Iterable[int]) -> None:
        """Have a place for events of these times, and for the month after each."""
        if not self._database.is_postgres:
            return
        needed = {month for time_us in times_us if (month := _month(time_us))}
        if needed <= self._known:
            return
        # The month after too: at midnight nobody waits for it to be made.
        needed |= {month.next() for month in needed if month.next().year <= LAST_YEAR}
        with self._database.writing() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            for month in sorted(needed - self._known):
                _make(connection, month)
        self._known |= needed

    def forget(self) -> None:
        """Look again which partitions there are."""
        self._known = frozenset()


def _month(time_us: int) -> Month | None:
    first = Month(FIRST_YEAR, 1).start_us()
    last = Month(LAST_YEAR + 1, 1).start_us()
    if not first <= time_us < last:
        return None
    moment = datetime.fromtimestamp(time_us // 1_000_000, tz=UTC)
    return Month(moment.year, moment.month)


def _make(connection: Connection, month: Month) -> None:
    name = f"event_{month.year}_{month.month:02d}"
    there = connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})
    if there is not None:
        return
    # Made apart and then attached: so nobody who reads or adds events has to wait.
    connection.execute(
        text(f"CREATE TABLE {name} (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    )
    connection.execute(
        text(
            f"ALTER TABLE event ATTACH PARTITION {name}"
            f" FOR VALUES FROM ({month.start_us()}) TO ({month.next().start_us()})"
        )
    )
