"""A limit on how fast bytes are moved, so that the disk is there for recording first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Throttle"]


class Throttle:
    """Called with a number of bytes, waits until they may move; for one thread."""

    def __init__(
        self,
        wait: Callable[[float], object],
        monotonic: Callable[[], float] = time.monotonic,
        bytes_per_s: float = 0.0,
    ) -> None:
        self._wait, self._monotonic = wait, monotonic
        self.bytes_per_s = bytes_per_s
        """0: as fast as it goes."""
        self._free_s = 0.0
        self._lifted = False

    def __call__(self, n: int) -> None:
        if self._lifted or not self.bytes_per_s:
            return
        now_s = self._monotonic()
        # At most a second's worth is made up for.
        self._free_s = max(self._free_s, now_s - 1.0) + n / self.bytes_per_s
        if self._free_s > now_s:
            self._wait(self._free_s - now_s)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """No limit within the block: space is needed at once."""
        self._lifted = True
        try:
            yield
        finally:
            self._lifted = False
