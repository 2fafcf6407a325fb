"""How drawn people are dressed; colours are BGR 0–255."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOOKS", "WORKERS", "Look"]

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One person's build and clothes."""

    top: Colour
    legs: Colour
    hair: Colour = (30, 36, 48)
    skin: Colour = (118, 152, 205)
    shoes: Colour = (38, 36, 36)
    height_m: float = 1.75
    build: float = 1.0
    """Width against an ordinary body's."""
    coat: bool = False
    """The top reaches half way down the thighs."""
    bag: Colour | None = None
    """A backpack."""
    vest: Colour | None = None
    """A high-visibility vest with reflecting bands."""
    helmet: Colour | None = None


LOOKS = (
    Look(top=(150, 92, 44), legs=(72, 58, 48), height_m=1.80),
    Look(top=(52, 58, 168), legs=(96, 72, 52), hair=(40, 70, 110), height_m=1.66, build=0.92),
    Look(top=(62, 64, 70), legs=(46, 46, 52), coat=True, hair=(110, 120, 128), height_m=1.76),
    Look(top=(206, 210, 214), legs=(120, 86, 56), skin=(62, 88, 132), bag=(44, 40, 46)),
    Look(top=(70, 118, 78), legs=(62, 66, 76), hair=(24, 26, 30), height_m=1.84, build=1.06),
    Look(top=(64, 44, 92), legs=(44, 40, 40), coat=True, hair=(28, 44, 84), height_m=1.64),
    Look(top=(46, 148, 198), legs=(84, 64, 50), skin=(86, 120, 172), height_m=1.72, build=1.1),
    Look(top=(168, 150, 132), legs=(58, 70, 92), hair=(20, 22, 26), skin=(96, 132, 190)),
)

WORKERS = (
    Look(top=(74, 66, 58), legs=(82, 62, 50), vest=(40, 200, 225), helmet=(225, 228, 230)),
    Look(top=(86, 62, 46), legs=(52, 50, 54), vest=(30, 120, 245), helmet=(30, 195, 240)),
    Look(top=(60, 60, 66), legs=(96, 78, 60), vest=(40, 200, 225), height_m=1.68, build=0.95),
)
