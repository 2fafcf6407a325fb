"""A drawn place with its actors: everything that a scene needs to be played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vedette.core.media import Pixels
from vedette.core.site import Line, Zone
from vedette.testing.scenes.optics import Optics
from vedette.testing.scenes.paste import Extent, Layer
from vedette.testing.scenes.routes import Place, Route

__all__ = ["Actor", "Curtain", "Painter", "Stage"]


class Painter(Protocol):
    """Draws one person or vehicle wherever it is."""

    @property
    def label(self) -> str: ...

    def layer(self, place: Place) -> Layer: ...

    def shade(self, canvas: Pixels, place: Place, veil: Pixels | None) -> None:
        """Lay its shadow onto a BGR canvas, but not where the veil uint8[H, W] is bright."""
        ...

    def foot(self, place: Place) -> tuple[float, float]:
        """Where it touches the ground, as fractions of the picture; may lie outside it."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody on their way."""

    id: str
    painter: Painter
    route: Route


@dataclass(frozen=True, slots=True)
class Curtain:
    """Something that stands in the place and hides who is beyond it."""

    alpha: Pixels
    """uint8[H, W]: 255 hides all."""
    x: float
    y: float
    beyond: float
    """Hides actors with x·X + y·Y > beyond, X and Y their place in metres."""
    from_y: float = 0.0
    """Hides nobody nearer than that."""

    def hides(self, place: Place) -> bool:
        """Whether an actor there is behind it."""
        return place.y > self.from_y and self.x * place.x + self.y * place.y > self.beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One site as one camera sees it; it plays in a loop that begins and ends empty."""

    name: str
    title: str
    optics: Optics
    plate: Pixels
    """The empty place, BGR uint8[H, W, 3]."""
    curtains: tuple[Curtain, ...] = ()
    actors: tuple[Actor, ...]
    length_s: float
    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    foliage: tuple[Extent, ...] = ()
    """Parts of the picture that sway in the wind."""
    leaves: Pixels | None = None
    """What in them are leaves, uint8[H, W]; all if not given."""
