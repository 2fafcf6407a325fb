"""The configuration, one revision after the other; its secrets are sealed."""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import delete, func, insert, select

from vedette.core.clock import Clock
from vedette.core.errors import Conflict, NotFound, StoreError
from vedette.core.plugins import validation_error
from vedette.core.site import Site
from vedette.core.value import value
from vedette.store.engine import Database
from vedette.store.seal import Sealer
from vedette.store.tables import site_revision

__all__ = ["Revision", "Sites"]

_SITE: TypeAdapter[Site] = TypeAdapter(Site)
KEPT = 500
"""How many revisions are kept."""


@value
class Revision:
    """Who changed the configuration, and when."""

    revision: int
    author: str
    saved_us: int


class Sites:
    """The store of the configuration (see `SiteStore`)."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database, self._sealer, self._clock = database, sealer, clock

    def load(self) -> Site:
        """The newest revision; an empty site of revision 0 when nothing was ever saved."""
        newest = select(site_revision.c.site).order_by(site_revision.c.revision.desc()).limit(1)
        with self._database.reading() as connection:
            stored = connection.scalar(newest)
        return Site() if stored is None else self._open(stored)

    def revision(self) -> int:
        """The newest revision; cheap enough to ask twice a second."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.max(site_revision.c.revision))) or 0

    def save(self, site: Site, *, author: str) -> Site:
        """Store as the next revision; Conflict when `site.revision` is not the newest."""
        saved = replace(site, revision=site.revision + 1)
        row = {
            "revision": saved.revision,
            "author": author,
            "saved_us": self._clock.now_us(),
            "site": _SITE.dump_python(saved, mode="json", context={"seal": self._sealer.seal}),
        }
        stale = Conflict(
            f"the configuration was changed meanwhile; revision {site.revision} is not the newest"
        )
        with self._database.writing() as connection:
            newest = connection.scalar(select(func.max(site_revision.c.revision))) or 0
            if newest != site.revision:
                raise stale
            # Of two at once on PostgreSQL the second fails here, as a Conflict too.
            connection.execute(insert(site_revision).values(row))
            connection.execute(
                delete(site_revision).where(site_revision.c.revision <= saved.revision - KEPT)
            )
        return saved

    def history(self, limit: int) -> tuple[Revision, ...]:
        """The last revisions, newest first."""
        columns = (site_revision.c.revision, site_revision.c.author, site_revision.c.saved_us)
        newest = select(*columns).order_by(site_revision.c.revision.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(newest).all()
        return tuple(Revision(revision=n, author=who, saved_us=when) for n, who, when in rows)

    def at(self, revision: int) -> Site:
        """The configuration as it was, or NotFound."""
        that = select(site_revision.c.site).where(site_revision.c.revision == revision)
        with self._database.reading() as connection:
            stored = connection.scalar(that)
        if stored is None:
            raise NotFound(f"there is no revision {revision} of the configuration")
        return self._open(stored)

    def _open(self, stored: JsonValue) -> Site:
        try:
            return _SITE.validate_python(stored, context={"unseal": self._sealer.unseal})
        except ValidationError as error:
            reason = validation_error(error, path=("site",))
            raise StoreError(f"the stored configuration cannot be read: {reason}") from None
