"""Bodies and answers that are the API's own; everything else is a core type."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from vedette.access.passwords import LONGEST
from vedette.access.rights import Right
from vedette.core.facts import (
    Alarm,
    Event,
    LaneStatus,
    ProcessStatus,
    RecorderStatus,
    StreamStatus,
    SystemWarning,
    Verdict,
)
from vedette.core.people import RoleId, UserName
from vedette.core.schedule import TimeZone
from vedette.core.site import Id, Name
from vedette.core.value import value
from vedette.detect.models import Manifest

__all__ = [
    "AlarmPage",
    "Credentials",
    "EventPage",
    "ExportKey",
    "ExportWanted",
    "Failure",
    "FootageIndex",
    "InstalledModel",
    "Password",
    "Refresh",
    "SessionInfo",
    "SetupRequest",
    "SetupState",
    "SiteDiff",
    "SiteHead",
    "Status",
    "Token",
    "VerdictGiven",
]

_LARGEST = 9_007_199_254_740_991
Password = Annotated[SecretStr, Field(min_length=1, max_length=4 * LONGEST)]


@value
class Failure:
    """Why a request was not answered."""

    code: str
    """A fixed word for programs and translations."""
    message: str
    """A sentence for people."""
    request_id: str
    """Names this request in the server's log."""
    path: tuple[str | int, ...] = ()
    """Way to the key that is wrong, where there is one."""


@value
class SetupState:
    """What the page before the login needs to know."""

    needed: bool
    """Whether the first administrator is still to be made."""
    registration: bool
    """Whether strangers may register."""
    provider: str | None
    """What the OpenID provider is called; null when there is none."""


@value
class SetupRequest:
    """The first administrator."""

    code: Annotated[str, StringConstraints(max_length=200)]
    """The one-time code from the server's terminal."""
    name: UserName
    """Name to log in with."""
    password: Password
    """At least ten characters."""


@value
class Credentials:
    """Name and password."""

    name: Annotated[str, StringConstraints(max_length=200)]
    """Name of the user."""
    password: Password
    """The user's password."""
    code: Annotated[str, StringConstraints(max_length=40)] = ""
    """One-time or recovery code, for those who have a second factor."""


@value
class Refresh:
    """A refresh token of a script."""

    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=200)]


@value
class SessionInfo:
    """Who is logged in."""

    id: str
    name: str
    full_name: str
    role: RoleId
    role_name: str
    """What an administrator calls the role; the id of those that are always there."""
    rights: tuple[Right, ...]
    """What the user may do."""
    access_s: float
    """After that many seconds the page must ask for its next tokens."""


@value
class Token:
    """A login for scripts, to be sent as `Authorization: Bearer …`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # its kind, not a secret
    expires_s: float
    """How long it lasts."""
    refresh_token: str
    """Good once for the next pair, at `/api/v1/token/refresh`."""
    refresh_expires_s: float
    """How long that one lasts without use."""


@value
class SiteHead:
    """What a site is besides its cameras."""

    name: Name
    time_zone: TimeZone
    """Time zone of schedules and reports."""
    revision: int
    """The revision this was read at; the answer carries the new one."""


@value
class SiteDiff:
    """What an import changes: ids of cameras, and `site` for the site itself."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    revision: int
    """The site's revision afterwards; unchanged by a dry run."""


@value
class Status:
    """How everything is doing just now."""

    streams: tuple[StreamStatus, ...]
    lanes: tuple[LaneStatus, ...]
    recorders: tuple[RecorderStatus, ...]
    processes: tuple[ProcessStatus, ...]
    """Empty without the right system.view."""
    warnings: tuple[SystemWarning, ...] = ()
    """What is wrong with the installation itself; empty without the right system.view."""


@value
class InstalledModel:
    """One version of a detection model."""

    manifest: Manifest
    """What the model says of itself: name, version, family, licence, checksum."""
    current: bool
    """The version that its name alone means."""
    default: bool
    """What cameras with detector `auto` use."""


@value
class EventPage:
    """Events, newest first."""

    items: tuple[Event, ...]
    cursor: str | None
    """Asks for the next page; null on the last."""


@value
class AlarmPage:
    """Alarms, newest first."""

    items: tuple[Alarm, ...]
    cursor: str | None
    """Asks for the next page; null on the last."""


@value
class ExportWanted:
    """Footage to be taken out of the archive."""

    cameras: Annotated[tuple[Id, ...], Field(min_length=1, max_length=32)]
    """Which cameras; several make a ZIP."""
    start_us: Annotated[int, Field(ge=0, le=_LARGEST)]
    end_us: Annotated[int, Field(ge=0, le=_LARGEST)]
    """At most seven days later."""
    boxes: bool = False
    """Draw the boxes of what was seen into the pictures; takes encoding, as does `blur`."""
    blur: bool = False
    """Make people who were recognised as such unrecognisable."""
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    """What there is to say about it; stands in the manifest."""


@value
class ExportKey:
    """What exports of this installation are verified with."""

    public_key: str
    """Ed25519, base64."""


@value
class FootageIndex:
    """What lies where in a recorded file; its media time 0 is `start_us`."""

    id: str
    start_us: int
    end_us: int
    """Until when there is footage; later while it grows."""
    mime: str
    """What a player has to be able to play."""
    init_size: int
    """Bytes at the beginning that come before any part."""
    open: bool
    """Whether it still grows."""
    parts: tuple[tuple[int, int, int, int, int], ...]
    """Each [t_us, duration_us, offset, size, key]; key is 1 where decoding can begin."""


@value
class VerdictGiven:
    """How an alarm ends."""

    verdict: Verdict
    """Whether it was a real one, a false one, or a test."""
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    """What there is to say about it."""
