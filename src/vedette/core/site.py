"""The site as people configure it: one value is file, API and row."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from vedette.core.errors import NotFound
from vedette.core.facts import Point, Severity
from vedette.core.schedule import ALWAYS, Schedule, TimeZone
from vedette.core.value import Secret, value

__all__ = [
    "Camera",
    "Id",
    "Keeping",
    "Line",
    "Name",
    "RecordMode",
    "RecordTime",
    "Recording",
    "Role",
    "RuleSpec",
    "Site",
    "Spec",
    "Stream",
    "Zone",
]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
"""Lower-case letters, digits, dot, dash and underscore; at most 63; never reused."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Role = Literal["record", "analyse", "live"]


def _inside(points: tuple[Point, ...]) -> tuple[Point, ...]:
    for x, y in points:
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise ValueError(
                f"point ({x}, {y}) lies outside the picture; coordinates are fractions from 0 to 1"
            )
    return points


Polygon = Annotated[tuple[Point, ...], Field(min_length=3, max_length=64), AfterValidator(_inside)]
Polyline = Annotated[tuple[Point, ...], Field(min_length=2, max_length=64), AfterValidator(_inside)]


@value
class Spec:
    """A plugin and its options."""

    kind: Id
    """Name of the plugin."""
    options: dict[str, JsonValue] = field(default_factory=dict)
    """The plugin's options; its reference page lists them."""
    secrets: dict[str, Secret] = field(default_factory=dict)
    """Options that are passwords or keys: encrypted at rest, masked when read."""


@value
class Stream:
    """One stream of a camera."""

    id: Id = "main"
    source: Spec
    """Where its packets come from."""
    roles: tuple[Role, ...] = ("record", "analyse", "live")
    """What it is used for."""


@value
class Zone:
    """An area of the picture."""

    id: Id
    name: Name
    polygon: Polygon
    """Corners as fractions of the picture, in order."""
    exclude: bool = False
    """Nothing is looked for here: a mask for motion and detection."""


@value
class Line:
    """A line or fence; seen from its first point to its last it has a left and a right."""

    id: Id
    name: Name
    points: Polyline
    """Its corners as fractions of the picture, two or more."""


@value
class RuleSpec:
    """A rule as configured on a camera."""

    id: Id
    name: Name
    kind: Id
    """Name of the rule plugin."""
    options: dict[str, JsonValue] = field(default_factory=dict)
    """The plugin's options."""
    enabled: bool = True
    """Whether the rule is looked at."""
    severity: Severity = "warning"
    """How grave an alarm of this rule is."""
    schedule: Schedule = ALWAYS
    """When the rule is active, in the camera's time zone."""
    cooldown_s: Annotated[float, Field(ge=0, le=86_400)] = 10.0
    """Further events within this time join the alarm that is open instead of raising another."""


RecordMode = Literal["continuous", "motion", "alarm", "off"]


@value
class RecordTime:
    """A mode of recording and when it holds."""

    mode: RecordMode
    """Everything; only around motion; only around alarms; nothing."""
    schedule: Schedule = ALWAYS
    """When, in the camera's time zone."""


@value
class Recording:
    """What of a camera is recorded."""

    modes: Annotated[tuple[RecordTime, ...], Field(max_length=20)] = (
        RecordTime(mode="continuous"),
    )
    """The first whose schedule covers the moment holds; when none does, nothing is recorded."""
    pre_s: Annotated[float, Field(ge=0, le=60)] = 5.0
    """Before motion or an alarm, from memory."""
    post_s: Annotated[float, Field(ge=0, le=600)] = 10.0
    """After motion or an alarm."""
    sound: bool = True
    """Whether sound is recorded where the camera has it."""
    snapshot_every_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    """A picture of the recorded stream is kept at the clock's multiples of this; 0 keeps none."""


@value
class Keeping:
    """For how many days recordings are kept, by why they are kept; 0 means as long as they fit."""

    continuous_days: Annotated[float, Field(ge=0, le=36_500)] = 14.0
    """What nothing happened in."""
    motion_days: Annotated[float, Field(ge=0, le=36_500)] = 30.0
    """What something moved in."""
    alarm_days: Annotated[float, Field(ge=0, le=36_500)] = 183.0
    """Evidence of alarms."""
    most_gib: Annotated[float, Field(ge=0)] = 0.0
    """So much may one camera take, its least valuable oldest files going first; 0: any."""


def _unique(kind: str, ids: list[str]) -> None:
    for index, one in enumerate(ids):
        if one in ids[:index]:
            raise ValueError(f"two {kind} have the id {one!r}")


def _default_gate() -> Spec:
    return Spec(kind="difference")


def _default_detector() -> Spec:
    return Spec(kind="auto")


def _default_tracker() -> Spec:
    return Spec(kind="two_stage")


@value
class Camera:
    """One camera: its streams, how it is looked at, and what on it is an alarm."""

    id: Id
    name: Name
    enabled: bool = True
    """Whether it is connected at all."""
    streams: Annotated[tuple[Stream, ...], Field(min_length=1, max_length=8)]
    """Its streams; the lowest one that does is best for analysis."""
    analyse_fps: Annotated[float, Field(gt=0, le=60)] = 8.0
    """Analysed pictures per second: a true rate, whatever the stream's own is."""
    gate: Spec = field(default_factory=_default_gate)
    """The motion gate, which decides when looking is worth it."""
    detector: Spec = field(default_factory=_default_detector)
    """The detector; `auto` takes the installed default model, or `classical` when there is none."""
    tracker: Spec = field(default_factory=_default_tracker)
    """The tracker."""
    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    rules: tuple[RuleSpec, ...] = ()
    record: Recording = field(default_factory=Recording)
    """What is recorded of it."""
    keep: Keeping | None = None
    """How long its recordings are kept; the site's rule when not set."""
    archive: Spec | None = None
    """Where footage that is missing here can be fetched: the camera's own card, or its recorder."""
    time_zone: TimeZone | None = None
    """Time zone of its schedules; the site's when not set."""
    group: Annotated[str, StringConstraints(max_length=120)] = ""
    """A free word to sort cameras by, such as the building."""

    def __post_init__(self) -> None:
        _unique("streams", [stream.id for stream in self.streams])
        _unique("zones", [zone.id for zone in self.zones])
        _unique("lines", [line.id for line in self.lines])
        _unique("rules", [rule.id for rule in self.rules])
        for role in ("record", "analyse", "live"):
            owners = [s.id for s in self.streams if role in s.roles]
            if len(owners) > 1 and role == "analyse":
                raise ValueError(f"streams {', '.join(owners)} all have the role {role}; one may")

    def stream_for(self, role: Role) -> Stream | None:
        """The stream with that role, the first if several."""
        return next((stream for stream in self.streams if role in stream.roles), None)


@value
class Site:
    """Everything people configure; every change makes a new revision."""

    name: Name = "Site"
    revision: int = 0
    time_zone: TimeZone = "UTC"
    """Time zone of schedules and reports."""
    keep: Keeping = field(default_factory=Keeping)
    """How long recordings are kept where a camera does not say otherwise."""
    cameras: tuple[Camera, ...] = ()

    def __post_init__(self) -> None:
        _unique("cameras", [camera.id for camera in self.cameras])

    def camera(self, camera_id: str) -> Camera:
        """The camera of that id, or NotFound."""
        for camera in self.cameras:
            if camera.id == camera_id:
                return camera
        raise NotFound(f"there is no camera {camera_id!r}")
