"""The audit log: each entry carries a keyed hash over itself and the one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from pydantic import TypeAdapter
from sqlalchemy import Connection, Text, cast, func, insert, or_, select, text

from vedette.core.audit import AuditEntry, AuditQuery, AuditVerdict
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.seal import Sealer
from vedette.store.tables import audit

__all__ = ["AuditLog"]

_ENTRY = TypeAdapter(AuditEntry)
_LOCK = 8_971_002
_PART = 1000


class AuditLog:
    """The store of the audit log (see `AuditStore`)."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer
        self._rows = Rows(AuditEntry, audit)

    def append(self, entry: AuditEntry) -> AuditEntry:
        """Store durably as the next of the chain."""
        with self._database.writing() as connection:
            if self._database.is_postgres:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            seq, chain = _head(connection)
            numbered = replace(entry, seq=seq + 1, chain="")
            chained = replace(numbered, chain=self._sealer.mark(_said(numbered, chain)))
            connection.execute(insert(audit).values(self._rows.to_row(chained)))
        return chained

    def find(self, query: AuditQuery) -> tuple[AuditEntry, ...]:
        """Entries that fit, newest first."""
        wanted = select(audit).order_by(audit.c.seq.desc()).limit(query.limit)
        if query.actor:
            wanted = wanted.where(audit.c.actor == query.actor)
        if query.action:
            wanted = wanted.where(audit.c.action == query.action)
        if query.after_us is not None:
            wanted = wanted.where(audit.c.t_us >= query.after_us)
        if query.before_us is not None:
            wanted = wanted.where(audit.c.t_us < query.before_us)
        if query.before_seq is not None:
            wanted = wanted.where(audit.c.seq < query.before_seq)
        if query.text:
            part = query.text.lower()
            places = (audit.c.actor, audit.c.object, audit.c.action, cast(audit.c.changes, Text()))
            wanted = wanted.where(
                or_(*(func.lower(place).contains(part, autoescape=True) for place in places))
            )
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(self._rows.of(row) for row in rows)

    def walk(self) -> Iterator[AuditEntry]:
        """Every entry, oldest first, a part at a time."""
        last = 0
        while True:
            part = select(audit).where(audit.c.seq > last).order_by(audit.c.seq).limit(_PART)
            with self._database.reading() as connection:
                rows = connection.execute(part).all()
            for row in rows:
                entry = self._rows.of(row)
                last = entry.seq
                yield entry
            if len(rows) < _PART:
                return

    def verify(self) -> AuditVerdict:
        """Whether every entry follows from the one before it."""
        count, chain = 0, ""
        for entry in self.walk():
            said = _said(replace(entry, chain=""), chain)
            if entry.seq != count + 1 or not self._sealer.marked(said, entry.chain):
                return AuditVerdict(entries=count, head=chain, broken_at=count + 1)
            count, chain = entry.seq, entry.chain
        return AuditVerdict(entries=count, head=chain)


def _head(connection: Connection) -> tuple[int, str]:
    newest = select(audit.c.seq, audit.c.chain).order_by(audit.c.seq.desc()).limit(1)
    row = connection.execute(newest).first()
    return (0, "") if row is None else (row.seq, row.chain)


def _said(entry: AuditEntry, before: str) -> str:
    """The same text for the same entry, whatever a database does to the order of keys."""
    body = _ENTRY.dump_python(entry, mode="json")
    return json.dumps([before, body], sort_keys=True, separators=(",", ":"))
