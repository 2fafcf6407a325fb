"""Whether a camera is to be recorded now: mode by schedule, motion, alarms."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.core.footage import Keep
from vedette.core.schedule import covers
from vedette.core.site import Recording, RecordMode

__all__ = ["Wanted", "mode_at"]

# Motion is told several times a second; whoever is silent this long is not watching.
_DEAF_AFTER_US = 10_000_000
_ASK_EVERY_US = 1_000_000
_NEVER = -(1 << 62)


def mode_at(recording: Recording, t_us: int, zone: str) -> RecordMode:
    """The mode that holds at a moment."""
    for one in recording.modes:
        if covers(one.schedule, t_us, zone):
            return one.mode
    return "off"


@dataclass(slots=True)
class Wanted:
    """What is known about one camera; told by the bus, asked by the writer for every picture."""

    recording: Recording
    zone: str
    disabled: bool = False
    """Somebody switched the camera off."""
    _mode: RecordMode = "off"
    _asked_us: int = _NEVER
    _told_us: int = _NEVER
    _moved_us: int = _NEVER
    _alarm_us: int = _NEVER

    def configure(self, recording: Recording, zone: str, *, disabled: bool) -> None:
        """The configuration changed."""
        self.recording, self.zone, self.disabled = recording, zone, disabled
        self._asked_us = _NEVER

    def watched(self, now_us: int) -> None:
        """Somebody looks for motion."""
        self._told_us = now_us

    def moved(self, t_us: int) -> None:
        """Something moved in the picture of that time."""
        self._moved_us = max(self._moved_us, t_us)

    def alarmed(self, t_us: int) -> None:
        """Something happened that is an alarm."""
        self._alarm_us = max(self._alarm_us, t_us)

    @property
    def roll_us(self) -> int:
        """How much is kept in memory while nothing is wanted; motion is told with some delay."""
        return round((self.recording.pre_s + 3.0) * 1e6)

    def mode(self, t_us: int) -> RecordMode:
        if not 0 <= t_us - self._asked_us < _ASK_EVERY_US:
            self._mode, self._asked_us = mode_at(self.recording, t_us, self.zone), t_us
        return self._mode

    def keep(self, t_us: int, now_us: int) -> Keep | None:
        """Why the picture of that time is to be kept; None: it is not wanted."""
        mode = self.mode(t_us)
        if mode == "off" or self.disabled:
            return None
        if mode == "continuous":
            return "continuous"
        post_us = round(self.recording.post_s * 1e6)
        if t_us <= self._alarm_us + post_us:
            return "alarm"
        if mode == "alarm":
            return None
        # When nobody can tell, everything may have been motion.
        deaf = now_us - self._told_us > _DEAF_AFTER_US
        return "motion" if deaf or t_us <= self._moved_us + post_us else None
