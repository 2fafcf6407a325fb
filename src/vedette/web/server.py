"""The application: all routes, each with the right it needs, behind the guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

import vedette
from vedette.access.passwords import Passwords
from vedette.web.callers import declarations
from vedette.web.compat import hypersight
from vedette.web.document import describe
from vedette.web.errors import ErrorPage, install
from vedette.web.guard import Guard
from vedette.web.hosts import Hosts
from vedette.web.pages import DIST, pages
from vedette.web.parts import Parts
from vedette.web.routes import (
    account,
    alarms,
    archive,
    audit,
    cameras,
    clips,
    docs,
    events,
    exports,
    footage,
    health,
    hls,
    invitations,
    lines,
    live,
    metrics,
    models,
    oidc,
    pins,
    playback,
    plugins,
    restream,
    roles,
    rules,
    session,
    setup,
    site,
    socket,
    sources,
    status,
    stills,
    users,
    zones,
)
from vedette.web.routing import LARGEST_BODY
from vedette.web.wiring import Wiring, wire

__all__ = ["create_app", "openapi", "refuse_undeclared"]

_FEATURES = (
    setup,
    session,
    restream,
    oidc,
    account,
    users,
    roles,
    invitations,
    audit,
    site,
    cameras,
    zones,
    lines,
    rules,
    sources,
    plugins,
    events,
    alarms,
    footage,
    pins,
    stills,
    status,
    archive,
    socket,
    hls,
    live,
    playback,
    clips,
    exports,
    metrics,
    models,
    health,
    docs,
    hypersight,
)


def create_app(
    parts: Parts,
    *,
    passwords: Passwords | None = None,
    dist: Path = DIST,
    recheck_s: float = 15.0,
) -> FastAPI:
    """The application over these parts; ConfigError-like refusal when a route asks for no right."""
    wiring = wire(parts, passwords or Passwords(), recheck_s)
    app = _routes(_lifespan(wiring))
    app.router.routes.extend(pages(dist).routes)
    refuse_undeclared(app)
    app.state.wiring = wiring
    largest = {
        one.path: one.max_body_size or LARGEST_BODY
        for one in app.routes
        if isinstance(one, APIRoute)
    }
    app.add_middleware(ErrorPage)
    app.add_middleware(
        Guard, hosts=Hosts(_host_names(parts)), largest=largest, web=parts.settings.web
    )
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI document, made without starting anything."""
    return describe(_routes(None))


def refuse_undeclared(app: FastAPI) -> None:
    """RuntimeError when a route or socket neither needs a right nor says why it is public."""
    silent = [route.path for route in declarations(app.routes) if not route.asks]
    if silent:
        raise RuntimeError(
            f"no right is declared for {', '.join(silent)}; nothing starts like this"
        )


def _routes(lifespan: Any) -> FastAPI:
    app = FastAPI(
        title="Vedette",
        version=vedette.__version__,
        # Ours need a login and run no script from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    install(app)
    for feature in _FEATURES:
        # Not included but put in as they are: a copy of each for every application takes half a
        # second to make.
        app.router.routes.extend(feature.router.routes)
    return app


def _lifespan(wiring: Wiring) -> Any:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        wiring.broadcast.start(asyncio.get_running_loop())
        try:
            yield
        finally:
            await asyncio.to_thread(wiring.broadcast.stop)

    return run


def _host_names(parts: Parts) -> tuple[str, ...]:
    web = parts.settings.web
    listening = () if web.host in ("0.0.0.0", "::", "") else (web.host,)  # noqa: S104  # compared
    return (*web.allowed_hosts, *listening)
