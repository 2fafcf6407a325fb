"""The newest status of every stream, lane and process, and counters since start."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace

from vedette.core.clock import Clock, from_seconds
from vedette.core.facts import (
    AlarmChange,
    Event,
    LaneStatus,
    ProcessStatus,
    RecorderStatus,
    StreamStatus,
    SystemWarning,
)

__all__ = ["Board", "Counts"]

_SILENT_US = from_seconds(6.0)
_OVER_US = from_seconds(120.0)
_MOST = 10_000
Counts = dict[tuple[str, str], int]
"""How many, by camera and by rule."""


class Board:
    """Kept up to date by the broadcast's thread, read by requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._streams: dict[tuple[str, str], tuple[int, StreamStatus]] = {}
        self._lanes: dict[str, tuple[int, LaneStatus]] = {}
        self._recorders: dict[tuple[str, str], tuple[int, RecorderStatus]] = {}
        self._processes: dict[str, ProcessStatus] = {}
        self._warnings: dict[str, tuple[int, SystemWarning]] = {}
        self._events: Counter[tuple[str, str]] = Counter()
        self._alarms: Counter[tuple[str, str]] = Counter()

    def take(self, message: object) -> None:
        """Note a message if it says how something is doing."""
        now_us = self._clock.now_us()
        with self._lock:
            match message:
                case StreamStatus():
                    self._note_stream(now_us, message)
                case LaneStatus() if len(self._lanes) < _MOST or message.camera in self._lanes:
                    self._lanes[message.camera] = (now_us, message)
                case RecorderStatus():
                    self._note_recorder(now_us, message)
                case ProcessStatus():
                    self._processes[message.name] = message
                case SystemWarning():
                    self._note_warning(now_us, message)
                case Event():
                    self._events[message.camera, message.rule] += 1
                case AlarmChange(opened=True):
                    self._alarms[message.alarm.camera, message.alarm.rule] += 1

    def streams(self) -> tuple[StreamStatus, ...]:
        """All streams, by camera; one nobody has spoken of lately is not called live."""
        now_us = self._clock.now_us()
        with self._lock:
            known = sorted(self._streams.items())
        return tuple(_stream(now_us - heard_us, status) for _, (heard_us, status) in known)

    def stream(self, camera: str, stream: str) -> StreamStatus | None:
        """One stream's status, None when nobody has spoken of it."""
        with self._lock:
            known = self._streams.get((camera, stream))
        return None if known is None else _stream(self._clock.now_us() - known[0], known[1])

    def lanes(self) -> tuple[LaneStatus, ...]:
        """All lanes, by camera; the same holds for them."""
        now_us = self._clock.now_us()
        with self._lock:
            known = sorted(self._lanes.items())
        return tuple(_lane(now_us - heard_us, status) for _, (heard_us, status) in known)

    def recorders(self) -> tuple[RecorderStatus, ...]:
        """All recordings, by camera; what nobody has spoken of lately is not called recording."""
        now_us = self._clock.now_us()
        with self._lock:
            known = sorted(self._recorders.items())
        return tuple(_recorder(now_us - heard_us, status) for _, (heard_us, status) in known)

    def processes(self) -> tuple[ProcessStatus, ...]:
        """All processes, by name."""
        with self._lock:
            return tuple(self._processes[name] for name in sorted(self._processes))

    def warnings(self) -> tuple[SystemWarning, ...]:
        """What holds now, the gravest first; what nobody repeats is over."""
        now_us = self._clock.now_us()
        with self._lock:
            known = [
                one for heard_us, one in self._warnings.values() if now_us - heard_us <= _OVER_US
            ]
        return tuple(sorted(known, key=lambda one: (one.severity != "critical", one.subject)))

    def events(self) -> Counts:
        """Events since start."""
        with self._lock:
            return dict(self._events)

    def alarms(self) -> Counts:
        """Alarms opened since start."""
        with self._lock:
            return dict(self._alarms)

    def forget_others(self, cameras: frozenset[str]) -> None:
        """Keep only these cameras: the others are gone from the site."""
        with self._lock:
            self._streams = {key: v for key, v in self._streams.items() if key[0] in cameras}
            self._recorders = {k: v for k, v in self._recorders.items() if k[0] in cameras}
            self._lanes = {key: v for key, v in self._lanes.items() if key in cameras}

    def _note_warning(self, now_us: int, warning: SystemWarning) -> None:
        if not warning.active:
            self._warnings.pop(warning.subject, None)
        elif len(self._warnings) < _MOST or warning.subject in self._warnings:
            self._warnings[warning.subject] = (now_us, warning)

    def _note_stream(self, now_us: int, status: StreamStatus) -> None:
        key = (status.camera, status.stream)
        if len(self._streams) < _MOST or key in self._streams:
            self._streams[key] = (now_us, status)

    def _note_recorder(self, now_us: int, status: RecorderStatus) -> None:
        key = (status.camera, status.stream)
        if len(self._recorders) < _MOST or key in self._recorders:
            self._recorders[key] = (now_us, status)


def _recorder(age_us: int, status: RecorderStatus) -> RecorderStatus:
    if age_us <= _SILENT_US:
        return status
    return replace(
        status, recording=False, cause="restart", reason=_unheard(age_us), bytes_per_s=0.0
    )


def _stream(age_us: int, status: StreamStatus) -> StreamStatus:
    if age_us <= _SILENT_US or status.state == "stopped":
        return status
    return replace(status, state="failed", reason=_unheard(age_us), fps=0.0, bitrate_bps=0.0)


def _lane(age_us: int, status: LaneStatus) -> LaneStatus:
    if age_us <= _SILENT_US or status.state == "stopped":
        return status
    return replace(status, state="failed", reason=_unheard(age_us), fps=0.0)


def _unheard(age_us: int) -> str:
    return f"nothing has been heard from its process for {age_us // 1_000_000} s"
