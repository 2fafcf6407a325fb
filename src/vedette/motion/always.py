"""The gate that is always open."""

from __future__ import annotations

from vedette.core.facts import Motion
from vedette.core.media import WHOLE, Frame
from vedette.core.site import Camera
from vedette.core.value import plugin

__all__ = ["Always"]

_EVERYTHING = Motion(fraction=1.0, boxes=(WHOLE,), awake=True)


@plugin
class Always:
    """Takes every picture for worth looking at, all of it."""

    def bind(self, camera: Camera) -> None:
        """Nothing to learn: masks are for the detections."""

    def look(self, frame: Frame) -> Motion:
        """Awake."""
        return _EVERYTHING
