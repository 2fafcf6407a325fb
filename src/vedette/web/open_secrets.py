"""Refuses passwords that stand among the options, where they would be stored and shown in clear."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import TypeAdapter

from vedette.core.errors import ConfigError
from vedette.core.plugins import Port, find
from vedette.core.site import Camera, Spec

__all__ = ["refuse_open_secrets"]

_Path = tuple[str, ...]


def refuse_open_secrets(camera: Camera) -> None:
    """ConfigError when an option that is a password does not stand under `secrets`."""
    for port, spec, path in _specs(camera):
        for option in _passwords(port, spec.kind) & set(spec.options):
            raise ConfigError(
                "this is a password: put it under secrets, where it is encrypted and masked",
                path=(*path, "options", option),
            )


def _specs(camera: Camera) -> Iterator[tuple[Port, Spec, _Path]]:
    for stream in camera.streams:
        yield "source", stream.source, ("streams", stream.id, "source")
    yield "gate", camera.gate, ("gate",)
    yield "detector", camera.detector, ("detector",)
    yield "tracker", camera.tracker, ("tracker",)
    if camera.archive is not None:
        yield "camera_archive", camera.archive, ("archive",)


@cache
def _passwords(port: Port, kind: str) -> frozenset[str]:
    """Options of a plugin that are passwords or keys."""
    properties = TypeAdapter(find(port, kind)).json_schema().get("properties", {})
    return frozenset(
        name for name, option in properties.items() if option.get("format") == "password"
    )
