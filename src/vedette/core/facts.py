"""What frames told us: small, frozen, named; all of it may cross processes and be stored."""

from __future__ import annotations

from typing import Literal

from vedette.core.footage import GapCause
from vedette.core.media import Region
from vedette.core.value import value

__all__ = [
    "Alarm",
    "AlarmChange",
    "AlarmState",
    "Event",
    "LaneStatus",
    "Motion",
    "Observation",
    "Picture",
    "PictureWanted",
    "Point",
    "ProbeResult",
    "ProcessStatus",
    "RecorderStatus",
    "Severity",
    "SiteChanged",
    "StreamState",
    "StreamStatus",
    "SystemWarning",
    "Track",
    "TrackState",
    "Verdict",
    "event_id",
]

Point = tuple[float, float]
"""x, y as fractions of the picture."""

TrackState = Literal["tentative", "confirmed", "lost"]
Severity = Literal["info", "warning", "critical"]
"""What an event calls for: `info` is kept and opens no alarm, the others open one."""
AlarmState = Literal["new", "acknowledged", "assigned", "escalated", "closed"]
Verdict = Literal["true", "false", "test"]
StreamState = Literal["connecting", "live", "silent", "failed", "stopped"]


@value
class Motion:
    """What the motion gate thinks of one frame."""

    fraction: float
    """Share of the picture that moves, 0–1."""
    boxes: tuple[Region, ...]
    awake: bool
    """Worth detecting; also true on the gate's heartbeat."""


@value
class Track:
    """One object followed over time; `id` is unique in the site and never reused."""

    id: str
    label: str
    box: Region
    score: float
    velocity: Point
    """Of the box's centre, fractions of the picture per second."""
    first_us: int
    last_us: int
    """When it was last really seen."""
    state: TrackState
    attributes: tuple[tuple[str, str, float], ...] = ()
    """(name, value, score), for example ("plate", "AB12", 0.97)."""


@value
class Observation:
    """What one analysed frame told us."""

    kind: Literal["observation"] = "observation"
    camera: str
    t_us: int
    pts_us: int = 0
    motion: Motion
    tracks: tuple[Track, ...]
    lag_us: int = 0
    """From the packet's arrival to this observation."""


@value
class Event:
    """A rule spoke; immutable history."""

    kind: Literal["event"] = "event"
    id: str
    camera: str
    rule: str
    """Id of the rule in the camera's configuration."""
    rule_kind: str
    t_us: int
    """When it happened in the picture."""
    end_us: int | None = None
    track_ids: tuple[str, ...] = ()
    zone: str | None = None
    line: str | None = None
    direction: str | None = None
    label: str = ""
    score: float = 0.0
    boxes: tuple[Region, ...] = ()
    """Where the tracks were at that moment."""
    count: int | None = None
    """For counting rules: how many."""
    snapshot: str | None = None
    """Id of the stored picture."""
    text: str | None = None
    severity: Severity = "warning"


@value
class Alarm:
    """What a person must answer: one or more events of one rule on one camera."""

    kind: Literal["alarm"] = "alarm"
    id: str
    camera: str
    rule: str
    severity: Severity
    state: AlarmState = "new"
    opened_us: int
    changed_us: int
    last_event_us: int
    event_ids: tuple[str, ...]
    label: str = ""
    snapshot: str | None = None
    owner: str | None = None
    verdict: Verdict | None = None
    note: str = ""


@value
class AlarmChange:
    """An alarm was opened or changed; what sockets and notifiers hear."""

    kind: Literal["alarm_change"] = "alarm_change"
    alarm: Alarm
    opened: bool


@value
class SiteChanged:
    """The configuration has a new revision."""

    kind: Literal["site_changed"] = "site_changed"
    revision: int


@value
class StreamStatus:
    """How one stream is doing; published by `media` every second."""

    kind: Literal["stream_status"] = "stream_status"
    camera: str
    stream: str
    state: StreamState
    reason: str = ""
    """Why it is not live, in words a person understands."""
    since_us: int
    """Since when it is live, or since when it is not."""
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    bitrate_bps: float = 0.0
    packets: int = 0
    dropped: int = 0
    damaged: int = 0
    reconnects: int = 0
    last_us: int | None = None


@value
class RecorderStatus:
    """How one stream's recording is doing; published by `media` every second."""

    kind: Literal["recorder_status"] = "recorder_status"
    camera: str
    stream: str
    recording: bool
    cause: GapCause | None = None
    """Why nothing is recorded; None while something is."""
    reason: str = ""
    """More words about it for people."""
    bytes_per_s: float = 0.0
    waiting_bytes: int = 0
    """Received and not yet written."""
    dropped: int = 0
    """Packets the disk was too slow for."""
    last_us: int | None = None
    """Until when there is footage."""


@value
class ProbeResult:
    """What a connection test found."""

    ok: bool
    code: str = "ok"
    """Key for translations: `ok`, or the code of the error that stood in the way."""
    message: str
    """What was found, or what is wrong, in words a person understands."""
    seconds: float
    """How long the test took."""
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    """Measured, whatever the camera announces."""
    bitrate_bps: float = 0.0
    key_interval_s: float = 0.0
    """From one key picture to the next; 0 if fewer than two came."""
    has_audio: bool = False


@value
class LaneStatus:
    """How one camera's analysis is doing; published by `analyse` every second."""

    kind: Literal["lane_status"] = "lane_status"
    camera: str
    state: Literal["starting", "running", "waiting", "failed", "stopped"]
    reason: str = ""
    detector: str = ""
    fps: float = 0.0
    """Analysed frames per second, measured."""
    wanted_fps: float = 0.0
    frames: int = 0
    dropped: int = 0
    awake: bool = False
    lag_us: int = 0
    events: int = 0
    t_us: int = 0


@value
class ProcessStatus:
    """How one of our processes is doing; published by the supervisor."""

    kind: Literal["process_status"] = "process_status"
    name: str
    state: Literal["starting", "running", "restarting", "stopped"]
    pid: int | None
    restarts: int
    reason: str = ""
    """Why it was last restarted."""
    since_us: int
    rss_bytes: int = 0
    cpu_fraction: float = 0.0


@value
class SystemWarning:
    """Something about the installation itself that a person should know; told again and again
    while it lasts."""

    kind: Literal["system_warning"] = "system_warning"
    subject: str
    """What it is about, such as archive.fast; a newer one about the same replaces it."""
    code: str
    """Key for translations, such as disk_nearly_full."""
    severity: Severity
    message: str
    """In words a person understands."""
    since_us: int
    active: bool = True
    """False says that it is over."""


@value
class PictureWanted:
    """Somebody wants to see what a camera's lane sees now."""

    kind: Literal["picture_wanted"] = "picture_wanted"
    ticket: str
    camera: str
    width: int | None = None


@value
class Picture:
    """The answer: a JPEG of the newest frame."""

    kind: Literal["picture"] = "picture"
    ticket: str
    camera: str
    t_us: int
    width: int
    height: int
    jpeg: bytes


def event_id(camera: str, rule: str, t_us: int, subject: str) -> str:
    """The id the same happening always gets, so that storing it twice stores it once."""
    return f"{t_us:016d}-{camera}-{rule}-{subject}"
