"""What is kept: configuration, events, alarms, users and what is known about footage, in SQLite or
PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from vedette.core.clock import Clock, RealClock
from vedette.core.credentials import AccessStores
from vedette.store.activity import Activities
from vedette.store.alarms import Alarms
from vedette.store.audit import AuditLog
from vedette.store.engine import Database, connect
from vedette.store.events import Events
from vedette.store.exports import Exports
from vedette.store.factors import Factors
from vedette.store.footage import Footage
from vedette.store.invitations import Invitations
from vedette.store.keys import Keys
from vedette.store.migrate import migrate
from vedette.store.partitions import Months
from vedette.store.restream_keys import RestreamKeys
from vedette.store.roles import Roles
from vedette.store.seal import Sealer, open_key
from vedette.store.sites import Sites
from vedette.store.tokens import Tokens
from vedette.store.users import Users

__all__ = ["Store", "open_store"]


class Store:
    """One database with everything in it; usable from any thread, not across a fork."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        months = Months(database)
        self.site = Sites(database, sealer, clock)
        self.events = Events(database, months)
        self.alarms = Alarms(database)
        self.users = Users(database)
        self.footage = Footage(database)
        self.activity = Activities(database)
        self.exports = Exports(database)
        self.restream_keys = RestreamKeys(database, sealer)
        self.access = AccessStores(
            users=self.users,
            roles=Roles(database),
            tokens=Tokens(database),
            keys=Keys(database),
            factors=Factors(database, sealer),
            invitations=Invitations(database),
            audit=AuditLog(database, sealer),
        )

    def close(self) -> None:
        """Give all connections back; may be called twice."""
        self._database.close()


def open_store(where: str | Path, key: bytes | Path, *, clock: Clock | None = None) -> Store:
    """Open and bring up to date a database: `postgresql://…`, `sqlite:///…` or a file.

    `key` encrypts passwords within it: the key itself, or a file that is made if need be.
    """
    sealer = Sealer(open_key(key) if isinstance(key, Path) else key)
    database = connect(where)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database, sealer, clock or RealClock())
