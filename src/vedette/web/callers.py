"""Who calls, and what a route asks of its callers: declared on the route, checked at start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from vedette.access.rights import Caller, Right, authorise
from vedette.core.errors import Denied
from vedette.web.wiring import wiring_of

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

__all__ = [
    "COOKIE",
    "REFRESH_COOKIE",
    "Declared",
    "Needs",
    "Public",
    "declarations",
    "needs",
    "needs_login",
    "needs_person",
    "public",
    "token_of",
]

COOKIE = "vedette_session"
REFRESH_COOKIE = "vedette_refresh"


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency that lets a caller pass who holds a right; None asks only for a login."""

    right: Right | None
    person: bool = False
    """Whether a personal key will not do: it must not make itself more keys."""

    def __call__(self, connection: HTTPConnection) -> Caller:
        address = connection.client.host if connection.client else ""
        caller = wiring_of(connection).sessions.find(token_of(connection), address)
        connection.state.caller = caller
        if self.person and caller.key is not None:
            raise Denied("a personal key may not do that; log in with the password")
        if self.right is not None:
            authorise(caller, self.right)
        return caller


@dataclass(frozen=True, slots=True)
class Public:
    """A dependency that lets everybody pass, and says why."""

    why: str

    def __call__(self) -> None:
        return None


def needs(right: Right) -> Any:
    """Declare the right a route or socket needs; stands in the annotation of its caller."""
    return Depends(Needs(right))


def needs_login() -> Any:
    """Declare that any login will do."""
    return Depends(Needs(None))


def needs_person() -> Any:
    """Declare that any login will do, but no personal key."""
    return Depends(Needs(None, person=True))


def public(why: str) -> Any:
    """Declare that a route is open to everybody."""
    return Depends(Public(why))


def token_of(connection: HTTPConnection) -> str | None:
    """The session token a request carries: as a bearer, else in the cookie."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return connection.cookies.get(COOKIE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A route and what it asks of its callers."""

    path: str
    methods: tuple[str, ...]
    """Empty for a socket."""
    asks: tuple[Needs | Public, ...]


def declarations(routes: Iterable[BaseRoute]) -> Iterator[Declared]:
    """Every route and socket; whatever else is mounted counts as one that declares nothing."""
    for route in routes:
        dependant: Dependant | None = getattr(route, "dependant", None)
        yield Declared(
            path=getattr(route, "path", repr(route)),
            methods=tuple(sorted(getattr(route, "methods", None) or ())),
            asks=tuple(_asks(dependant)) if dependant else (),
        )


def _asks(dependant: Dependant) -> Iterator[Needs | Public]:
    for part in dependant.dependencies:
        if isinstance(part.call, Needs | Public):
            yield part.call
        yield from _asks(part)
