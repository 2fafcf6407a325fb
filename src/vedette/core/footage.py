"""What is known about recordings: files, the gaps between them, what moved in them, exports."""

from __future__ import annotations

from typing import Literal

from vedette.core.value import value

__all__ = [
    "KEEPS",
    "Activity",
    "Export",
    "ExportState",
    "Gap",
    "GapCause",
    "Keep",
    "KeepRaised",
    "Memories",
    "ObservationChunk",
    "Pin",
    "Segment",
    "Span",
    "Tier",
    "segment_id",
]

Span = tuple[int, int]
"""From (inclusive) and until (exclusive), µs since 1970 UTC."""

Keep = Literal["continuous", "motion", "alarm", "pinned"]
"""Why a recording is kept; the later, the more valuable."""
KEEPS: tuple[Keep, ...] = ("continuous", "motion", "alarm", "pinned")

Tier = Literal["fast", "slow", "remote"]
"""Where a file lies: the first disk, the second one, or the S3-compatible store."""

GapCause = Literal[
    "silent",
    "unreachable",
    "restart",
    "disk_full",
    "disk_failed",
    "overload",
    "disabled",
    "not_wanted",
    "clock",
    "deleted",
    "missing",
]
"""Why there is no footage.

`silent`: connected, but the camera sent nothing. `unreachable`: no connection. `restart`: we were
not running. `overload`: the disk was too slow. `disabled`: somebody switched the camera off.
`not_wanted`: mode or schedule asked for none. `clock`: the wall clock jumped. `deleted`: retention
or a person removed it. `missing`: a file that was there is gone or broken.
"""


@value
class Segment:
    """One recorded file of one stream, about a minute long; times from its pictures."""

    kind: Literal["segment"] = "segment"
    id: str
    camera: str
    stream: str
    start_us: int
    """When its first picture was taken."""
    end_us: int
    """When its last picture stops being shown; grows while `open`."""
    media_us: int
    """How long its pictures last together; less than end - start where some are missing."""
    frames: int
    size: int
    """Bytes."""
    path: str
    """Below the root of its tier: camera/stream/day/hour/start.mp4, always with slashes."""
    codec: str
    width: int
    height: int
    audio: str = ""
    """Codec of its sound: aac, opus, pcm_alaw, pcm_mulaw; empty without sound."""
    sha256: str = ""
    """Of the whole file, hexadecimal; empty while it is open."""
    chain: str = ""
    """SHA-256 over the chain value of the file before it and this file's own facts."""
    open: bool = False
    """Still being written; what is on disk can be played already."""
    tier: Tier = "fast"
    keep: Keep = "continuous"
    origin: Literal["recorded", "backfilled"] = "recorded"


def segment_id(camera: str, stream: str, start_us: int) -> str:
    """The id of the file that begins then; colons occur in no camera's or stream's id."""
    return f"{camera}:{stream}:{start_us}"


@value
class Gap:
    """A span without footage, and why; `end_us` None means it still lasts."""

    kind: Literal["gap"] = "gap"
    camera: str
    stream: str
    start_us: int
    end_us: int | None
    cause: GapCause
    detail: str = ""
    """More words for people, such as the error of the connection."""


@value
class Activity:
    """How much happened on a camera in one bucket of time."""

    camera: str
    start_us: int
    motion: float
    """Largest share of the picture that moved, 0–1."""
    objects: int
    """Most confirmed tracks at once."""
    events: int = 0


@value
class ObservationChunk:
    """A minute of a camera's tracks, packed; see `pipeline.boxes` for the form."""

    camera: str
    start_us: int
    end_us: int
    frames: int
    data: bytes


@value
class Pin:
    """A span somebody wants kept for ever."""

    id: str
    camera: str
    start_us: int
    end_us: int
    note: str = ""
    author: str = ""
    made_us: int = 0


ExportState = Literal["waiting", "running", "done", "failed", "cancelled"]


@value
class Export:
    """Footage taken out of the archive, as a job with a result."""

    kind: Literal["export"] = "export"
    id: str
    cameras: tuple[str, ...]
    start_us: int
    end_us: int
    boxes: bool = False
    """Burn boxes in; needs re-encoding, as does `blur`."""
    blur: bool = False
    """Make people who were recognised as such unrecognisable."""
    note: str = ""
    author: str
    made_us: int
    state: ExportState = "waiting"
    progress: float = 0.0
    """0–1."""
    error: str = ""
    size: int = 0
    """Bytes of the finished file."""
    name: str = ""
    """File name offered on download."""


@value
class KeepRaised:
    """Footage of a span is worth at least that much."""

    camera: str
    start_us: int
    end_us: int
    keep: Keep


@value
class Memories:
    """What an analysing process tells the archive from time to time; telling it twice changes
    nothing."""

    activity: tuple[Activity, ...] = ()
    chunks: tuple[ObservationChunk, ...] = ()
    keeps: tuple[KeepRaised, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.activity or self.chunks or self.keeps)
