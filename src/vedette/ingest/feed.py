"""One stream's connection: kept alive, watched, and shared by any number of taps."""

from __future__ import annotations

import random
import threading
import traceback
from collections import deque
from dataclasses import dataclass

import structlog

from vedette.core.errors import LoginFailed, StreamSilent, VedetteError
from vedette.core.facts import StreamState, StreamStatus
from vedette.core.media import Packet, Sound
from vedette.core.ports import Opener, Origin, SoundTap, Source, Tap
from vedette.ingest.gop import Gop
from vedette.ingest.health import Health

__all__ = ["Backoff", "Feed"]

log = structlog.get_logger()

FAULTS = (
    VedetteError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What broken code of others raises. One such tap or source must not cost the other taps theirs."""

_SLICE_S = 0.2
# The sound of the current GOP, and a little from before it.
_MOST_HEARD, _OVERLAP_US = 600, 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait before the next attempt: doubling, with jitter so that cameras spread."""

    first_s: float = 0.5
    longest_s: float = 8.0
    """Short enough that a camera that comes back is live again within ten seconds."""
    reset_after_s: float = 10.0
    """After a life this long the next wait is the first one again."""
    login_s: float = 60.0
    """After a refused login; many cameras lock out who tries a wrong password too often."""

    def wait_s(self, error: Exception, failures: int, chance: random.Random) -> float:
        """The wait after this error and so many failures in a row before it."""
        whole_s = min(self.longest_s, self.first_s * 2.0 ** min(failures, 30))
        if isinstance(error, LoginFailed):
            whole_s = max(whole_s, self.login_s)
        return whole_s * chance.uniform(0.5, 1.0)


_BACKOFF = Backoff()


class Feed:
    """Reads one stream in a thread of its own and hands every packet to all taps.

    Taps come and go at any time and share the one connection; a tap that raises is removed.
    """

    def __init__(
        self,
        opener: Opener,
        origin: Origin,
        *,
        backoff: Backoff = _BACKOFF,
        gop_octets: int = 16 * 1024 * 1024,
        chance: random.Random | None = None,
    ) -> None:
        self.origin = origin
        self._opener = opener
        self._backoff = backoff
        self._chance = chance or random.Random()
        self._taps: tuple[Tap, ...] = ()
        self._hearing: tuple[SoundTap, ...] = ()
        self._heard: deque[Sound] = deque(maxlen=_MOST_HEARD)
        self._gop = Gop(gop_octets)
        self._tapping = threading.RLock()
        self._health = Health(origin.clock)
        self._source: Source | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._said = ""
        self._log = log.bind(camera=origin.camera, stream=origin.stream)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        if self._thread is not None:
            raise RuntimeError("a feed starts once")
        name = f"feed {self.origin.camera}/{self.origin.stream}"
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End; may be called twice and from any thread."""
        self._stopping.set()
        source = self._source
        if source is not None:
            source.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def add(self, tap: Tap, *, with_gop: bool = False) -> None:
        """Hand packets to this tap from now on; first those of the current GOP, if wanted."""
        with self._tapping:
            if any(one is tap for one in self._taps):
                return
            self._taps = (*self._taps, tap)
            if isinstance(tap, SoundTap):
                self._hearing = (*self._hearing, tap)
                for sound in self._heard if with_gop else ():
                    self._say(tap, sound)
            for packet in self._gop.packets if with_gop else ():
                self._hand(tap, packet)

    def remove(self, tap: Tap) -> None:
        """Hand it no more."""
        with self._tapping:
            self._taps = tuple(one for one in self._taps if one is not tap)
            self._hearing = tuple(one for one in self._hearing if one is not tap)

    @property
    def taps(self) -> tuple[Tap, ...]:
        """Who is listening now."""
        return self._taps

    def status(self) -> StreamStatus:
        """How the stream is doing now."""
        dropped = sum(int(getattr(tap, "dropped", 0)) for tap in self._taps)
        return self._health.report(self.origin, dropped)

    def run(self) -> None:
        """Keep the stream alive until `stop`, or until a file that is not to loop has ended."""
        failures = 0
        while not self._stopping.is_set():
            try:
                self.run_once()
                break
            except FAULTS as error:
                if self._health.lived_s() >= self._backoff.reset_after_s:
                    failures = 0
                self._failed(error)
                self._wait(self._backoff.wait_s(error, failures, self._chance))
                failures += 1
        self._health.ended("stopped", "" if self._stopping.is_set() else "played to its end")

    def run_once(self) -> None:
        """One life of the connection: returns when a file has ended, raises when it breaks."""
        self._health.connecting()
        with self._tapping:
            self._gop.clear()
            self._heard.clear()
        source = self._opener.open(self.origin)
        self._source = source
        try:
            if self._stopping.is_set():
                return
            for packet in source.packets():
                if isinstance(packet, Sound):
                    self._let_hear(packet)
                else:
                    self._pass_on(packet)
                if self._stopping.is_set():
                    return
        finally:
            self._source = None
            source.close()

    def _pass_on(self, packet: Packet) -> None:
        self._health.received(packet)
        if self._said:
            self._log.info("stream is back")
            self._said = ""
        with self._tapping:
            self._gop.take(packet)
            while packet.key and self._heard and self._heard[0].t_us < packet.t_us - _OVERLAP_US:
                self._heard.popleft()
            for tap in self._taps:
                self._hand(tap, packet)

    def _let_hear(self, sound: Sound) -> None:
        with self._tapping:
            self._heard.append(sound)
            for tap in self._hearing:
                self._say(tap, sound)

    def _say(self, tap: SoundTap, sound: Sound) -> None:
        try:
            tap.hear(sound)
        except FAULTS as error:
            # It goes on with the pictures, which matter more.
            self._log.error("tap made deaf: it failed", tap=type(tap).__name__, error=str(error))
            self._hearing = tuple(one for one in self._hearing if one is not tap)

    def _hand(self, tap: Tap, packet: Packet) -> None:
        try:
            tap.take(packet)
        except FAULTS as error:
            self._log.error("tap removed: it failed", tap=type(tap).__name__, error=str(error))
            self.remove(tap)

    def _failed(self, error: Exception) -> None:
        if self._stopping.is_set():
            return
        state: StreamState = "silent" if isinstance(error, StreamSilent) else "failed"
        known = isinstance(error, VedetteError)
        reason = str(error) if known else f"its source broke ({type(error).__name__})"
        self._health.ended(state, reason)
        if reason == self._said:
            return
        self._said = reason
        if known:
            self._log.warning("stream lost", state=state, reason=reason)
            return
        # Not ours: its author needs the place, but its text and values may hold anything.
        where = traceback.format_list(traceback.extract_tb(error.__traceback__)[-4:])
        self._log.error("source broke", error=type(error).__name__, where="".join(where))

    def _wait(self, seconds: float) -> None:
        clock = self.origin.clock
        until_us = clock.now_us() + round(seconds * 1e6)
        while not self._stopping.is_set():
            left_s = (until_us - clock.now_us()) / 1e6
            if left_s <= 0:
                return
            clock.sleep(min(left_s, _SLICE_S))
