"""Starts our processes, says why one ended, and starts it again: the only thing that does."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil
import structlog

from vedette.core.clock import Clock
from vedette.core.facts import ProcessStatus
from vedette.core.ports import Bus

__all__ = ["Part", "Supervisor"]

_log = structlog.get_logger()
_LOOK_EVERY_S = 0.1
_TELL_EVERY_S = 1.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_SETTLED_S = 10.0
_STOP_S = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process to keep alive: told everything by its first line of input, so nothing is listed."""

    name: str
    command: Sequence[str]
    told: bytes
    """Written to its standard input, which then stays open: its end means that we are gone."""


class _Child:
    """One process of ours and its history."""

    def __init__(self, part: Part, clock: Clock) -> None:
        self.part, self._clock = part, clock
        self.restarts = 0
        self.reason = ""
        self.since_us = clock.now_us()
        self._pause_s = _FIRST_PAUSE_S
        self._due = 0.0
        self._started = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self._usage: psutil.Process | None = None

    def look(self, now: float) -> None:
        """Start it when it is due; notice when it has ended."""
        if self.process is None:
            if now >= self._due:
                self._start(now)
            return
        code = self.process.poll()
        if code is None:
            return
        self._ended(code, now)

    def _start(self, now: float) -> None:
        self.process = subprocess.Popen(self.part.command, stdin=subprocess.PIPE)
        if self.process.stdin is None:
            raise RuntimeError("a child without standard input")
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(self.part.told + b"\n")
            self.process.stdin.flush()
        with contextlib.suppress(psutil.Error):
            self._usage = psutil.Process(self.process.pid)
            self._usage.cpu_percent()
        self._started, self.since_us = now, self._clock.now_us()

    def _ended(self, code: int, now: float) -> None:
        self._close_input()
        self.process = None
        self.reason = _why(code)
        self.restarts += 1
        self.since_us = self._clock.now_us()
        settled = now - self._started > _SETTLED_S
        self._pause_s = _FIRST_PAUSE_S if settled else min(self._pause_s * 2, _LONGEST_PAUSE_S)
        self._due = now + self._pause_s
        _log.error(
            "a process ended", part=self.part.name, reason=self.reason, again_s=self._pause_s
        )

    def stop(self) -> None:
        """Ask it to end."""
        self._close_input()
        if self.process is not None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Until it has ended; killed when it takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.error("a process does not end; killing it", part=self.part.name)
            self.process.kill()
            self.process.wait()
        self.process = None

    def _close_input(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()

    def status(self) -> ProcessStatus:
        rss_bytes, cpu = 0, 0.0
        if self._usage is not None and self.process is not None:
            with contextlib.suppress(psutil.Error):
                rss_bytes = self._usage.memory_info().rss
                cpu = self._usage.cpu_percent() / 100
        return ProcessStatus(
            name=self.part.name,
            state="running" if self.process is not None else "restarting",
            pid=self.process.pid if self.process is not None else None,
            restarts=self.restarts,
            reason=self.reason,
            since_us=self.since_us,
            rss_bytes=rss_bytes,
            cpu_fraction=cpu,
        )


class Supervisor:
    """Keeps the parts running until it is stopped, and tells the bus how they are."""

    def __init__(self, parts: Sequence[Part], bus: Bus, clock: Clock) -> None:
        self._children = [_Child(part, clock) for part in parts]
        self._bus = bus
        self._ending = threading.Event()

    def run(self, tick: Callable[[], None] = lambda: None) -> None:
        """Until `stop` is called; `tick` runs about ten times a second."""
        told = 0.0
        while not self._ending.is_set():
            now = time.monotonic()
            for child in self._children:
                child.look(now)
            if now - told >= _TELL_EVERY_S:
                told = now
                for child in self._children:
                    self._bus.publish(child.status())
            tick()
            self._ending.wait(_LOOK_EVERY_S)
        self._stop_all()

    def stop(self) -> None:
        """End all parts; `run` returns when they have ended."""
        self._ending.set()

    def _stop_all(self) -> None:
        deadline = time.monotonic() + _STOP_S
        for child in reversed(self._children):
            child.stop()
        for child in reversed(self._children):
            child.wait(deadline)


def _why(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return "ended by itself" if code == 0 else f"failed with exit code {code}"
