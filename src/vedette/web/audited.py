"""Every route that may change something leaves an entry in the audit log, by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from vedette.access.audit import changes, clean
from vedette.access.rights import Caller
from vedette.core.audit import AuditEntry, Change
from vedette.core.errors import VedetteError
from vedette.web.errors import status_of
from vedette.web.wiring import wiring_of

__all__ = ["Audited", "Trail", "Trailed", "write"]

_READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(slots=True)
class Trail:
    """What a route adds to its entry."""

    actor: str = ""
    """Who says to be it, where nobody is logged in."""
    actor_id: str = ""
    changes: list[Change] = field(default_factory=list)

    def change(self, before: object, after: object) -> None:
        """Note what became of what; None for what is not there."""
        self.changes += changes(before, after)


class Audited(APIRoute):
    """A route whose changes, and whose refusals to somebody known, are written down."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if not (self.methods or set()) - _READING:
            return handle

        async def audited(request: Request) -> Response:
            trail = request.state.trail = Trail()
            try:
                response = await handle(request)
            except VedetteError as error:
                status = status_of(error)
                # Those whom nobody knows could fill the log; a login that failed is worth a line.
                if status == 403 or (status == 401 and trail.actor):
                    await asyncio.to_thread(write, request, trail, self.name, status)
                raise
            if response.status_code < 400:
                await asyncio.to_thread(write, request, trail, self.name, response.status_code)
            return response

        return audited


def write(request: Request, trail: Trail, action: str, status: int) -> None:
    """Put an entry into the audit log."""
    wiring = wiring_of(request)
    caller: Caller | None = getattr(request.state, "caller", None)
    wiring.parts.access.audit.append(
        AuditEntry(
            t_us=wiring.parts.clock.now_us(),
            actor=clean(caller.user.name if caller else trail.actor)[:200],
            actor_id=caller.user.id if caller else trail.actor_id,
            via="public" if caller is None else "key" if caller.key else "session",
            credential="" if caller is None else caller.key or caller.session,
            address=request.client.host if request.client else "",
            action=action,
            object=clean(request.scope["path"])[:500],
            status=status,
            changes=tuple(trail.changes),
            request_id=str(getattr(request.state, "request_id", "")),
        )
    )


def _trail_of(request: Request) -> Trail:
    trail: Trail = request.state.trail
    return trail


Trailed = Annotated[Trail, Depends(_trail_of)]
