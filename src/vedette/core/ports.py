"""Every contract between parts, on the consumer's terms.

The laws, tested by `vedette.testing.conformance`: constructors do no input or output; inputs are
never changed; order out is order in; empty input is legal; a rule reads `observation.t_us` and
never the wall clock; `close()` may be called twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from vedette.core.clock import Clock
from vedette.core.facts import Alarm, Event, Motion, Observation, Track
from vedette.core.media import Boxes, Detections, Frame, Packet, Sound
from vedette.core.people import LoginSession, RestreamKey, User
from vedette.core.queries import AlarmQuery, EventQuery, Page
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera, RuleSpec, Site

__all__ = [
    "AlarmStore",
    "Bus",
    "Decoder",
    "Detector",
    "DetectorPlace",
    "DetectorPlugin",
    "EventStore",
    "Gate",
    "Look",
    "Notifier",
    "Opener",
    "Origin",
    "PacketHub",
    "PacketInbox",
    "RestreamKeyStore",
    "Rule",
    "SiteStore",
    "Source",
    "Subscription",
    "Tap",
    "Tracker",
    "UserStore",
]

M_co = TypeVar("M_co", covariant=True)
M = TypeVar("M")


class Source(Protocol):
    """One attempt at reading one stream."""

    def packets(self) -> Iterator[Packet | Sound]:
        """Connect and yield packets until the stream ends; SourceError when it cannot go on.

        Sound comes in between, from those that have any; it never ends what has pictures.
        """
        ...

    def close(self) -> None:
        """End it from any thread; `packets` then returns soon."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose stream a source reads, and what it may open."""

    camera: str
    stream: str
    clock: Clock
    allowed: SourceSettings
    silent_s: float = 8.0
    """After how long without a packet `packets` raises StreamSilent."""


class Opener(Protocol):
    """A source plugin: its fields say what to read, each `open` is one attempt at it."""

    def open(self, origin: Origin) -> Source: ...


class Tap(Protocol):
    """Something that wants a feed's packets."""

    def take(self, packet: Packet) -> None:
        """Accept or drop a packet; never blocks."""
        ...


@runtime_checkable
class SoundTap(Tap, Protocol):
    """A tap that wants a feed's sound too."""

    def hear(self, sound: Sound) -> None:
        """Accept or drop a piece; never blocks."""
        ...


class PacketInbox(Protocol):
    """One reader's bounded queue of packets; when full it drops by whole GOP and counts."""

    def get(self, timeout_s: float | None = None) -> Packet | None:
        """The next packet, or None when the time is up or the inbox is closed."""
        ...

    def close(self) -> None: ...

    @property
    def dropped(self) -> int: ...

    @property
    def closed(self) -> bool: ...


@runtime_checkable
class SoundInbox(PacketInbox, Protocol):
    """An inbox that keeps the sound besides; a bounded piece of it, oldest dropped first."""

    def heard(self) -> Sequence[Sound]:
        """The sound that has come since the last time."""
        ...


@runtime_checkable
class SoundHub(Protocol):
    """Where packets can be had with their sound."""

    def listen(self, camera: str, stream: str) -> SoundInbox:
        """A new inbox; NotFound and Unavailable as with a PacketHub."""
        ...


class PacketHub(Protocol):
    """Where packets can be had, in this process or from `media` over a local socket."""

    def watch(self, camera: str, stream: str) -> PacketInbox:
        """A new inbox that begins with the current GOP, so that a picture can be shown at once."""
        ...


class Decoder(Protocol):
    """Turns packets into frames, as few as the analysed rate needs."""

    def decode(self, packet: Packet) -> Iterator[Frame]:
        """The frames this packet completes; corrupt packets cost pictures, never an exception."""
        ...

    def close(self) -> None: ...


class Gate(Protocol):
    """Decides whether a frame of its camera is worth detecting."""

    def bind(self, camera: Camera) -> None:
        """Learn the camera's exclude zones, in which nothing counts as motion."""
        ...

    def look(self, frame: Frame) -> Motion: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A frame with what is known before detection: where it moves, and who was there."""

    frame: Frame
    motion: Motion
    regions: Boxes
    """Where detection is wanted, fractions; one row `WHOLE` means the whole picture."""
    tracks: tuple[Track, ...] = ()
    """Tracks as predicted for this moment."""


class Detector(Protocol):
    """Finds objects; may keep memory per camera, and may be shared by cameras."""

    @property
    def name(self) -> str:
        """What it is, for people: such as "yolox_nano 1 (onnx)" or "classical"."""
        ...

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        """One answer per look, in the same order."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorPlace:
    """Where a detector runs."""

    models: Path
    """Folder of installed models."""
    model: str = ""
    """What the settings or the command line prefer: an installed model's name, or a file."""
    threads: int = 1
    """How many threads of the processor one call may use."""


class DetectorPlugin(Protocol):
    """A detector plugin: its fields are its options, `open` loads what it needs."""

    def open(self, place: DetectorPlace) -> Detector: ...


