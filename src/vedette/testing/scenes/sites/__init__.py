"""The four places of the demo, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vedette.testing.scenes.sites.carpark import carpark
from vedette.testing.scenes.sites.gate import gate
from vedette.testing.scenes.sites.warehouse import warehouse
from vedette.testing.scenes.sites.yard import yard
from vedette.testing.scenes.stage import Stage

__all__ = ["SITES", "build"]

SITES: Mapping[str, Callable[[tuple[int, int]], Stage]] = {
    "yard": yard,
    "gate": gate,
    "carpark": carpark,
    "warehouse": warehouse,
}


def build(name: str, size: tuple[int, int] = (640, 360)) -> Stage:
    """The stage of that name, drawn for pictures of width, height; 16:9."""
    if name not in SITES:
        raise ValueError(f"there is no site {name!r}; there are {', '.join(SITES)}")
    if size[0] * 9 != size[1] * 16 or size[0] % 32:
        raise ValueError(f"sites are drawn 16:9 in steps of 32 pixels, not {size[0]}x{size[1]}")
    return SITES[name](size)
