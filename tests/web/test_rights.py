"""Every route and socket declares a right, and keeps everybody out who lacks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.web.house import HOST, House
from vedette.access.rights import ROLE_RIGHTS, Right
from vedette.core.people import Role
from vedette.web.callers import Declared, Needs, Public, declarations, needs, public
from vedette.web.server import openapi, refuse_undeclared

ROLES: tuple[Role, ...] = get_args(Role)
# Whatever must answer without a login; everything else is found by walking the application.
OPEN = {
    ("GET", "/api/v1/setup"),
    ("POST", "/api/v1/setup"),
    ("POST", "/api/v1/login"),
    ("POST", "/api/v1/token"),
    ("POST", "/api/v1/token/refresh"),
    ("POST", "/api/v1/refresh"),
    ("POST", "/api/v1/invitations/look"),
    ("POST", "/api/v1/invitations/accept"),
    ("POST", "/api/v1/register"),
    ("GET", "/api/v1/oidc/login"),
    ("GET", "/api/v1/oidc/callback"),
    ("GET", "/healthz"),
    ("GET", "/{path:path}"),
}


def everything(app: FastAPI) -> list[tuple[str, Declared]]:
    """(method, route), sockets as method SOCKET."""
    return [
        (method, route)
        for route in declarations(app.routes)
        for method in (route.methods or ("SOCKET",))
    ]


def address(path: str) -> str:
    """A route's path with something in place of its parameters."""
    filled = path.replace("{port}", "rule")
    return re.sub(r"\{[^}]+\}", "gate", filled)


def rights_of(route: Declared) -> set[Right]:
    """The rights a caller must have."""
    return {ask.right for ask in route.asks if isinstance(ask, Needs) and ask.right is not None}


def allowed(role: Role, route: Declared) -> bool:
    """Whether a role has all the rights of a route."""
    return rights_of(route) <= ROLE_RIGHTS[role]


def test_only_these_are_open(house: House) -> None:
    found = {
        (method, route.path)
        for method, route in everything(house.app)
        if any(isinstance(ask, Public) for ask in route.asks)
    }
    assert found == OPEN


def test_nothing_is_closed_to_administrators(house: House) -> None:
    assert all(allowed("administrator", route) for _, route in everything(house.app))


def test_without_a_login_nothing_answers(house: House) -> None:
    with house.visitor() as client:
        for method, route in everything(house.app):
            if (method, route.path) not in OPEN:
                assert status(client, method, route) == 401, (method, route.path)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_its_rights_say(house: House, role: Role) -> None:
    with house.browser(role) as client:
        for method, route in everything(house.app):
            if (method, route.path) in OPEN or route.path.endswith("/logout"):
                continue
            answered = status(client, method, route)
            if allowed(role, route):
                assert answered not in (401, 403), (method, route.path, answered)
            else:
                # Who holds one of two rights may hear first that there is no such object.
                partly = bool(rights_of(route) & ROLE_RIGHTS[role])
                assert answered == 403 or (partly and answered == 404), (method, route.path)


def status(client: TestClient, method: str, route: Declared) -> int:
    """What a caller gets; a socket's close code as 401 or 403."""
    if method != "SOCKET":
        return client.request(method, address(route.path)).status_code
    try:
        with client.websocket_connect(f"ws://{HOST}{address(route.path)}") as socket:
            socket.receive_text()
    except WebSocketDisconnect as closed:
        return {4401: 401, 4403: 403}.get(closed.code, 200)
    return 200


def test_openapi_tells_of_every_route(house: House) -> None:
    told = {
        (method.upper(), path) for path, routes in openapi()["paths"].items() for method in routes
    }
    unlisted = {"/openapi.json", "/docs", "/{path:path}"}
    there = {
        (method, route.path)
        for method, route in everything(house.app)
        if method != "SOCKET" and route.path not in unlisted
    }
    assert told == there


def test_openapi_tells_of_every_socket(house: House) -> None:
    there = {route.path for method, route in everything(house.app) if method == "SOCKET"}
    assert set(openapi()["x-sockets"]) == there


def undescribed() -> Iterator[str]:
    for path, routes in openapi()["paths"].items():
        for method, route in routes.items():
            if not route.get("description"):
                yield f"{method} {path}"
            for parameter in route.get("parameters", []):
                if not parameter.get("description"):
                    yield f"{method} {path}: {parameter['name']}"


def test_every_route_and_parameter_has_words() -> None:
    assert list(undescribed()) == []


def test_a_route_without_a_right_does_not_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/open", dependencies=[public("a test")])
    def is_open() -> None: ...

    @app.get("/closed", dependencies=[needs("site.view")])
    def is_closed() -> None: ...

    refuse_undeclared(app)

    @app.get("/forgotten")
    def is_forgotten() -> None: ...

    with pytest.raises(RuntimeError, match="/forgotten"):
        refuse_undeclared(app)


def test_a_socket_without_a_right_does_not_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.websocket("/whisper")
    async def whisper() -> None: ...

    with pytest.raises(RuntimeError, match="/whisper"):
        refuse_undeclared(app)


def test_what_is_mounted_does_not_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/files", FastAPI())
    with pytest.raises(RuntimeError, match="/files"):
        refuse_undeclared(app)
