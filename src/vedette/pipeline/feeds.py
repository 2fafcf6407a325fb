"""The connections of a site: one feed a stream, kept in step with the configuration."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from vedette.core import plugins
from vedette.core.clock import Clock
from vedette.core.errors import ConfigError, NotFound
from vedette.core.facts import StreamStatus
from vedette.core.ports import Bus, Opener, Origin, PacketInbox, SoundInbox, Tap
from vedette.core.settings import SourceSettings
from vedette.core.site import Site, Stream
from vedette.ingest.feed import Feed
from vedette.ingest.taps import PacketQueue

__all__ = ["Feeds"]

_TELL_EVERY_S = 1.0
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Running:
    """A stream with the feed that reads it, or the reason why there is none."""

    stream: Stream
    feed: Feed | None
    reason: str = ""


class Feeds:
    """Owns the feeds of the cameras for which `mine` says yes."""

    def __init__(
        self,
        allowed: SourceSettings,
        silent_s: float,
        clock: Clock,
        mine: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._allowed, self._silent_s, self._clock, self._mine = allowed, silent_s, clock, mine
        self._lock = threading.Lock()
        self._running: dict[Key, _Running] = {}
        self._taps: dict[Key, tuple[Tap, ...]] = {}
        self._ending = threading.Event()

    def apply(self, site: Site) -> None:
        """Start, stop and replace feeds until they are what the site says; others go on."""
        wanted = {
            (camera.id, stream.id): stream
            for camera in site.cameras
            if camera.enabled and self._mine(camera.id)
            for stream in camera.streams
            if stream.roles
        }
        with self._lock:
            gone = [
                key
                for key, running in self._running.items()
                if key not in wanted or wanted[key].source != running.stream.source
            ]
            ended = [self._running.pop(key) for key in gone]
            for key, stream in wanted.items():
                if key not in self._running:
                    self._running[key] = self._begin(key, stream)
        for running in ended:
            _end(running)

    def watch(self, camera: str, stream: str) -> PacketInbox:
        """A new inbox on a stream, beginning with its current GOP; NotFound when it is not ours."""
        return self.listen(camera, stream)

    def listen(self, camera: str, stream: str) -> SoundInbox:
        """The same with sound."""
        running = self._running.get((camera, stream))
        if running is None or running.feed is None:
            raise NotFound(f"stream {stream!r} of camera {camera!r} is not connected here")
        feed = running.feed
        queue = PacketQueue(on_close=lambda tap: feed.remove(tap))
        feed.add(queue, with_gop=True)
        return queue

    def attach(self, key: Key, tap: Tap) -> None:
        """Hand this tap a stream's packets from now on, whatever feed reads it."""
        with self._lock:
            taps = self._taps.get(key, ())
            if any(one is tap for one in taps):
                return
            self._taps[key] = (*taps, tap)
            running = self._running.get(key)
            if running is not None and running.feed is not None:
                running.feed.add(tap, with_gop=True)

    def detach(self, key: Key, tap: Tap) -> None:
        """Hand it no more."""
        with self._lock:
            self._taps[key] = tuple(one for one in self._taps.get(key, ()) if one is not tap)
            running = self._running.get(key)
            if running is not None and running.feed is not None:
                running.feed.remove(tap)

    def status(self, key: Key) -> StreamStatus | None:
        """How one stream is doing; None when it is not connected here."""
        running = self._running.get(key)
        return None if running is None else self._status(key, running)

    def statuses(self) -> list[StreamStatus]:
        """How every stream is doing."""
        return [self._status(key, running) for key, running in tuple(self._running.items())]

    def tell(self, bus: Bus) -> None:
        """Publish how the streams are doing, every second until closed."""
        while not self._ending.wait(_TELL_EVERY_S):
            for status in self.statuses():
                bus.publish(status)

    def close(self) -> None:
        """Stop all feeds; may be called twice."""
        self._ending.set()
        with self._lock:
            ended = tuple(self._running.values())
            self._running.clear()
        for running in ended:
            _end(running)

    def _begin(self, key: Key, stream: Stream) -> _Running:
        camera, stream_id = key
        try:
            opener: Opener = plugins.build("source", stream.source, path=("cameras", camera))
        except ConfigError as error:
            return _Running(stream, None, str(error))
        origin = Origin(
            camera=camera,
            stream=stream_id,
            clock=self._clock,
            allowed=self._allowed,
            silent_s=self._silent_s,
        )
        feed = Feed(opener, origin)
        for tap in self._taps.get(key, ()):
            feed.add(tap)
        feed.start()
        return _Running(stream, feed)

    def _status(self, key: Key, running: _Running) -> StreamStatus:
        if running.feed is not None:
            return running.feed.status()
        return StreamStatus(
            camera=key[0],
            stream=key[1],
            state="failed",
            reason=running.reason,
            since_us=self._clock.now_us(),
        )


def _end(running: _Running) -> None:
    feed = running.feed
    if feed is None:
        return
    feed.stop()
    for tap in feed.taps:
        # Whoever waits at it has to come back, for the feed that may stand in its place.
        if isinstance(tap, PacketQueue):
            tap.close()
