"""What a person may name as a source on the command line: a file or an address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import JsonValue, SecretStr

from vedette.core.errors import ConfigError
from vedette.core.settings import SourceSettings
from vedette.core.site import Spec

__all__ = ["allowed_for", "detector_named", "source_named"]

_KINDS = {"rtsp": "rtsp", "rtsps": "rtsp", "http": "mjpeg", "https": "mjpeg"}


def source_named(text: str) -> Spec:
    """The source a word means; a user and password within an address are taken out of it."""
    parts = urlsplit(text)
    if parts.scheme in _KINDS and parts.hostname:
        hls = parts.path.endswith(".m3u8")
        host = parts.hostname if ":" not in parts.hostname else f"[{parts.hostname}]"
        address = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()
        options: dict[str, JsonValue] = {"url": address}
        if parts.username:
            options["user"] = unquote(parts.username)
        secrets = {"password": SecretStr(unquote(parts.password))} if parts.password else {}
        kind = "hls" if hls else _KINDS[parts.scheme]
        return Spec(kind=kind, options=options, secrets=secrets)
    file = Path(text).expanduser()
    if not file.is_file():
        raise ConfigError(f"there is no file {text!r}, and it is no rtsp:// or http:// address")
    return Spec(kind="file", options={"path": str(file.resolve()), "pace": "fast"})


def allowed_for(spec: Spec) -> SourceSettings:
    """What a source named by the person at the keyboard may open: what they named."""
    path = spec.options.get("path")
    roots = (Path(path).parent,) if isinstance(path, str) else ()
    return SourceSettings(allow_loopback=True, file_roots=roots)


def detector_named(model: str | None) -> Spec:
    """The detector a word means; an installed model or a file is left to DetectorPlace.model."""
    return Spec(kind="classical" if model == "classical" else "auto")
