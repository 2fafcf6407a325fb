"""A works yard: a fence with an opening, a building behind it, people who come, go and climb."""

from __future__ import annotations

import numpy as np

from vedette.core.site import Line, Zone
from vedette.testing.scenes.greenery import tree
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import LOOKS
from vedette.testing.scenes.optics import Optics
from vedette.testing.scenes.paste import Extent
from vedette.testing.scenes.people import PersonPainter
from vedette.testing.scenes.plate import Plate
from vedette.testing.scenes.routes import Leg, Route
from vedette.testing.scenes.sculpt import Sculptor
from vedette.testing.scenes.sites.building import (
    Mask,
    brick_wall,
    chain_fence,
    cut_out,
    roller_door,
)
from vedette.testing.scenes.stage import Actor, Curtain, Stage
from vedette.testing.scenes.textures import corrugated, plain

__all__ = ["yard"]

_FENCE_Y, _WALL_Y = 10.6, 20.0
_GAP = (-1.3, 1.9)


def yard(size: tuple[int, int] = (640, 360)) -> Stage:
    """Four walkers through the opening and one over the fence in 72 seconds."""
    optics = Optics(width=size[0], height=size[1], fov_deg=56, height_m=4.0, pitch_deg=17)
    lighting = Lighting(azimuth_deg=118, altitude_deg=40, direct=0.8)
    plate = Plate(optics, lighting)
    wall = _paint_place(plate)
    fences = _paint_fence(plate)
    _paint_crates(plate)
    curtains = [Curtain(plate.shrink(wall), 0, 1, _WALL_Y)]
    curtains += [Curtain(plate.shrink(fence), 0, 1, _FENCE_Y) for fence in fences]
    return Stage(
        name="yard",
        title="Yard",
        optics=optics,
        plate=plate.finish(),
        curtains=tuple(curtains),
        actors=_actors(optics, lighting),
        length_s=72.0,
        lines=(
            Line(id="gate", name="Yard gate", points=_ground_line(optics, *_GAP)),
            Line(id="fence", name="Fence", points=_ground_line(optics, _GAP[1] + 0.15, 5.9)),
        ),
        zones=(_apron(optics),),
        foliage=(_crown(optics),),
        leaves=plate.shrink(plate.leaves),
    )


def _ground_line(optics: Optics, left: float, right: float) -> tuple[tuple[float, float], ...]:
    return optics.fraction(left, _FENCE_Y), optics.fraction(right, _FENCE_Y)


def _apron(optics: Optics) -> Zone:
    corners = ((-0.6, 18.8), (6.0, 18.8), (6.0, 14.0), (-0.6, 14.0))
    polygon = tuple(optics.fraction(x, y) for x, y in corners)
    return Zone(id="loading", name="Loading bay", polygon=polygon)


def _crown(optics: Optics) -> Extent:
    left, top = optics.pixel(-10.4, 17.6, 5.4)
    right, bottom = optics.pixel(-5.4, 17.6, 1.9)
    return Extent(int(left), int(top), int(right), int(bottom)).within(optics.width, optics.height)


def _paint_place(plate: Plate) -> Mask:
    plate.sky(2)
    plate.ground((128, 131, 132), patches=0.03, grain=0.045)
    _paint_wear(plate)
    plate.tint(plate.rectangle((-14, 14.0), (14, _WALL_Y)), (152, 157, 158), 0.75)
    for x in np.arange(-12, 13, 3.0):
        plate.tint(plate.rectangle((x, 14.0), (x + 0.04, _WALL_Y)), (92, 94, 96), 0.8)
    plate.tint(plate.rectangle((-14, 13.9), (14, 14.03)), (60, 176, 208), 0.85, wear=0.5)
    for x in (-0.6, 5.9):
        plate.tint(plate.rectangle((x, 14.0), (x + 0.12, 18.8)), (60, 176, 208), 0.85, wear=0.5)
    wall = brick_wall((36, 6), (84, 98, 150), ((3, 2.2), (6, 2.2), (9, 2.2), (26, 2.2), (29, 2.2)))
    roller_door(wall, (18.4, 4.4, 3.6), (168, 160, 146))
    roller_door(wall, (13.4, 1.2, 2.2), (96, 108, 84))
    corners = [(-18, _WALL_Y, 6), (18, _WALL_Y, 6), (18, _WALL_Y, 0), (-18, _WALL_Y, 0)]
    mask = plate.quad(corners, wall, plate.lighting.on((0.0, -1.0, 0.0)))
    plate.tint(plate.rectangle((-18, _WALL_Y - 1.2), (18, _WALL_Y)), (60, 62, 64), 0.25)
    doorway = [(-4.6, _WALL_Y, 2.2), (-3.4, _WALL_Y, 2.2), (-3.4, _WALL_Y, 0), (-4.6, _WALL_Y, 0)]
    hole = plate.quad(doorway, plain((16, 16), (38, 36, 36)), 1.0)
    tree(plate, (-7.9, 17.6, 0), 6.2, 4.2, 4)
    return cut_out(mask, hole)


