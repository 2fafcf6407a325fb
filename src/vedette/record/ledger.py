"""Why there is no footage: the gaps of one stream, also the one that still grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from vedette.core.footage import Gap, GapCause

__all__ = ["Ledger", "Reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing is recorded."""

    cause: GapCause
    detail: str = ""


class Ledger:
    """Writes gaps down; what grows is told with no end, and once more when it has ended."""

    def __init__(self, camera: str, stream: str, tell: Callable[[Gap], None]) -> None:
        self._camera, self._stream, self._tell = camera, stream, tell
        self._growing: Gap | None = None

    @property
    def growing(self) -> Gap | None:
        """The gap that still lasts."""
        return self._growing

    def note(self, reason: Reason, since_us: int, now_us: int) -> None:
        """Nothing is recorded now; a gap of another cause than before begins `now_us`."""
        gap = self._growing
        if gap is None:
            self._begin(reason, since_us)
        elif gap.cause != reason.cause:
            # A clock set back meanwhile must not make a gap end before it began.
            changed_us = max(now_us, gap.start_us)
            self._growing = None
            if changed_us > gap.start_us:
                self._tell(replace(gap, end_us=changed_us))
            self._begin(reason, changed_us)

    def end(self, until_us: int) -> None:
        """There is footage again from then on."""
        gap, self._growing = self._growing, None
        if gap is not None:
            # An empty gap is told too: it stands in place of the one that was told as growing.
            self._tell(replace(gap, end_us=max(until_us, gap.start_us)))

    def _begin(self, reason: Reason, since_us: int) -> None:
        self._growing = Gap(
            camera=self._camera,
            stream=self._stream,
            start_us=since_us,
            end_us=None,
            cause=reason.cause,
            detail=reason.detail,
        )
        self._tell(self._growing)
