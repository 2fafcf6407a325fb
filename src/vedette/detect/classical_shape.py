"""What a moving thing is called, judged by the shape of its blob; `object` when unsure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OBJECT", "Outline", "Shape"]

OBJECT = "object"
PERSON = "person"
VEHICLE = "vehicle"

_TALL = 1.35
"""Height over width from which a free-standing thing looks like somebody on their feet."""
_WIDE = 1.05
_FULL = 0.7
_SOLID = 0.86
"""A box so well filled is coachwork, even where it is taller than wide: seen from above."""
_LARGE = 0.015
"""Smaller things, as shares of the picture, fill their boxes for want of pixels."""
_FLAT = 0.55
"""Head and shoulders, cut off below, are taller than that."""
_KEEPS = 0.95
_FIRST, _CHANGE = 1.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One picture of a thing."""

    aspect: float
    """Height over width."""
    fill: float
    """Share of its box that it fills."""
    share: float
    """Share of the picture that its box takes."""
    cut_wide: bool
    """Whether the left or right edge of the picture cuts it off."""
    cut_high: bool


@dataclass(slots=True)
class Shape:
    """Votes of the pictures in which the thing was seen whole."""

    label: str = OBJECT
    _person: float = 0.0
    _vehicle: float = 0.0

    def see(self, seen: Outline) -> None:
        """Take in one picture of it; what is cut off could only make it wider, or taller."""
        self._person *= _KEEPS
        self._vehicle *= _KEEPS
        solid = seen.fill > _SOLID and seen.share > _LARGE
        tall = seen.aspect > _TALL and not solid
        # Coachwork fills its box; arms and legs do not.
        most = _WIDE + max(0.0, seen.fill - _FULL)
        wide = seen.aspect < (_FLAT if seen.cut_high else most) or solid
        whole = not (seen.cut_high or seen.cut_wide)
        self._person += (1.0 if whole else 0.5) * (tall and not seen.cut_wide)
        self._vehicle += (1.0 if whole else 0.5) * wide
        self._decide()

    def _decide(self) -> None:
        lead = self._person - self._vehicle
        best = PERSON if lead > 0 else VEHICLE
        # To change one's mind takes more than to make it up: rules and tracks go by the label.
        if abs(lead) >= (_FIRST if self.label == OBJECT else _CHANGE):
            self.label = best
