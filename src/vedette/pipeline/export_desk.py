"""Takes exports in and has them made, one at a time, each in a process of its own.

Encoding never happens in the web server: a child does it, at low priority, and is killed when
somebody cancels. It tells how far it is by lines on its standard output.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from vedette.core.archive import ExportStore
from vedette.core.clock import Clock
from vedette.core.errors import Conflict, Gone, NotFound
from vedette.core.footage import Export
from vedette.core.settings import Settings
from vedette.core.value import value
from vedette.record.reading import LocalReader, open_below

__all__ = ["WORKER", "ExportDesk", "ExportOrder", "Said", "read_order", "say"]

_log = structlog.get_logger()
WORKER = (sys.executable, "-m", "vedette.exporting")
_LOOK_S = 2.0
# What was seen comes to the archive by the minute; nobody may be shown because it came too late.
_SEEN_BY_US = 120_000_000
_TOLD_STEP = 0.01


@value
class ExportOrder:
    """What a worker is told; settings hold secrets, so it goes through a pipe."""

    settings: Settings
    export: Export


@value
class Said:
    """What a worker says, a line each time."""

    progress: float = 0.0
    error: str = ""
    name: str = ""
    """Name to offer on download; with it the export is finished."""
    size: int = 0


_ORDER: TypeAdapter[ExportOrder] = TypeAdapter(ExportOrder)
_SAID: TypeAdapter[Said] = TypeAdapter(Said)


def read_order(line: bytes) -> ExportOrder:
    """What stands in the first line of a worker's input."""
    return _ORDER.validate_json(line)


def say(said: Said) -> str:
    """A line of a worker's output."""
    return _SAID.dump_json(said).decode()


@dataclass(slots=True)
class _Running:
    export: Export
    process: subprocess.Popen[bytes]
    cancelled: bool = False


class ExportDesk:
    """All exports of an installation; `run` makes them, the rest may be called from any thread."""

    def __init__(
        self,
        store: ExportStore,
        settings: Settings,
        clock: Clock,
        *,
        worker: Sequence[str] = WORKER,
    ) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._folder = settings.data_dir / "exports"
        self._worker = tuple(worker)
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._wake = threading.Event()
        self._ended = threading.Event()

    def all(self) -> tuple[Export, ...]:
        """The newest first."""
        return self._store.all()

    def get(self, export_id: str) -> Export:
        """The export of that id, or NotFound."""
        return self._store.get(export_id)

    def submit(self, export: Export) -> None:
        """Have it made as soon as those before it are."""
        self._store.put(export)
        self._wake.set()

    def cancel(self, export_id: str) -> Export:
        """Stop it, or do not even begin; Conflict when it is over already."""
        with self._lock:
            export = self._store.get(export_id)
            if export.state not in ("waiting", "running"):
                raise Conflict(f"the export is {export.state} already")
            if self._running is not None and self._running.export.id == export_id:
                self._running.cancelled = True
                _kill(self._running.process)
            export = replace(export, state="cancelled")
            self._store.put(export)
            return export

    def remove(self, export_id: str) -> None:
        """Remove an export that is over, with its file; Conflict while it is being made."""
        with self._lock:
            export = self._store.get(export_id)
            if self._running is not None and self._running.export.id == export_id:
                raise Conflict("the export is still being made; cancel it first")
            shutil.rmtree(self._place(export), ignore_errors=True)
            self._store.remove(export_id)

    def open(self, export: Export) -> LocalReader:
        """The finished file; Conflict before it is, Gone when it is no longer there."""
        if export.state != "done":
            raise Conflict(f"the export is {export.state}; only a finished one can be downloaded")
        kind = "export.zip" if export.name.endswith(".zip") else "export.mp4"
        try:
            return open_below(self._folder, [export.id, kind])
        except OSError:
            raise Gone("the file of the export is no longer there") from None

    def run(self) -> None:
        """Make what waits until closed; what a restart interrupted begins anew."""
        for export in self._store.all():
            if export.state == "running":
                self._store.put(replace(export, state="waiting", progress=0.0))
        while not self._ended.is_set():
            waiting = self._next()
            if waiting is None:
                self._wake.wait(_LOOK_S)
                self._wake.clear()
            else:
                self._make(waiting)

    def close(self) -> None:
        """End `run`; what is being made is made again after the next start."""
        self._ended.set()
        self._wake.set()
        with self._lock:
            if self._running is not None:
                _kill(self._running.process)

    def _next(self) -> Export | None:
        now_us = self._clock.now_us()
        ready = [
            export
            for export in self._store.all()
            if export.state == "waiting"
            and not ((export.blur or export.boxes) and export.end_us + _SEEN_BY_US > now_us)
        ]
        return min(ready, key=lambda one: (one.made_us, one.id), default=None)

    def _make(self, waiting: Export) -> None:
        running = self._begin(waiting)
        if running is None:
            return
        last = Said(error="its process ended without a word")
        order = ExportOrder(settings=self._settings, export=running.export)
        line = _ORDER.dump_json(order, context={"seal": lambda secret: secret})
        process = running.process
        with process:
            if process.stdin is not None:
                # A worker that died at once is noticed by its silence.
                with contextlib.suppress(OSError):
                    process.stdin.write(line + b"\n")
                    process.stdin.flush()
            for words in process.stdout or ():
                last = self._hear(running, words, last)
        self._finish(running, last)

    def _begin(self, waiting: Export) -> _Running | None:
        with self._lock:
            # Cancelled or removed since it was looked up?
            try:
                export = self._store.get(waiting.id)
            except NotFound:
                return None
            if export.state != "waiting" or self._ended.is_set():
                return None
            place = self._place(export)
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True, mode=0o700)
            export = replace(export, state="running", progress=0.0, error="")
            process = subprocess.Popen(
                self._worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            self._running = _Running(export, process)
            self._store.put(export)
            return self._running

    def _hear(self, running: _Running, line: bytes, before: Said) -> Said:
        try:
            said = _SAID.validate_json(line)
        except ValidationError:
            _log.warning("an export's process said what nobody understands")
            return before
        if said.error or said.name:
            return said
        if said.progress - running.export.progress >= _TOLD_STEP:
            with self._lock:
                if not running.cancelled:
                    running.export = replace(running.export, progress=said.progress)
                    self._store.put(running.export)
        return before

    def _finish(self, running: _Running, last: Said) -> None:
        with self._lock:
            self._running = None
            export = running.export
            if running.cancelled or last.error:
                shutil.rmtree(self._place(export), ignore_errors=True)
            if running.cancelled:
                return
            if self._ended.is_set() and not last.name:
                self._store.put(replace(export, state="waiting", progress=0.0))
            elif last.name:
                done = replace(export, state="done", progress=1.0, name=last.name, size=last.size)
                self._store.put(done)
            else:
                self._store.put(replace(export, state="failed", error=last.error))

    def _place(self, export: Export) -> Path:
        return self._folder / export.id


def _kill(process: subprocess.Popen[bytes]) -> None:
    """It holds nothing that a sudden end could harm: its folder is removed."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