class Tracker(Protocol):
    """Follows objects of one camera from frame to frame."""

    def bind(self, camera: Camera) -> None:
        """Learn the camera, whose id is what its tracks' ids begin with."""
        ...

    def update(self, t_us: int, detections: Detections) -> tuple[Track, ...]:
        """Take in what was seen; answer with all tracks that are alive, and freshly lost ones."""
        ...

    def hold(self, t_us: int) -> tuple[Track, ...]:
        """Time passed, nobody looked: not the same as seeing nothing."""
        ...


class Rule(Protocol):
    """Says when an observation is an event."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        """Learn the camera's zones and lines; raises ConfigError for names that are not there."""
        ...

    def check(self, observation: Observation) -> Iterable[Event]:
        """The events this observation makes; called in order of time."""
        ...


class Subscription(Protocol[M_co]):
    """A bounded inbox; when full its oldest message is dropped and counted."""

    def get(self, timeout_s: float | None = None) -> M_co | None:
        """The next message, or None when the time is up or the subscription is closed."""
        ...

    def close(self) -> None: ...

    @property
    def dropped(self) -> int: ...


class Bus(Protocol):
    """Carries messages between parts."""

    def publish(self, message: object) -> None:
        """Hand a message to whoever subscribed to its type; never waits for a reader."""
        ...

    def subscribe(self, *types: type[M], depth: int = 1000) -> Subscription[M]: ...

    def close(self) -> None: ...


class SiteStore(Protocol):
    """Keeps the configuration, one revision after the other."""

    def load(self) -> Site: ...

    def revision(self) -> int:
        """The newest revision; cheap enough to ask twice a second."""
        ...

    def save(self, site: Site, *, author: str) -> Site:
        """Store as the next revision; Conflict when `site.revision` is not the newest."""
        ...


class EventStore(Protocol):
    """Keeps events for ever or until retention says otherwise."""

    def add(self, event: Event) -> bool:
        """Store durably; False when it was there already."""
        ...

    def get(self, event_id: str) -> Event: ...

    def find(self, query: EventQuery) -> Page[Event]: ...

    def without_alarm(self, limit: int) -> tuple[Event, ...]:
        """Events that call for an alarm (not `info`) and are in none yet, oldest first."""
        ...


class AlarmStore(Protocol):
    """Keeps alarms and what was done about them."""

    def put(self, alarm: Alarm, *, instead_of: Alarm | None = None) -> None:
        """Store durably, new or changed, together with which events belong to it.

        Conflict when `instead_of` is given and is no longer what is stored.
        """
        ...

    def get(self, alarm_id: str) -> Alarm: ...

    def of_event(self, event_id: str) -> Alarm | None:
        """The alarm that took the event in, None when no alarm has."""
        ...

    def find(self, query: AlarmQuery) -> Page[Alarm]: ...


class UserStore(Protocol):
    """Keeps who may log in, and who is logged in; names are unique whatever their case."""

    def create(self, user: User, password_hash: str) -> None:
        """Store a new user; Conflict when the id or the name is taken."""
        ...

    def get(self, user_id: str) -> User: ...

    def by_name(self, name: str) -> User:
        """The user of that name in any case, or NotFound."""
        ...

    def all(self) -> tuple[User, ...]:
        """Everybody, by name."""
        ...

    def count(self) -> int: ...

    def by_subject(self, subject: str) -> User:
        """The user whom the OpenID provider calls so, or NotFound."""
        ...

    def update(self, user: User) -> None:
        """Store a changed user; NotFound, or Conflict when the name is taken."""
        ...

    def delete(self, user_id: str) -> None:
        """Forget a user with everything that was only its own."""
        ...

    def password_hash(self, user_id: str) -> str: ...

    def set_password_hash(self, user_id: str, password_hash: str) -> None: ...

    def add(self, session: LoginSession) -> None:
        """Store a login."""
        ...

    def session(self, session_id: str) -> LoginSession:
        """A login that has not ended, expired or not; NotFound otherwise."""
        ...

    def touch(self, session_id: str, *, seen_us: int, expires_us: int) -> None:
        """Note that a login was used; nothing happens when it has ended."""
        ...

    def end(self, session_id: str) -> None:
        """Log out; may be called twice."""
        ...

    def end_all(self, user_id: str) -> int:
        """End all logins of a user and say how many there were."""
        ...

    def for_user(self, user_id: str) -> tuple[LoginSession, ...]:
        """A user's logins, the last used first."""
        ...

    def purge_expired(self, now_us: int) -> int:
        """Forget logins that have expired and say how many there were."""
        ...


class RestreamKeyStore(Protocol):
    """Keeps what users' programs log in with over RTSP, sealed; one key a user."""

    def put(self, key: RestreamKey) -> None:
        """Store a key in place of the one before."""
        ...

    def of_user(self, user_id: str) -> RestreamKey | None: ...

    def drop(self, user_id: str) -> None:
        """Forget a user's key; may be called twice."""
        ...


class Notifier(Protocol):
    """Tells somebody outside about an alarm."""

    def send(self, alarm: Alarm, snapshot: bytes | None) -> None:
        """Deliver or raise; the caller retries."""
        ...
