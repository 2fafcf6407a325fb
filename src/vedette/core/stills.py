"""Single pictures of a camera, asked for in few sizes and rates so that many askers share them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vedette.core.errors import NotFound

__all__ = ["FASTEST_FPS", "RATES", "WIDTHS", "StillsWanted"]

WIDTHS = (160, 320, 480, 640, 960, 1280, 1920)
"""Pixels; what is asked for is rounded up, so that one encoding serves all who ask alike."""
RATES = (1, 2, 5, 10)
"""Pictures a second, rounded up likewise."""
FASTEST_FPS = RATES[-1]
_NAME = re.compile(r"([a-z0-9][a-z0-9_.-]{0,62})/(0|[1-9]\d{2,3})/([1-9]\d?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StillsWanted:
    """Which pictures of a camera somebody watches."""

    stream: str
    width: int | None = None
    """At most so many pixels; None: as wide as the stream."""
    fps: int = 5

    @staticmethod
    def about(stream: str, width_px: int | None, fps: float) -> StillsWanted:
        """The smallest size and rate on offer that satisfy the wish."""
        width = None if width_px is None else next((w for w in WIDTHS if w >= width_px), None)
        rate = next((one for one in RATES if one >= fps), FASTEST_FPS)
        return StillsWanted(stream=stream, width=width, fps=rate)

    @property
    def name(self) -> str:
        """As the name of a stream of JPEGs, by which a packet hub has it."""
        return f"{self.stream}/{self.width or 0}/{self.fps}"

    @staticmethod
    def named(name: str) -> StillsWanted:
        """What a name stands for; NotFound for any that is not ours."""
        found = _NAME.fullmatch(name)
        if found is None:
            raise NotFound(f"there are no pictures called {name!r}")
        width, fps = int(found[2]) or None, int(found[3])
        if (width is not None and width not in WIDTHS) or fps not in RATES:
            raise NotFound(f"there are no pictures called {name!r}")
        return StillsWanted(stream=found[1], width=width, fps=fps)
