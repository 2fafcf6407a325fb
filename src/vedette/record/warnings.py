"""What people should know about the archive's disks, told while it lasts and once it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vedette.core.clock import Clock
from vedette.core.facts import Severity, SystemWarning
from vedette.core.footage import Tier
from vedette.record.retention import GIB, Shortage

__all__ = ["Warnings", "disk_warning"]


class Warnings:
    """Remembers what holds; tells it every time it is looked at."""

    def __init__(self, clock: Clock, tell: Callable[[SystemWarning], None]) -> None:
        self._clock, self._tell = clock, tell
        self._held: dict[str, SystemWarning] = {}

    def disk(self, tier: Tier, folder: Path, disk: Shortage | None) -> None:
        """A disk was looked at; None: it is not there."""
        self._note(f"archive.{tier}", disk_warning(tier, folder, disk, self._clock.now_us()))

    def remote(self, reason: str | None) -> None:
        """The remote store was tried; None: it answered."""
        found = None
        if reason is not None:
            message = f"{reason}; footage waits on this machine's disks meanwhile"
            found = _warning("remote", "remote_away", "warning", message, self._clock.now_us())
        self._note("archive.remote", found)

    def _note(self, subject: str, found: SystemWarning | None) -> None:
        held = self._held.pop(subject, None)
        if found is not None:
            if held is not None and held.code == found.code:
                found = replace(found, since_us=held.since_us)
            self._held[subject] = found
            self._tell(found)
        elif held is not None:
            self._tell(replace(held, active=False))


def disk_warning(
    tier: Tier, folder: Path, disk: Shortage | None, now_us: int
) -> SystemWarning | None:
    """What is wrong with a disk, None when nothing is."""
    if disk is None:
        message = f"the {tier} disk of the archive is not there: {folder}"
        return _warning(tier, "disk_away", "critical", message, now_us)
    if not disk.warned:
        return None
    left = f"the {tier} disk of the archive has {disk.free / GIB:.1f} GiB left"
    if disk.needed:
        message = (
            f"{left}, less than {disk.min_free / GIB:.1f}: the oldest footage is being removed"
        )
        return _warning(tier, "disk_full", "critical", message, now_us)
    message = f"{left}; below {disk.min_free / GIB:.1f} the oldest footage is removed"
    return _warning(tier, "disk_nearly_full", "warning", message, now_us)


def _warning(tier: Tier, code: str, severity: Severity, message: str, now_us: int) -> SystemWarning:
    return SystemWarning(
        subject=f"archive.{tier}", code=code, severity=severity, message=message, since_us=now_us
    )