def _paint_wear(plate: Plate) -> None:
    """Joints, a drain and the tracks of years."""
    for y in (6.2, 8.4):
        plate.tint(plate.rectangle((-14, y), (14, y + 0.025)), (70, 72, 74), 0.55)
    for x in (-6.5, -2.2, 2.1, 6.4):
        plate.tint(plate.rectangle((x, 4), (x + 0.025, _FENCE_Y)), (70, 72, 74), 0.5)
    for x in (0.0, 1.55):
        plate.tint(plate.rectangle((x - 0.14, 4), (x + 0.14, 18)), (58, 60, 62), 0.16, wear=0.6)
    plate.tint(plate.rectangle((2.9, 8.9), (3.6, 9.4)), (50, 54, 56), 0.9)
    for x in (3.0, 3.15, 3.3, 3.45):
        plate.tint(plate.rectangle((x, 8.95), (x + 0.06, 9.35)), (18, 18, 20), 0.9)


def _paint_fence(plate: Plate) -> list[Mask]:
    return [
        chain_fence(plate, _FENCE_Y, (-10.0, _GAP[0]), 1.9),
        chain_fence(plate, _FENCE_Y, (_GAP[1], 10.0), 1.9),
    ]


def _paint_crates(plate: Plate) -> None:
    metal = corrugated((200, 100), (120, 84, 48), 40, upright=True)
    plate.box((-6.6, 7.9, 0), (-4.3, 9.9, 1.4), (120, 84, 48), metal)
    wood = corrugated((60, 60), (96, 138, 176), 26, upright=False)
    plate.box((-3.9, 8.8, 0), (-3.0, 9.6, 0.85), (96, 138, 176), wood)


def _actors(optics: Optics, lighting: Lighting) -> tuple[Actor, ...]:
    sculptor = Sculptor(lighting.seen(), 0.17 * optics.width)

    def person(name: str, look: int, route: Route) -> Actor:
        return Actor(name, PersonPainter(LOOKS[look], sculptor, optics, lighting), route)

    walk = 1.35
    out = (
        Leg(to=((-4.0, 21.8), (-4.0, 18.4), (0.0, 12.2), (0.3, 9.4), (-5.2, 5.6)), speed_mps=walk),
    )
    back = (
        Leg(to=((0.8, 9.6), (0.7, 12.4), (3.0, 16.2)), speed_mps=1.25, wait_s=6.0),
        Leg(to=((7.6, 15.6), (11.4, 15.4)), speed_mps=1.4),
    )
    pair = (Leg(to=((-1.2, 13.2), (-0.4, 10.9), (0.4, 8.6), (5.6, 6.2)), speed_mps=walk),)
    second = (Leg(to=((-0.4, 13.6), (0.8, 11.5), (1.5, 9.2), (5.8, 7.0)), speed_mps=walk),)
    over = (
        Leg(to=((4.4, 11.8), (4.1, 10.95)), speed_mps=1.5, wait_s=0.8),
        Leg(to=((4.0, 10.2),), speed_mps=0.32, climb_m=1.75),
        Leg(to=((1.0, 7.6), (-4.6, 5.4)), speed_mps=2.4),
    )
    return (
        person("visitor", 0, Route((-8.6, 21.8), out, 1.5)),
        person("clerk", 3, Route((6.0, 6.8), back, 20.0)),
        person("friend", 1, Route((-10.9, 15.6), pair, 38.0)),
        person("companion", 4, Route((-10.9, 16.7), second, 38.1)),
        person("climber", 2, Route((10.4, 15.4), over, 56.0)),
    )
