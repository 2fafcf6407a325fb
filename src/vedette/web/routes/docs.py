"""The API's own description."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from vedette.access.rights import Caller
from vedette.web.callers import needs
from vedette.web.document import describe, readable
from vedette.web.routing import feature

__all__ = ["router"]

router = feature("system", "")


@router.get("/openapi.json", include_in_schema=False)
def openapi_document(caller: Annotated[Caller, needs("site.view")], request: Request) -> Response:
    """The OpenAPI document."""
    return JSONResponse(_document(request.app))


@router.get("/docs", include_in_schema=False)
def docs(caller: Annotated[Caller, needs("site.view")], request: Request) -> Response:
    """The same to read."""
    return HTMLResponse(readable(_document(request.app)))


def _document(app: FastAPI) -> dict[str, Any]:
    # Making it takes a while, and it never changes.
    if app.openapi_schema is None:
        app.openapi_schema = describe(app)
    return app.openapi_schema
