"""Changing the site from a route: the caller's right, the revision it is based on, the new ETag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Response

from vedette.access.rights import Caller, Right, authorise
from vedette.core.errors import ConfigError, NotFound
from vedette.core.site import Camera, Site
from vedette.web.audited import Trail, Trailed
from vedette.web.callers import needs
from vedette.web.params import IfMatch, etag, revision_of
from vedette.web.wiring import Wired, Wiring

__all__ = ["CameraEdit", "Edit", "SiteEdit", "same_id", "with_one", "without"]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change on its way."""

    caller: Caller
    wiring: Wiring
    right: Right
    expected: int | None
    response: Response
    trail: Trail

    def site(self, change: Callable[[Site], Site]) -> Site:
        """Change the site as a whole; who sees only some cameras may not."""
        whole = [camera.id for camera in self.wiring.site.now().cameras]
        authorise(self.caller, self.right, whole)
        return self._store(change)

    def camera(self, camera_id: str, change: Callable[[Camera], Camera]) -> Camera:
        """Change one camera and leave the others alone."""
        authorise(self.caller, self.right, [camera_id])

        def edit(site: Site) -> Site:
            changed = change(site.camera(camera_id))
            return replace(site, cameras=with_one(site.cameras, changed))

        return self._store(edit).camera(camera_id)

    def cameras(self, camera_id: str, change: Callable[[Site], Site]) -> Site:
        """Add or remove one camera."""
        authorise(self.caller, self.right, [camera_id])
        return self._store(change)

    def _store(self, change: Callable[[Site], Site]) -> Site:
        before: list[Site] = []

        def noted(site: Site) -> Site:
            before[:] = [site]
            return change(site)

        site = self.wiring.site.change(self.caller.user.name, noted, self.expected)
        self.trail.change(replace(before[0], revision=site.revision), site)
        self.response.headers["ETag"] = etag(site.revision)
        return site


def _site_edit(
    caller: Annotated[Caller, needs("site.edit")],
    wiring: Wired,
    response: Response,
    trail: Trailed,
    if_match: IfMatch = None,
) -> Edit:
    return Edit(
        caller=caller,
        wiring=wiring,
        right="site.edit",
        expected=revision_of(if_match),
        response=response,
        trail=trail,
    )


def _camera_edit(
    caller: Annotated[Caller, needs("cameras.edit")],
    wiring: Wired,
    response: Response,
    trail: Trailed,
    if_match: IfMatch = None,
) -> Edit:
    return Edit(
        caller=caller,
        wiring=wiring,
        right="cameras.edit",
        expected=revision_of(if_match),
        response=response,
        trail=trail,
    )


SiteEdit = Annotated[Edit, Depends(_site_edit)]
CameraEdit = Annotated[Edit, Depends(_camera_edit)]


def with_one(items: tuple[N, ...], one: N) -> tuple[N, ...]:
    """The items with this one in the place of its namesake, or at the end."""
    if any(item.id == one.id for item in items):
        return tuple(one if item.id == one.id else item for item in items)
    return (*items, one)


def without(items: tuple[N, ...], gone: str, what: str) -> tuple[N, ...]:
    """The items without that one; NotFound when it is not there."""
    left = tuple(item for item in items if item.id != gone)
    if len(left) == len(items):
        raise NotFound(f"there is no {what} {gone!r}")
    return left


def same_id(path_id: str, body_id: str) -> None:
    """Refuse a body that names another object than the address does."""
    if path_id != body_id:
        raise ConfigError(f"the address says {path_id!r}, the body {body_id!r}", path=("id",))
