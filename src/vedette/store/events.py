"""Events, kept durably and found again."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from pydantic import JsonValue
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vedette.core.errors import ConfigError, Conflict, NotFound
from vedette.core.facts import Alarm, Event
from vedette.core.queries import EventQuery, Page
from vedette.store.engine import Database
from vedette.store.paging import Listing, Wanted
from vedette.store.partitions import Months
from vedette.store.rows import Rows
from vedette.store.tables import WAITING, event

__all__ = ["Events", "mark_taken"]

Stored = dict[str, JsonValue]


class Events:
    """The event store (see `EventStore`); one event in one alarm at most."""

    def __init__(self, database: Database, months: Months) -> None:
        self._database, self._months = database, months
        self._rows = Rows(Event, event)
        self._listing = Listing(event, "t_us", is_postgres=database.is_postgres)

    def add(self, event: Event) -> bool:
        """Store durably; False when it was there already."""
        return self.add_many((event,)) == 1

    def add_many(self, events: Iterable[Event]) -> int:
        """Store durably, all or none, and say how many were new; hundreds at once cost little."""
        events = tuple(events)
        if not events:
            return 0
        rows = [self._row(event) for event in events]
        times = {event.t_us for event in events}
        self._months.ensure(times)
        try:
            return self._insert(rows)
        except Conflict:
            # Nothing conflicts here but a month that was dropped after we had seen it.
            self._months.forget()
            self._months.ensure(times)
            return self._insert(rows)

    def get(self, event_id: str) -> Event:
        """The event of that id, or NotFound."""
        with self._database.reading() as connection:
            row = connection.execute(select(event).where(event.c.id == event_id)).first()
        if row is None:
            raise NotFound(f"there is no event {event_id!r}")
        return self._rows.of(row)

    def find(self, query: EventQuery) -> Page[Event]:
        """Events newest first; those of one moment in order of arrival, the last first."""
        wanted = Wanted(
            values=(("camera", query.cameras), ("rule", query.rules), ("label", query.labels)),
            after_us=query.after_us,
            before_us=query.before_us,
            limit=query.limit,
            cursor=query.cursor,
        )
        with self._database.reading() as connection:
            rows, cursor = self._listing.page(connection, wanted)
        return Page(items=tuple(self._rows.of(row) for row in rows), cursor=cursor)

    def without_alarm(self, limit: int) -> tuple[Event, ...]:
        """Events that call for an alarm (not `info`) and are in none yet, oldest first."""
        waiting = select(event).where(WAITING).order_by(event.c.t_us, event.c.seq).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(waiting).all()
        return tuple(self._rows.of(row) for row in rows)

    def _row(self, event: Event) -> Stored:
        if not all(map(isfinite, (event.score, *(edge for box in event.boxes for edge in box)))):
            # It would go in and not come out again, and with it every page that it is on.
            raise ConfigError(f"the event {event.id!r} has numbers that are none")
        return self._rows.to_row(event)

    def _insert(self, rows: list[Stored]) -> int:
        insert = postgresql.insert if self._database.is_postgres else sqlite.insert
        new = insert(event).on_conflict_do_nothing().inline()
        with self._database.writing() as connection:
            if self._database.is_postgres:
                rows = _unknown(connection, rows)
            if not rows:
                return 0
            counted = connection.execution_options(preserve_rowcount=True)
            return counted.execute(new, rows).rowcount


def mark_taken(connection: Connection, alarm: Alarm) -> None:
    """Note in which alarm its events are."""
    connection.execute(
        update(event)
        .where(event.c.id.in_(alarm.event_ids), event.c.alarm.is_(None))
        .values(alarm=alarm.id)
    )


def _unknown(connection: Connection, rows: list[Stored]) -> list[Stored]:
    """Without rows whose id is stored at another time.

    PostgreSQL holds ids apart within a month only. Ids that begin with their own time, as ours
    do, cannot meet in two months, so only others are looked for.
    """
    foreign = [row["id"] for row in rows if not str(row["id"]).startswith(f"{row['t_us']:016d}-")]
    if not foreign:
        return rows
    stored = set(connection.scalars(select(event.c.id).where(event.c.id.in_(foreign))))
    fresh: dict[JsonValue, Stored] = {}
    for row in rows:
        if row["id"] not in stored:
            fresh.setdefault(str(row["id"]), row)
    return list(fresh.values())
