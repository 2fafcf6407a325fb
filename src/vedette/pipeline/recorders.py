"""The recordings of a site, kept in step with the configuration, with motion and with alarms."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from vedette.core.clock import Clock
from vedette.core.facts import Event, LaneStatus, Observation
from vedette.core.ports import Bus
from vedette.core.site import Site
from vedette.pipeline.feeds import Feeds
from vedette.record.indexer import Indexer
from vedette.record.recorder import Recorder

__all__ = ["Recorders"]

_TELL_EVERY_S = 1.0
_DEPTH = 10_000
Key = tuple[str, str]


class Recorders:
    """Has the cameras recorded for which `mine` says yes."""

    def __init__(
        self,
        recorder: Recorder,
        feeds: Feeds,
        indexer: Indexer,
        clock: Clock,
        mine: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._recorder, self._feeds, self._indexer = recorder, feeds, indexer
        self._clock, self._mine = clock, mine
        self._by_motion = False
        self._ending = threading.Event()

    def apply(self, site: Site) -> None:
        """Begin, end and change recordings until they are what the site says."""
        wanted = {
            (camera.id, stream.id): camera
            for camera in site.cameras
            if self._mine(camera.id)
            for stream in camera.streams
            if "record" in stream.roles
        }
        known = self._recorder.streams
        for key in known.keys() - wanted.keys():
            self._feeds.detach(key, known[key].tap)
            self._recorder.remove(key)
        for key, camera in wanted.items():
            zone = camera.time_zone or site.time_zone
            stream = known.get(key)
            if stream is None:
                self._indexer.catch_up(*key)
                health = partial(self._feeds.status, key)
                stream = self._recorder.add(key, camera.record, zone, health)
            stream.wanted.configure(camera.record, zone, disabled=not camera.enabled)
            self._feeds.attach(key, stream.tap)
        self._by_motion = any(
            time.mode == "motion" for camera in wanted.values() for time in camera.record.modes
        )

    def listen(self, bus: Bus) -> None:
        """Take in motion and alarms until closed."""
        while not self._ending.is_set():
            by_motion = self._by_motion
            # Observations are many: they are asked for only where somebody needs them.
            kinds = (Event, LaneStatus, Observation) if by_motion else (Event, LaneStatus)
            inbox = bus.subscribe(*kinds, depth=_DEPTH)
            try:
                while not self._ending.is_set() and by_motion == self._by_motion:
                    message = inbox.get(_TELL_EVERY_S)
                    if message is not None:
                        self._hear(message)
            finally:
                inbox.close()

    def tell(self, bus: Bus) -> None:
        """Publish how the recordings are doing, every second until closed."""
        while not self._ending.wait(_TELL_EVERY_S):
            for status in self._recorder.statuses():
                bus.publish(status)

    def close(self) -> None:
        """End; may be called twice."""
        self._ending.set()

    def _hear(self, message: Event | LaneStatus | Observation) -> None:
        for key, stream in self._recorder.streams.items():
            if key[0] != message.camera:
                continue
            match message:
                case Observation():
                    stream.wanted.watched(self._clock.now_us())
                    if message.motion.boxes:
                        stream.wanted.moved(message.t_us)
                case LaneStatus(state="running"):
                    stream.wanted.watched(self._clock.now_us())
                case Event() if message.severity != "info":
                    stream.wanted.alarmed(max(message.t_us, message.end_us or 0))
