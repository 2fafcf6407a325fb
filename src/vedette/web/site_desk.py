"""Reads and changes the site: one revision after the other, checked before it is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable

from vedette.core.errors import ConfigError, Conflict
from vedette.core.facts import SiteChanged
from vedette.core.ports import Bus, SiteStore
from vedette.core.secrets import keep_secrets
from vedette.core.site import Camera, Site
from vedette.web.open_secrets import refuse_open_secrets

__all__ = ["SiteDesk"]

_TRIES = 5


class SiteDesk:
    """The site as it is now, and the only way the web server changes it."""

    def __init__(self, store: SiteStore, bus: Bus, check_camera: Callable[[Camera], None]) -> None:
        self._store, self._bus, self._check_camera = store, bus, check_camera
        self._lock = threading.Lock()
        self._known: Site | None = None

    def now(self) -> Site:
        """The newest revision; read anew only when there is one."""
        with self._lock:
            if self._known is None or self._known.revision != self._store.revision():
                self._known = self._store.load()
            return self._known

    def change(self, author: str, edit: Callable[[Site], Site], expected: int | None) -> Site:
        """Apply an edit to the newest revision and store it; everybody hears of it.

        With `expected` the edit is refused when that is no longer the newest revision; without,
        it is applied again to whatever somebody else stored in the meantime.
        """
        for tries_left in reversed(range(_TRIES)):
            old = self.now()
            if expected is not None and old.revision != expected:
                raise _stale(expected, old.revision)
            new = self.prepare(old, edit(old))
            try:
                saved = self._store.save(new, author=author)
            except Conflict:
                if expected is not None or not tries_left:
                    raise
                continue
            self._bus.publish(SiteChanged(revision=saved.revision))
            return saved
        raise AssertionError("the last try answers or raises")

    def prepare(self, old: Site, new: Site) -> Site:
        """The new site with masked secrets filled in; ConfigError when it could not run."""
        filled = keep_secrets(new, old)
        known = {camera.id: camera for camera in old.cameras}
        for camera in filled.cameras:
            if known.get(camera.id) != camera:
                self._check(camera)
        return filled

    def _check(self, camera: Camera) -> None:
        try:
            self._check_camera(camera)
            refuse_open_secrets(camera)
        except ConfigError as error:
            explained = ConfigError(error.message, path=("cameras", camera.id))
            explained.path = (*explained.path, *error.path)
            raise explained from None


def _stale(expected: int, newest: int) -> Conflict:
    return Conflict(
        f"the site was changed by somebody else: this is based on revision {expected},"
        f" the newest is {newest}; load it again"
    )
