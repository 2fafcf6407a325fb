"""One door for our plugins and strangers': entry points `vedette.<port>`, built from options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, get_args

from pydantic import JsonValue, SecretStr, TypeAdapter, ValidationError

from vedette.core.errors import ConfigError, PluginError
from vedette.core.site import Spec

__all__ = ["PORTS", "PluginInfo", "Port", "build", "find", "kinds", "schemas", "validation_error"]

Port = Literal[
    "source",
    "gate",
    "detector",
    "tracker",
    "rule",
    "camera_archive",
    "notifier",
    "captioner",
    "embedder",
    "bus",
    "runner",
]
PORTS: tuple[Port, ...] = get_args(Port)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """What a form or a reference page needs to know of a plugin."""

    port: Port
    kind: str
    summary: str
    schema: Mapping[str, JsonValue]
    """JSON Schema of its options; a property with `format: password` belongs into `secrets`."""


@cache
def _entries(port: Port) -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=f"vedette.{port}")}


def kinds(port: Port) -> tuple[str, ...]:
    """Names of the plugins installed for a port, sorted."""
    return tuple(sorted(_entries(port)))


def find(port: Port, kind: str) -> type:
    """The plugin's class; its libraries load only now."""
    entry = _entries(port).get(kind)
    if entry is None:
        known = ", ".join(kinds(port)) or "none"
        raise PluginError(f"there is no {port} {kind!r}; installed: {known}")
    try:
        loaded = entry.load()
    except Exception as error:  # strangers' code runs here
        raise PluginError(f"{port} {kind!r} cannot be loaded: {error}") from error
    if not isinstance(loaded, type):
        raise PluginError(f"{port} {kind!r} is not a class")
    return loaded


def build(port: Port, spec: Spec, *, path: tuple[str | int, ...] = ()) -> Any:
    """Make the plugin of a spec; a wrong or misspelt option is a ConfigError naming it."""
    cls = find(port, spec.kind)
    options: dict[str, object] = dict(spec.options)
    options.update({key: SecretStr(s.get_secret_value()) for key, s in spec.secrets.items()})
    try:
        return TypeAdapter(cls).validate_python(options)
    except ValidationError as error:
        raise validation_error(error, path=(*path, f"{port} {spec.kind}")) from None


def schemas(port: Port) -> tuple[PluginInfo, ...]:
    """All plugins of a port with their options."""
    return tuple(
        PluginInfo(
            port=port,
            kind=kind,
            summary=(cls.__doc__ or "").strip().split("\n", 1)[0],
            schema=TypeAdapter(cls).json_schema(),
        )
        for kind in kinds(port)
        for cls in (find(port, kind),)
    )


def validation_error(error: ValidationError, *, path: tuple[str | int, ...] = ()) -> ConfigError:
    """pydantic's findings in our words, one line per key."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    lines = []
    for one in found:
        where = ".".join(str(part) for part in (*path, *one["loc"]))
        if one["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            lines.append(f"{where}: there is no such option")
        elif one["type"] in ("missing", "missing_keyword_only_argument", "missing_argument"):
            lines.append(f"{where}: is missing")
        else:
            lines.append(f"{where}: {one['msg'].removeprefix('Value error, ')}")
    return ConfigError("; ".join(lines))
