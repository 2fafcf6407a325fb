"""Where and how the processes run: `vedette.toml`, then `VEDETTE_…` in the environment, then flags.

Cameras and rules are not settings: they live in the store and are edited there.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, SecretStr, TypeAdapter, ValidationError

from vedette.core.errors import ConfigError
from vedette.core.plugins import validation_error
from vedette.core.value import Secret, value

__all__ = ["Settings", "load_settings"]

_PREFIX = "VEDETTE_"
_NOT_SETTINGS = {"VEDETTE_TEST_DATA", "VEDETTE_CONFIG", "VEDETTE_NO_WEB"}


@value
class OidcSettings:
    """An OpenID provider at which people log in; the local login stays beside it."""

    issuer: str = ""
    """Its address, such as https://login.example.org/realms/site; empty: none."""
    client_id: str = ""
    """What it calls this installation."""
    client_secret: Secret = SecretStr("")
    """What this installation proves itself with."""
    name: str = "OpenID"
    """What the button on the login page says."""
    scopes: str = "openid profile email"
    """What is asked for."""
    name_claim: str = "preferred_username"
    """Claim that names the user."""
    role_claim: str = "groups"
    """Claim that lists the user's groups."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role by group; of several groups the first in this list counts."""
    default_role: str = ""
    """Role of whoever is in none of these groups; empty: they are refused."""
    create_users: bool = True
    """Whether who comes for the first time becomes a user."""


@value
class WebSettings:
    """The web server."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for all."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8971
    """Port to listen on; 0 takes a free one."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names the server answers to besides its own addresses; others are refused."""
    session_hours: Annotated[float, Field(gt=0, le=8760)] = 12.0
    """How long a login lasts without use."""
    session_days: Annotated[float, Field(gt=0, le=3660)] = 30.0
    """How long a login lasts at most, however much it is used."""
    access_minutes: Annotated[float, Field(gt=0, le=1440)] = 15.0
    """How long an access token lasts; the page and scripts get the next with a refresh token."""
    https: Literal["auto", "on", "off"] = "auto"
    """Whether to serve HTTPS; `auto` does with a certificate or beyond this machine."""
    tls_certificate: Path | None = None
    """Certificate with its chain (PEM); without one a self-made one is used."""
    tls_key: Path | None = None
    """Key of the certificate (PEM)."""
    public_url: str = ""
    """Address that browsers use, such as https://cams.example.org, where a proxy is in front."""
    cors_origins: tuple[str, ...] = ()
    """Pages of other servers that may use the API with bearer tokens; never with cookies."""
    oidc: OidcSettings = field(default_factory=OidcSettings)
    registration: bool = False
    """Whether strangers may register; an administrator then approves or refuses each."""
    admin_user: str = "admin"
    """Name of the administrator made from `admin_password` at first start."""
    admin_password: Secret = SecretStr("")
    """Password of the first administrator; without it a one-time setup page makes one."""
    secure_cookies: bool = False
    """Send cookies only over HTTPS; set it when a proxy in front speaks HTTPS."""


@value
class SourceSettings:
    """What sources may open."""

    allow_loopback: bool = False
    """Whether cameras may have addresses on this machine itself."""
    file_roots: tuple[Path, ...] = ()
    """Folders from which local files may be played as cameras."""
    allow_webcams: bool = True
    """Whether USB cameras of this machine may be opened."""


@value
class AnalyseSettings:
    """The analysing processes."""

    processes: Annotated[int, Field(ge=0, le=256)] = 0
    """How many; 0 takes one per core."""
    model: str = ""
    """Model of cameras with detector `auto`; empty: the newest installed, else `classical`."""
    nice: Annotated[int, Field(ge=0, le=19)] = 5
    """How much lower their priority is than that of recording."""


@value
class MediaSettings:
    """The processes that hold camera connections."""

    processes: Annotated[int, Field(ge=0, le=256)] = 0
    """How many; 0 takes one for every 75 cameras, at most one per core."""
    silent_s: Annotated[float, Field(gt=0, le=600)] = 8.0
    """After how long without a packet a stream is called silent and connected anew."""


