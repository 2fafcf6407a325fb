"""The writer: one thread a disk, which writes what all its streams have brought."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog

from vedette.core.clock import Clock
from vedette.core.facts import RecorderStatus, StreamStatus
from vedette.core.site import Recording
from vedette.record.growing import Disk
from vedette.record.stream import Outlet, Spot, StreamRecorder
from vedette.record.tap import RecordTap
from vedette.record.wanted import Wanted

__all__ = ["Archive", "Recorder"]

log = structlog.get_logger()

_TURN_S = 0.15
_LATE_US = 3_000_000
_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where a recorder writes, and by what."""

    root: Path
    disk: Disk
    clock: Clock
    outlet: Outlet
    steady_s: Callable[[], float] = monotonic


class Recorder:
    """Records streams onto one disk; nothing that disk does reaches those who bring packets."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._streams: dict[Key, StreamRecorder] = {}
        self._leaving: list[StreamRecorder] = []
        self._rates: dict[Key, tuple[int, float]] = {}
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._turned_s = archive.steady_s()

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="recorder", daemon=True)
        self._thread.start()

    def add(
        self, key: Key, recording: Recording, zone: str, health: Callable[[], StreamStatus | None]
    ) -> StreamRecorder:
        """Record that stream; the answer has the tap that wants its packets."""
        archive = self._archive
        spot = Spot(
            camera=key[0],
            stream=key[1],
            root=archive.root,
            disk=archive.disk,
            clock=archive.clock,
            steady_s=archive.steady_s,
            outlet=archive.outlet,
            health=health,
        )
        stream = StreamRecorder(spot, RecordTap(), Wanted(recording, zone))
        with self._lock:
            self._streams[key] = stream
        return stream

    def remove(self, key: Key) -> None:
        """Record it no more; its file is closed by the writer."""
        with self._lock:
            stream = self._streams.pop(key, None)
            self._rates.pop(key, None)
            if stream is not None:
                self._leaving.append(stream)

    @property
    def streams(self) -> dict[Key, StreamRecorder]:
        """What is recorded, or would be."""
        with self._lock:
            return dict(self._streams)

    def run(self) -> None:
        """Write until closed."""
        try:
            self._archive.disk.prepare()
        except OSError as error:
            log.error("the archive's folder cannot be made", error=error.strerror)
        while not self._ending.wait(_TURN_S):
            self.turn()
        for stream in self.streams.values():
            stream.stop()

    def turn(self) -> None:
        """Write what has come."""
        with self._lock:
            streams = tuple(self._streams.values())
            leaving, self._leaving = self._leaving, []
        for stream in leaving:
            stream.stop()
        for stream in streams:
            try:
                stream.turn()
            except _FAULTS as error:
                # One stream that we cannot cope with must not cost the others theirs.
                log.error("recording a stream broke", camera=stream.spot.camera, error=repr(error))
                stream.give_up(type(error).__name__)
        self._turned_s = self._archive.steady_s()

    def close(self, timeout_s: float = 8.0) -> None:
        """Close all files; may be called twice."""
        self._ending.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def statuses(self) -> list[RecorderStatus]:
        """How every recording is doing, by whoever asks about once a second."""
        return [self._status(key, stream) for key, stream in self.streams.items()]

    def _status(self, key: Key, stream: StreamRecorder) -> RecorderStatus:
        now_s, octets = self._archive.steady_s(), stream.octets
        before, since_s = self._rates.get(key, (octets, now_s))
        self._rates[key] = (octets, now_s)
        reason = stream.reason
        stuck = (now_s - self._turned_s) * 1e6 > _LATE_US
        return RecorderStatus(
            camera=key[0],
            stream=key[1],
            recording=reason is None and stream.last_us is not None and not stuck,
            cause="overload" if stuck else reason.cause if reason else None,
            reason="the disk does not answer" if stuck else reason.detail if reason else "",
            bytes_per_s=(octets - before) / (now_s - since_s) if now_s > since_s else 0.0,
            waiting_bytes=stream.tap.backlog,
            dropped=stream.tap.dropped,
            last_us=stream.last_us,
        )
