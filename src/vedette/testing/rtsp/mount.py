"""One camera of the server: what it plays, how it misbehaves, who is watching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from vedette.core.value import value
from vedette.testing.auth import Login
from vedette.testing.clips import CLOCK_HZ, Clip
from vedette.testing.rtsp.programme import Join, MountClock, Programme
from vedette.testing.rtsp.reel import Reel, Wire
from vedette.testing.sounds import SoundClip

__all__ = ["Faults", "Mount", "MountOptions", "MountStats"]


@value
class MountOptions:
    """How a camera behaves when it is well."""

    login: Login | None = None
    wire: Wire = field(default_factory=Wire)
    join: Join = "key"
    """Where a new viewer begins: at the next key frame, at the next frame whatever it is, at the
    last key frame (sent in one burst), or at the clip's own start, each viewer by itself."""
    offset_s: float = 0.0
    """How far into the clip the camera is; spread it, or all cameras send at the same instant."""
    pace_s: float = 0.0
    """Time over which a frame's packets are spread; 0 sends them at once."""
    report_s: float = 5.0
    """Between RTCP sender reports; 0 sends none."""
    wall_offset_s: float = 0.0
    """How wrong the camera's own clock is."""
    timestamp_base: int | None = None
    """RTP time at tick 0; random when not set. Near 2**32 the counter wraps soon."""
    session_timeout_s: int = 60
    """Announced to clients."""
    enforce_timeout: bool = False
    """Hang up on who sends nothing for so long."""
    sound: SoundClip | None = None
    """What is heard, looping with the pictures."""
    sound_answer: int = 200
    """Status of the answer to SETUP of the sound; 0 hangs up instead."""
    transports: tuple[Literal["tcp", "udp"], ...] = ("tcp", "udp")


@value
class Faults:
    """What is wrong with a camera just now."""

    status: int | None = None
    """Answer every request with this RTSP status, such as 404 or 503."""
    silent: bool = False
    """Read requests and never answer."""
    stalled: bool = False
    """Hold the connection and send no more pictures."""
    delay_s: float = 0.0
    """Wait so long before each answer."""
    loss: float = 0.0
    """Share of packets that are not sent."""
    corruption: float = 0.0
    """Share of packets that have some bits flipped."""
    sound_corruption: float = 0.0
    """The same, of the sound."""
    sound_loss: float = 0.0
    """Share of packets of sound that are not sent."""


@dataclass(slots=True)
class MountStats:
    """Counts of one mount; written by the server's thread, read by any."""

    connections: int = 0
    """Connections open now that asked for this mount."""
    playing: int = 0
    """Streams being sent now."""
    opened: int = 0
    """Streams ever started."""
    described: int = 0
    frames: int = 0
    packets: int = 0
    octets: int = 0
    skipped: int = 0
    """Times a viewer was too slow and lost pictures up to a key frame."""


class Viewer(Protocol):
    """A client's connection."""

    def hang_up(self) -> None: ...


class Mount:
    """A path of the server; its methods may be called from any thread."""

    def __init__(
        self,
        path: str,
        reel: Reel,
        options: MountOptions,
        call: Callable[[Callable[[], None]], None],
    ) -> None:
        self.path = path
        self.options = options
        self.faults = Faults()
        self.stats = MountStats()
        self.clock = MountClock(options.offset_s, options.wall_offset_s)
        self.viewers: set[Viewer] = set()
        self._programme = Programme(reel, 0)
        self._call = call

    @property
    def programme(self) -> Programme:
        """What plays now."""
        return self._programme

    @property
    def clip(self) -> Clip:
        """The clip that plays now."""
        return self._programme.reel.clip

    def inject(self, faults: Faults) -> None:
        """Make the camera misbehave from now on."""
        self.faults = faults

    def heal(self) -> None:
        """Make it well again."""
        self.faults = Faults()

    def switch(self, clip: Clip, *, hang_up: bool | None = None) -> None:
        """Play another clip from its start, timestamps going on.

        Viewers stay connected if the codec stays, as with cameras, and are cut off if not.
        """
        if hang_up is None:
            hang_up = clip.codec != self.clip.codec
        reel = Reel(clip, self.options.wire)
        self._programme = Programme(reel, self.clock.now())
        if hang_up:
            self.cut()

    def cut(self) -> None:
        """Drop all connections of this mount without a word."""
        self._call(self._cut_now)

    def _cut_now(self) -> None:
        for viewer in list(self.viewers):
            viewer.hang_up()

    def loop_at(self, t_us: int) -> tuple[int, float]:
        """(loop, seconds into the clip) of what is shown at that time of the camera's clock."""
        ticks = round((t_us / 1e6 - self.clock.wall_s(0)) * CLOCK_HZ)
        programme = self._programme
        loop, within = divmod(ticks - programme.start_ticks, programme.reel.duration_ticks)
        return loop, within / CLOCK_HZ

    def wall_us(self, loop: int, t_s: float) -> int:
        """The wall-clock time at which a moment of the clip is shown in that loop."""
        programme = self._programme
        ticks = programme.start_ticks + loop * programme.reel.duration_ticks
        return round((self.clock.wall_s(ticks) + t_s) * 1e6)

    def snapshot(self) -> MountStats:
        """The counts as they are now."""
        return replace(self.stats)
