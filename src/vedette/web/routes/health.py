"""Whether the server works, for whoever starts and watches it."""

from __future__ import annotations

from fastapi import Response
from starlette.responses import PlainTextResponse

from vedette.core.errors import StoreError, Unavailable
from vedette.web.callers import public
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("system", "")


@router.get(
    "/healthz",
    response_class=PlainTextResponse,
    dependencies=[public("it says nothing but ok, to whoever restarts the server")],
)
def healthz(wiring: Wired) -> Response:
    """`ok` while the store answers and the bus is read, otherwise 503."""
    try:
        wiring.parts.site.revision()
    except (StoreError, Unavailable):
        return PlainTextResponse("unavailable", status_code=503)
    if not wiring.broadcast.running:
        return PlainTextResponse("unavailable", status_code=503)
    return PlainTextResponse("ok")
