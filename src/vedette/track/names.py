"""Names for tracks that nothing else in the site ever had or will have."""

from __future__ import annotations

__all__ = ["Names"]


class Names:
    """Gives out ids: the camera, the moment of birth in hex, and a number within that moment.

    The moment comes from the picture, not from a clock or a counter kept somewhere: a restart
    cannot reuse an id, and a recording that is played again gets the same ones.
    """

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._t_us = -1
        self._next = 0

    def new(self, t_us: int) -> str:
        """The next id."""
        if t_us > self._t_us:
            self._t_us, self._next = t_us, 0
        name = f"{self._camera}-{self._t_us:x}-{self._next}"
        self._next += 1
        return name
