"""A vehicle gate: cars and vans in and out, people on the footpath beside the road."""

from __future__ import annotations

import numpy as np

from vedette.core.site import Line, Zone
from vedette.testing.scenes.coachwork import CARS
from vedette.testing.scenes.greenery import tree
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import LOOKS, Colour
from vedette.testing.scenes.optics import Optics
from vedette.testing.scenes.paste import Extent
from vedette.testing.scenes.people import PersonPainter
from vedette.testing.scenes.plate import Plate
from vedette.testing.scenes.routes import Leg, Route
from vedette.testing.scenes.sculpt import Sculptor
from vedette.testing.scenes.sites.building import Mask, brick_wall
from vedette.testing.scenes.stage import Actor, Curtain, Stage
from vedette.testing.scenes.textures import corrugated, mottled
from vedette.testing.scenes.vehicles import VehiclePainter

__all__ = ["gate"]

_GATE_Y, _LINE_Y, _HALL_Y = 17.0, 14.0, 46.0
_ROAD = (0.6, 7.6)
_PATH = (-2.4, -0.2)
_IN_X, _OUT_X = 2.4, 5.8


def gate(size: tuple[int, int] = (640, 360)) -> Stage:
    """Two vehicles in, two out and two people past in 70 seconds."""
    optics = Optics(
        width=size[0], height=size[1], fov_deg=58, height_m=4.6, pitch_deg=14.5, yaw_deg=11
    )
    lighting = Lighting(azimuth_deg=235, altitude_deg=36, direct=0.8)
    plate = Plate(optics, lighting)
    _paint_ground(plate)
    walls = _paint_gate(plate)
    return Stage(
        name="gate",
        title="Main gate",
        optics=optics,
        plate=plate.finish(),
        curtains=tuple(Curtain(plate.shrink(wall), 0, 1, y) for wall, y in walls),
        actors=_vehicles(optics, lighting) + _walkers(optics, lighting),
        length_s=70.0,
        lines=(
            Line(id="drive", name="Drive", points=_ground_line(optics, *_ROAD)),
            Line(id="footpath", name="Footpath", points=_ground_line(optics, -2.6, 0.2)),
        ),
        zones=(_stop_zone(optics),),
        foliage=_crowns(optics),
        leaves=plate.shrink(plate.leaves),
    )


def _ground_line(optics: Optics, left: float, right: float) -> tuple[tuple[float, float], ...]:
    return optics.fraction(left, _LINE_Y), optics.fraction(right, _LINE_Y)


def _stop_zone(optics: Optics) -> Zone:
    corners = ((0.6, 16.6), (4.1, 16.6), (4.1, 12.4), (0.6, 12.4))
    polygon = tuple(optics.fraction(x, y) for x, y in corners)
    return Zone(id="check", name="Check point", polygon=polygon)


def _crowns(optics: Optics) -> tuple[Extent, ...]:
    found = []
    for x, y, reach in ((-7.0, 22.0, 3.0), (12.5, 24.0, 3.2)):
        left, top = optics.pixel(x - reach, y, 7.0)
        right, bottom = optics.pixel(x + reach, y, 2.4)
        whole = Extent(int(left), int(top), int(right), int(bottom))
        found.append(whole.within(optics.width, optics.height))
    return tuple(one for one in found if not one.empty)


def _paint_ground(plate: Plate) -> None:
    plate.sky(5)
    plate.ground((62, 104, 94), patches=0.1, grain=0.13)
    road = plate.rectangle((_ROAD[0], 0), (_ROAD[1], 60))
    plate.tint(road, (102, 104, 106))
    plate.tint(plate.rectangle((-60, 49), (_ROAD[1], 57)), (102, 104, 106))
    plate.tint(plate.rectangle((_PATH[0], 0), (_PATH[1], 48)), (158, 164, 168))
    for y in np.arange(1, 48, 1.2):
        plate.tint(plate.rectangle((_PATH[0], y), (_PATH[1], y + 0.03)), (96, 100, 104), 0.7)
    for x in (_ROAD[0] - 0.8, _ROAD[1]):
        plate.tint(plate.rectangle((x, 0), (x + 0.8, 60)), (172, 176, 178), 0.35)
        kerb = x + (0.72 if x < 1 else 0.0)
        plate.tint(plate.rectangle((kerb, 0), (kerb + 0.12, 60)), (186, 190, 192), 0.8)
    middle = (_ROAD[0] + _ROAD[1]) / 2
    for y in np.arange(0, 60, 3.0):
        plate.tint(
            plate.rectangle((middle - 0.06, y), (middle + 0.06, y + 1.6)),
            (225, 228, 230),
            0.85,
            wear=0.4,
        )
    plate.tint(plate.rectangle((_ROAD[0], 16.6), (middle, 17.0)), (225, 228, 230), 0.85, wear=0.4)
    for x in (_IN_X, _OUT_X):
        for off in (-0.75, 0.75):
            lane = plate.rectangle((x + off - 0.2, 0), (x + off + 0.2, 60))
            plate.tint(lane, (64, 66, 68), 0.22, wear=0.5)


