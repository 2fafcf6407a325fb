"""Sound that waits to be written with the pictures of its time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from vedette.core.media import Sound, SoundFormat

__all__ = ["Hearing"]

# Whoever was silent for longer is not waited for.
_RECENT_US = 2_000_000
_PATIENCE_US = 500_000


class Hearing:
    """The sound of one stream in order, never more than `octets`."""

    def __init__(self, octets: int = 8 * 1024 * 1024) -> None:
        self._most_octets = octets
        self._waiting: deque[Sound] = deque()
        self._octets = 0
        self._newest: Sound | None = None

    def add(self, sounds: Iterable[Sound]) -> None:
        """Keep what has come."""
        for sound in sounds:
            self._waiting.append(sound)
            self._octets += len(sound.data)
            self._newest = sound
        while self._octets > self._most_octets:
            self._pop()

    def format_at(self, t_us: int) -> SoundFormat | None:
        """How sound comes around that time, None when none does."""
        newest = self._newest
        if newest is None or newest.t_us < t_us - _RECENT_US:
            return None
        return newest.format

    def awaits(self, border_us: int, newest_us: int) -> bool:
        """Whether sound from before a border is still to come, with pictures up to `newest_us`."""
        newest = self._newest
        if newest is None or newest_us > border_us + _PATIENCE_US:
            return False
        return border_us - _RECENT_US < newest.t_us < border_us

    def take(self, until_us: int, form: SoundFormat | None) -> list[Sound]:
        """What was heard before that time, of the format that is written."""
        taken: list[Sound] = []
        while self._waiting and self._waiting[0].t_us < until_us:
            sound = self._pop()
            if sound.format == form:
                taken.append(sound)
        return taken

    def forget(self, before_us: int) -> None:
        """Let go of what was heard before that time."""
        while self._waiting and self._waiting[0].t_us < before_us:
            self._pop()

    def clear(self) -> None:
        """Let go of everything: the clock was set."""
        self._waiting.clear()
        self._octets = 0
        self._newest = None

    def _pop(self) -> Sound:
        sound = self._waiting.popleft()
        self._octets -= len(sound.data)
        return sound
