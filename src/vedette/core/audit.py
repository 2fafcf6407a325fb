"""Who did what, when and from where: entries that are only ever added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from vedette.core.value import value

__all__ = ["AuditEntry", "AuditQuery", "AuditStore", "AuditVerdict", "Change"]


@value
class Change:
    """One thing that became another; values as JSON text, secrets masked."""

    path: str
    """Where in the object, ids instead of positions, such as `cameras.gate.name`."""
    before: str | None = None
    after: str | None = None


@value
class AuditEntry:
    """One deed; `seq` and `chain` are given by the store."""

    seq: int = 0
    t_us: int
    actor: str
    """Name of who did it, as it was then, or as it was given at a refused login."""
    actor_id: str = ""
    """Id of that user; empty when nobody proved to be it."""
    via: Literal["session", "key", "public", "command"]
    credential: str = ""
    """Id of the login session or of the personal key."""
    address: str = ""
    action: str
    """The operation, as the API calls it."""
    object: str = ""
    """Address of what it was done to."""
    status: int
    """HTTP status of the answer; below 400 it was done."""
    changes: tuple[Change, ...] = ()
    request_id: str = ""
    chain: str = ""
    """Keyed hash over this entry and the one before it."""


@value
class AuditQuery:
    """Which entries are wanted, newest first."""

    actor: str = ""
    action: str = ""
    text: str = ""
    """Part of the actor's name, the object or what changed."""
    after_us: int | None = None
    before_us: int | None = None
    before_seq: int | None = None
    """Only entries older than this one: the next page."""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """Whether the chain holds."""

    entries: int
    head: str
    """The newest entry's hash, to be noted elsewhere; empty without entries."""
    broken_at: int | None = None
    """The first entry that does not follow from the one before it."""


class AuditStore(Protocol):
    """Keeps the audit log; nothing in it is ever changed or removed."""

    def append(self, entry: AuditEntry) -> AuditEntry:
        """Store durably as the next of the chain."""
        ...

    def find(self, query: AuditQuery) -> tuple[AuditEntry, ...]: ...

    def walk(self) -> Iterator[AuditEntry]:
        """Every entry, oldest first, a part at a time."""
        ...

    def verify(self) -> AuditVerdict: ...
