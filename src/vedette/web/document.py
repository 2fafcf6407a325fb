"""The OpenAPI document, with what sockets say, and a page to read it without any script."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

import vedette
from vedette.core.codec import Message
from vedette.live.queue import Drop, State
from vedette.web.callers import Declared, Needs, declarations
from vedette.web.spoken import Hello, LiveFormat, SocketDrop, Subscribe, Subscribed

__all__ = ["describe", "readable"]

Document = dict[str, Any]
"""OpenAPI as FastAPI makes it."""

_ABOUT = """Everything but `/healthz`, `/api/v1/setup` and logging in needs a login: a cookie from
`POST /api/v1/login`, or `Authorization: Bearer …` with the token of `POST /api/v1/token`.
Each route says which right it needs. Changing requests from browsers must come from a page of this
server. Errors have one form, `Failure`. Times are microseconds since 1970 UTC, coordinates are
fractions of the picture.

Sockets, which OpenAPI cannot describe, are listed under `x-sockets`; their messages are among the
schemas."""
_SOCKETS = {
    "/api/v1/socket": {
        "description": "Send Subscribe at any time; it replaces the one before. Closes with 4401"
        " when the login ends, 4403 when a right is missing, 1013 when the client is so slow that"
        " alarms would be lost.",
        "receives": ["Subscribe"],
        "sends": ["Hello", "Subscribed", "Message", "SocketDrop"],
    },
    "/api/v1/live/{camera_id}": {
        "description": "Parameter `stream` names the stream. LiveFormat, then the init segment,"
        " then one fragment per picture, as binary messages. Closes like the other, and with 4404"
        " when there is no such camera or stream.",
        "receives": [],
        "sends": ["LiveFormat", "Drop", "State"],
    },
    "/api/v1/live/{camera_id}/stills": {
        "description": "Like the one before, as JPEGs for browsers that play no video: parameters"
        " `stream`, `width` and `fps` (at most 10). Each binary message is a time in eight bytes"
        " and a JPEG.",
        "receives": [],
        "sends": ["LiveFormat", "Drop", "State"],
    },
}
_SPOKEN = (Subscribe, Subscribed, Hello, SocketDrop, LiveFormat, Drop, State)
_REFERENCE = "#/components/schemas/{model}"


def describe(app: FastAPI) -> Document:
    """The whole document."""
    document = get_openapi(
        title="Vedette",
        version=vedette.__version__,
        description=_ABOUT,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for spoken in _SPOKEN:
        _add(schemas, spoken.__name__, TypeAdapter(spoken))
    _add(schemas, "Message", TypeAdapter(Message))
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["securitySchemes"] = {
        "cookie": {"type": "apiKey", "in": "cookie", "name": "vedette_session"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    for declared in declarations(app.routes):
        for method in declared.methods:
            _say_right(document["paths"].get(declared.path, {}).get(method.lower()), declared)
    document["x-sockets"] = _SOCKETS
    return document


def readable(document: Mapping[str, Any]) -> str:
    """The document as one page of plain HTML."""
    parts = ["<!doctype html><html lang='en'><meta charset='utf-8'><title>Vedette API</title>"]
    parts.append(
        "<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    )
    parts.append("code,summary{font-family:monospace}pre{overflow:auto}</style>")
    parts.append(f"<h1>Vedette API {html.escape(document['info']['version'])}</h1>")
    parts += [f"<p>{_text(one)}</p>" for one in document["info"]["description"].split("\n\n")]
    parts.append("<p><a href='/openapi.json'>openapi.json</a> for tools.</p>")
    for path, routes in document["paths"].items():
        for method, route in routes.items():
            parts += _route(f"{method.upper()} {path}", route)
    for path, about in document["x-sockets"].items():
        said = f"Receives {', '.join(about['receives'])}; sends {', '.join(about['sends'])}."
        parts.append(f"<h2><code>{_text(path)}</code></h2>")
        parts.append(f"<p>{_text(about['description'])} {_text(said)}</p>")
    return "\n".join([*parts, "</html>"])


def _add(schemas: Document, name: str, adapter: TypeAdapter[Any]) -> None:
    schema = adapter.json_schema(ref_template=_REFERENCE, mode="serialization")
    schemas.update({key: one for key, one in schema.pop("$defs", {}).items() if key not in schemas})
    schemas[name] = schema


def _say_right(route: Document | None, declared: Declared) -> None:
    if route is None:
        return
    rights = [ask.right for ask in declared.asks if isinstance(ask, Needs)]
    responses = route["responses"]
    failure = {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Failure")}}}
    if rights:
        route["security"] = [{"cookie": []}, {"bearer": []}]
        route["x-rights"] = [right for right in rights if right]
        responses["401"] = {"description": "Not logged in.", "content": failure}
        responses["403"] = {"description": "The right is missing.", "content": failure}
    else:
        route["security"] = []
    responses.pop("422", None)
    responses["default"] = {"description": "It could not be done.", "content": failure}


def _route(title: str, route: Mapping[str, Any]) -> Iterable[str]:
    yield f"<h2><code>{_text(title)}</code></h2><p>{_text(route.get('description', ''))}</p>"
    rights = ", ".join(route.get("x-rights", []))
    yield f"<p>Needs {_text(rights) or 'a login' if route['security'] else 'nothing'}.</p>"
    rows = [
        f"<li><code>{_text(one['name'])}</code>: {_text(one.get('description', ''))}</li>"
        for one in route.get("parameters", [])
    ]
    if rows:
        yield f"<ul>{''.join(rows)}</ul>"


def _text(raw: str) -> str:
    return html.escape(raw)
