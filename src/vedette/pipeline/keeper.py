"""The supervisor of threads: runs a loop, says why it ended, and starts it again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from vedette.core.errors import VedetteError

__all__ = ["Keeper"]

_log = structlog.get_logger()
_FIRST_S = 0.5
_LONGEST_S = 15.0


class Keeper:
    """Owns one named thread that runs `work` again and again until it is stopped."""

    def __init__(self, name: str, work: Callable[[], None], stop: Callable[[], None]) -> None:
        self.name = name
        self._work, self._stop = work, stop
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.reason = ""
        self.restarts = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the work and wait for its thread; may be called twice."""
        self._ending.set()
        self._stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def well(self) -> None:
        """The work says that it goes again: what stopped it last is history."""
        self.reason = ""

    @property
    def stopping(self) -> bool:
        """Whether the work should end."""
        return self._ending.is_set()

    def _run(self) -> None:
        pause_s = _FIRST_S
        while not self._ending.is_set():
            try:
                self._work()
                self.reason = ""
                pause_s = _FIRST_S
            except VedetteError as error:
                self._note(str(error))
                _log.warning("stopped for a reason we know", part=self.name, reason=self.reason)
            except Exception as error:  # noqa: BLE001  # the supervisor: the others go on
                self._note(f"{type(error).__name__}: {error}")
                _log.exception("stopped for a reason we do not know", part=self.name)
            if self._ending.wait(pause_s):
                return
            pause_s = min(pause_s * 2, _LONGEST_S)
            self.restarts += 1

    def _note(self, reason: str) -> None:
        if not self._ending.is_set():
            self.reason = reason
