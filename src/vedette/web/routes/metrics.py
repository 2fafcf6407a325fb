"""Figures for Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from starlette.responses import PlainTextResponse

from vedette.access.rights import Caller
from vedette.web.callers import needs
from vedette.web.metrics import CONTENT_TYPE, exposition
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("system", "")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(caller: Annotated[Caller, needs("system.view")], wiring: Wired) -> Response:
    """All figures in Prometheus' text form; a scraper logs in with a bearer token."""
    return Response(exposition(wiring, caller), media_type=CONTENT_TYPE)
