"""Secrets that came back masked: a form that shows `********` must not store it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar, overload

from vedette.core.errors import ConfigError
from vedette.core.site import Camera, Site, Spec, Stream
from vedette.core.value import MASK, Secret

__all__ = ["keep_secrets"]

Path = tuple[str, ...]


@overload
def keep_secrets(new: Site, old: Site | None) -> Site: ...
@overload
def keep_secrets(new: Camera, old: Camera | None) -> Camera: ...
def keep_secrets(new: Site | Camera, old: Site | Camera | None) -> Site | Camera:
    """`new` with each masked secret filled from the same place of `old`; ConfigError without one.

    Places are the same when the ids on the way and the plugin's kind are.
    """
    if isinstance(new, Camera):
        return _camera(new, old if isinstance(old, Camera) else None, ())
    known = _by_id(old.cameras if isinstance(old, Site) else ())
    cameras = [
        _camera(camera, known.get(camera.id), ("cameras", camera.id)) for camera in new.cameras
    ]
    return replace(new, cameras=tuple(cameras))


def _camera(new: Camera, old: Camera | None, path: Path) -> Camera:
    known = _by_id(old.streams if old else ())
    return replace(
        new,
        streams=tuple(
            _stream(stream, known.get(stream.id), (*path, "streams", stream.id))
            for stream in new.streams
        ),
        gate=_spec(new.gate, old.gate if old else None, (*path, "gate")),
        detector=_spec(new.detector, old.detector if old else None, (*path, "detector")),
        tracker=_spec(new.tracker, old.tracker if old else None, (*path, "tracker")),
    )


def _stream(new: Stream, old: Stream | None, path: Path) -> Stream:
    return replace(new, source=_spec(new.source, old.source if old else None, (*path, "source")))


def _spec(new: Spec, old: Spec | None, path: Path) -> Spec:
    # Another kind of source may send the password elsewhere, so it has to be given anew.
    known = old.secrets if old and old.kind == new.kind else {}
    kept = {
        name: _secret(secret, known.get(name), (*path, "secrets", name))
        for name, secret in new.secrets.items()
    }
    return replace(new, secrets=kept)


def _secret(new: Secret, old: Secret | None, path: Path) -> Secret:
    if new.get_secret_value() != MASK:
        return new
    if old is None:
        raise ConfigError(f"{MASK} keeps the secret that is stored, but none is", path=path)
    return old


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _by_id(named: Iterable[N]) -> Mapping[str, N]:
    return {one.id: one for one in named}