def _paint_gate(plate: Plate) -> list[tuple[Mask, float]]:
    """The walls and how far away each stands."""
    light = plate.lighting.on((0.0, -1.0, 0.0))
    hall = corrugated((900, 220), (176, 170, 158), 40, upright=True)
    for n, x in enumerate(np.arange(-34, 46, 5.0)):
        tree(plate, (float(x), 64.0 + 3 * (n % 3), 0), 8.0 + n % 4, 7.5, 20 + n)
    far = [(-30, _HALL_Y, 7), (1, _HALL_Y, 7), (1, _HALL_Y, 0), (-30, _HALL_Y, 0)]
    hides = plate.quad(far, hall, light * 0.9)
    for x, y, tall, seed in (
        (-12.5, 34, 9, 1),
        (16.5, 30, 8, 2),
        (-7.0, 22, 7, 3),
        (12.5, 24, 7.4, 6),
    ):
        tree(plate, (x, y, 0), tall, tall * 0.62, seed)
    plate.shadow([(-9, _GATE_Y, 0), (-9, _GATE_Y, 2.2), (-2.6, _GATE_Y, 2.2), (-2.6, _GATE_Y, 0)])
    plate.shadow([(8, _GATE_Y, 0), (8, _GATE_Y, 2.2), (24, _GATE_Y, 2.2), (24, _GATE_Y, 0)])
    bricks = brick_wall((14, 2.2), (92, 108, 156), ())
    left = [(-16.6, _GATE_Y, 2.2), (-2.6, _GATE_Y, 2.2), (-2.6, _GATE_Y, 0), (-16.6, _GATE_Y, 0)]
    right = [(8.0, _GATE_Y, 2.2), (22.0, _GATE_Y, 2.2), (22.0, _GATE_Y, 0), (8.0, _GATE_Y, 0)]
    masks = [plate.quad(left, bricks, light), plate.quad(right, bricks, light)]
    cap = mottled((64, 64), (176, 184, 188), 0.05, 1)
    for x in (-2.9, 7.7):
        plate.box((x, _GATE_Y - 0.25, 0), (x + 0.55, _GATE_Y + 0.3, 2.6), (120, 130, 150), cap)
    _paint_barrier(plate)
    return [(hides, _HALL_Y), *((mask, _GATE_Y) for mask in masks)]


def _paint_barrier(plate: Plate) -> None:
    """A raised barrier beside the road and a lamp."""
    post = mottled((32, 32), (60, 180, 225), 0.05, 2)
    plate.box((0.05, _GATE_Y - 0.6, 0), (0.4, _GATE_Y - 0.25, 1.1), (60, 180, 225), post)
    foot, tip = (0.22, _GATE_Y - 0.42, 1.0), (0.75, _GATE_Y - 0.42, 4.1)
    for k in range(8):
        a, b = (
            tuple(f + (t - f) * at for f, t in zip(foot, tip, strict=True))
            for at in (k / 8, (k + 1) / 8)
        )
        colour: Colour = (235, 235, 238) if k % 2 else (40, 36, 190)
        plate.bar((a[0], a[1], a[2]), (b[0], b[1], b[2]), 0.1, colour)
    plate.bar((-3.6, 12.5, 0), (-3.6, 12.5, 6.5), 0.14, (96, 100, 102))


def _vehicles(optics: Optics, lighting: Lighting) -> tuple[Actor, ...]:
    def vehicle(name: str, model: str, paint: Colour, route: Route) -> Actor:
        return Actor(name, VehiclePainter(CARS[model], paint, optics, lighting), route)

    def inward(wait_s: float) -> tuple[Leg, ...]:
        return (
            Leg(
                to=((_IN_X - 2, 53.0), (_IN_X, 50.0), (_IN_X, 15.4)),
                speed_mps=7.0,
                wait_s=wait_s,
                ease_m=8.0,
            ),
            Leg(to=((_IN_X, 8.0), (_IN_X, 2.7)), speed_mps=5.0, ease_m=5.0),
        )

    outward = (
        Leg(to=((_OUT_X, 20.0), (_OUT_X, 51.0), (_OUT_X - 5, 55.0), (-24.0, 55.0)), speed_mps=7.0),
    )
    return (
        vehicle(
            "saloon", "saloon", (56, 44, 150), Route((-24.0, 53.0), inward(4.0), 1.0, rounded=True)
        ),
        vehicle("van", "van", (222, 226, 228), Route((_OUT_X, 2.7), outward, 21.0, rounded=True)),
        vehicle(
            "hatchback",
            "hatchback",
            (168, 104, 40),
            Route((-24.0, 53.0), inward(3.0), 32.0, rounded=True),
        ),
        vehicle(
            "estate", "saloon", (176, 178, 180), Route((_OUT_X, 2.7), outward, 54.0, rounded=True)
        ),
    )


def _walkers(optics: Optics, lighting: Lighting) -> tuple[Actor, ...]:
    sculptor = Sculptor(lighting.seen(), 0.17 * optics.width)
    near = (Leg(to=((-1.6, 18.4), (-1.4, 14.0), (-1.0, 2.6)), speed_mps=1.45),)
    far = (Leg(to=((-1.2, 14.0), (-1.6, 18.2), (-11.0, 19.5)), speed_mps=1.5),)
    one = PersonPainter(LOOKS[6], sculptor, optics, lighting)
    other = PersonPainter(LOOKS[5], sculptor, optics, lighting)
    return (
        Actor("postman", one, Route((-11.0, 19.6), near, 9.0)),
        Actor("neighbour", other, Route((-0.6, 2.6), far, 42.0)),
    )