@value
class RemoteArchiveSettings:
    """An S3-compatible store as the last tier of the archive."""

    bucket: str = ""
    """Its bucket; empty: there is no such tier."""
    prefix: str = "vedette"
    """What the names of all objects begin with."""
    endpoint: str = ""
    """Address of the service, such as https://s3.example.org; empty: AWS."""
    region: str = "us-east-1"
    """Its region."""
    access_key: Secret = SecretStr("")
    """Name of the key to it."""
    secret_key: Secret = SecretStr("")
    """The key to it."""
    encrypt: bool = True
    """Encrypt files with the installation's key before they leave this machine."""


@value
class ArchiveSettings:
    """Where recordings lie."""

    folder: Path | None = None
    """First disk; `recordings` in `data_dir` when not set."""
    slow_folder: Path | None = None
    """Second, larger disk; files move there once they are `slow_after_h` old."""
    slow_after_h: Annotated[float, Field(ge=0)] = 24.0
    """How old files are, in hours, when they move there."""
    remote: RemoteArchiveSettings = field(default_factory=RemoteArchiveSettings)
    """The S3-compatible store."""
    remote_after_h: Annotated[float, Field(ge=0)] = 168.0
    """Files move to the remote tier once they are that old."""
    min_free_gib: Annotated[float, Field(ge=0)] = 5.0
    """So much of each disk stays free: the least valuable oldest files go first."""
    warn_free_gib: Annotated[float, Field(ge=0)] = 10.0
    """Below this much free space an alarm is raised."""
    move_mib_s: Annotated[float, Field(ge=0)] = 0.0
    """So fast, in MiB a second, files move between tiers at most, so that recording wins; 0: three
    times what is being recorded, at least 20."""


@value
class RestreamSettings:
    """Cameras handed on over RTSP to other systems."""

    enabled: bool = False
    """Whether they are."""
    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for all."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8554
    """Port to listen on; 0 takes a free one."""


@value
class Settings:
    """How this installation of Vedette runs."""

    data_dir: Path = Path("data")
    """Where the database, pictures, recordings, models and keys are kept."""
    store_url: Secret = SecretStr("")
    """Database, such as postgresql://user:password@host/vedette; empty: SQLite in `data_dir`."""
    store_key: Secret = SecretStr("")
    """Key that encrypts camera passwords in the database; empty: `seal.key` in `data_dir`."""
    runner: Literal["processes", "threads"] = "processes"
    """Whether the parts run in processes of their own or as threads of one."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged."""
    log_format: Literal["text", "json"] = "text"
    """How it is logged."""
    web: WebSettings = field(default_factory=WebSettings)
    sources: SourceSettings = field(default_factory=SourceSettings)
    media: MediaSettings = field(default_factory=MediaSettings)
    restream: RestreamSettings = field(default_factory=RestreamSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    analyse: AnalyseSettings = field(default_factory=AnalyseSettings)


def load_settings(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, JsonValue]
) -> Settings:
    """Read settings; `flags` has dotted keys such as `web.port`; unknown keys are ConfigErrors."""
    merged: dict[str, JsonValue] = {}
    if file is not None:
        merged = _read_toml(file)
    for name, text in environment.items():
        if name.startswith(_PREFIX) and name not in _NOT_SETTINGS:
            keys = name.removeprefix(_PREFIX).lower().split("__")
            _put(merged, keys, _parse(text))
    for dotted, setting in flags.items():
        _put(merged, dotted.split("."), setting)
    try:
        return TypeAdapter(Settings).validate_python(merged)
    except ValidationError as error:
        raise validation_error(error, path=("settings",)) from None


def _read_toml(file: Path) -> dict[str, JsonValue]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no settings file {file}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"settings file {file} cannot be read: {error}") from error


def _parse(text: str) -> JsonValue:
    # Lists are written as JSON; everything else is text that the field's own type reads.
    if text.startswith("["):
        try:
            parsed: JsonValue = json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(f"{text!r} in the environment is not a JSON list: {error}") from error
        return parsed
    return text


def _put(into: dict[str, JsonValue], keys: list[str], setting: JsonValue) -> None:
    for key in keys[:-1]:
        step = into.setdefault(key, {})
        if not isinstance(step, dict):
            raise ConfigError(f"{'.'.join(keys)}: {key} has no parts")
        into = step
    into[keys[-1]] = setting
