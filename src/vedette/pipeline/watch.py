"""Follows the configuration: a change is live within two seconds, and touches only what changed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from vedette.core.errors import StoreError, Unavailable
from vedette.core.facts import SiteChanged
from vedette.core.ports import Bus, SiteStore
from vedette.core.site import Site

__all__ = ["SiteWatch"]

_log = structlog.get_logger()
_ASK_EVERY_S = 1.0


class SiteWatch:
    """Calls `apply` with every new revision; a message wakes it, a look at the store makes sure."""

    def __init__(self, store: SiteStore, bus: Bus, apply: Callable[[Site], None]) -> None:
        self._store, self._apply = store, apply
        self._changes = bus.subscribe(SiteChanged, depth=10)
        self._ending = threading.Event()
        self._revision = -1

    def run(self) -> None:
        """Follow until closed."""
        while not self._ending.is_set():
            self.look()
            self._changes.get(_ASK_EVERY_S)

    def look(self) -> None:
        """Apply the newest revision if it is new; without a store everything stays as it is."""
        try:
            revision = self._store.revision()
            if revision == self._revision:
                return
            site = self._store.load()
        except (StoreError, Unavailable) as error:
            _log.warning(
                "the configuration cannot be read; going on with the last", reason=str(error)
            )
            return
        self._apply(site)
        self._revision = revision

    def close(self) -> None:
        """End; may be called twice."""
        self._ending.set()
        self._changes.close()
