"""Alarms and what was done about them."""

from __future__ import annotations

from pydantic import JsonValue
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vedette.core.errors import Conflict, NotFound
from vedette.core.facts import Alarm
from vedette.core.queries import AlarmQuery, Page
from vedette.store.engine import Database
from vedette.store.events import mark_taken
from vedette.store.paging import Listing, Wanted
from vedette.store.rows import Rows
from vedette.store.tables import alarm as table
from vedette.store.tables import event

__all__ = ["Alarms"]


class Alarms:
    """The alarm store (see `AlarmStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(Alarm, table)
        self._listing = Listing(table, "opened_us", is_postgres=database.is_postgres)

    def put(self, alarm: Alarm, *, instead_of: Alarm | None = None) -> None:
        """Store durably, new or changed, together with which events belong to it."""
        row = self._rows.to_row(alarm)
        with self._database.writing() as connection:
            if instead_of is None:
                self._upsert(connection, row)
            else:
                _replace(connection, row, instead_of)
            mark_taken(connection, alarm)

    def get(self, alarm_id: str) -> Alarm:
        """The alarm of that id, or NotFound."""
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == alarm_id)).first()
        if row is None:
            raise NotFound(f"there is no alarm {alarm_id!r}")
        return self._rows.of(row)

    def of_event(self, event_id: str) -> Alarm | None:
        """The alarm that took the event in, None when no alarm has."""
        taken = select(table).join(event, event.c.alarm == table.c.id)
        with self._database.reading() as connection:
            row = connection.execute(taken.where(event.c.id == event_id)).first()
        return None if row is None else self._rows.of(row)

    def find(self, query: AlarmQuery) -> Page[Alarm]:
        """Alarms, the last opened first."""
        wanted = Wanted(
            values=(
                ("camera", query.cameras),
                ("state", query.states),
                ("rule", query.rules),
                ("severity", query.severities),
            ),
            after_us=query.after_us,
            before_us=query.before_us,
            limit=query.limit,
            cursor=query.cursor,
        )
        with self._database.reading() as connection:
            rows, cursor = self._listing.page(connection, wanted)
        return Page(items=tuple(self._rows.of(row) for row in rows), cursor=cursor)

    def _upsert(self, connection: Connection, row: dict[str, JsonValue]) -> None:
        insert = postgresql.insert if self._database.is_postgres else sqlite.insert
        changed = {name: column for name, column in row.items() if name != "id"}
        connection.execute(
            insert(table)
            .values(row)
            .on_conflict_do_update(index_elements=["id"], set_=changed)
            .inline()
        )


def _replace(connection: Connection, row: dict[str, JsonValue], before: Alarm) -> None:
    same = (table.c.id == before.id) & (table.c.changed_us == before.changed_us)
    if connection.execute(update(table).where(same).values(row)).rowcount:
        return
    if connection.execute(select(table.c.id).where(table.c.id == before.id)).first() is None:
        raise NotFound(f"there is no alarm {before.id!r}")
    raise Conflict(f"somebody else changed the alarm {before.id!r} meanwhile")
