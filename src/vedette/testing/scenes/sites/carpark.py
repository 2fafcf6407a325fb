"""A car park from a mast: parked cars, a bay to be kept clear, people between the rows."""

from __future__ import annotations

import numpy as np

from vedette.core.media import Pixels
from vedette.core.site import Line, Zone
from vedette.testing.scenes.coachwork import CARS
from vedette.testing.scenes.greenery import tree
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import LOOKS, Colour
from vedette.testing.scenes.optics import Optics
from vedette.testing.scenes.paste import Extent, Layer, lay_over
from vedette.testing.scenes.people import PersonPainter
from vedette.testing.scenes.plate import Plate
from vedette.testing.scenes.routes import Leg, Place, Route
from vedette.testing.scenes.sculpt import Sculptor
from vedette.testing.scenes.stage import Actor, Curtain, Stage
from vedette.testing.scenes.vehicles import VehiclePainter

__all__ = ["carpark"]

_ROW_A, _ROW_B = (13.0, 17.8), (24.0, 28.8)
_BAY_M = 2.7
_KEEP = ((0.6, 12.6), (5.6, 12.6), (5.6, 9.7), (0.6, 9.7))
_PARKED = (
    (-4, 0, "saloon", (150, 152, 154)),
    (-3, 0, "hatchback", (52, 48, 46)),
    (-1, 0, "saloon", (110, 66, 36)),
    (0, 0, "hatchback", (214, 218, 220)),
    (3, 0, "saloon", (44, 42, 120)),
    (4, 0, "van", (190, 192, 196)),
    (-5, 1, "hatchback", (70, 104, 60)),
    (-3, 1, "saloon", (200, 204, 206)),
    (-2, 1, "saloon", (48, 46, 46)),
    (1, 1, "hatchback", (38, 60, 168)),
    (2, 1, "saloon", (128, 122, 116)),
    (5, 1, "saloon", (96, 58, 30)),
)


def carpark(size: tuple[int, int] = (640, 360)) -> Stage:
    """Three cars on the lane, one of which stops where it must not; two people, one loiters."""
    optics = Optics(width=size[0], height=size[1], fov_deg=62, height_m=7.0, pitch_deg=23)
    lighting = Lighting(azimuth_deg=75, altitude_deg=47, direct=0.8, shadow=0.5)
    plate = Plate(optics, lighting)
    _paint_ground(plate)
    picture = plate.finish()
    curtains = _park(picture, optics, lighting)
    return Stage(
        name="carpark",
        title="Car park",
        optics=optics,
        plate=picture,
        curtains=curtains,
        actors=_vehicles(optics, lighting) + _people(optics, lighting),
        length_s=66.0,
        lines=(
            Line(
                id="entry",
                name="Lane",
                points=(optics.fraction(-3.6, 8.4), optics.fraction(-3.6, 11.2)),
            ),
        ),
        zones=(
            Zone(
                id="keep-clear",
                name="Keep clear",
                polygon=tuple(optics.fraction(x, y) for x, y in _KEEP),
            ),
            Zone(id="row", name="Parked cars", polygon=_row(optics)),
        ),
        foliage=_crowns(optics),
        leaves=plate.shrink(plate.leaves),
    )


def _row(optics: Optics) -> tuple[tuple[float, float], ...]:
    corners = ((-7.2, 13.6), (-0.3, 13.6), (-0.3, 11.4), (-7.0, 11.4))
    return tuple(optics.fraction(x, y) for x, y in corners)


def _crowns(optics: Optics) -> tuple[Extent, ...]:
    found = []
    for x in (-1.0, 11.5):
        left, top = optics.pixel(x - 2.7, 32.5, 5.6)
        right, bottom = optics.pixel(x + 2.7, 32.5, 2.2)
        whole = Extent(int(left), int(top), int(right), int(bottom))
        found.append(whole.within(optics.width, optics.height))
    return tuple(found)


def _paint_ground(plate: Plate) -> None:
    plate.sky(9)
    plate.ground((104, 107, 110), patches=0.03, grain=0.06)
    plate.tint(plate.rectangle((-60, 30.6), (60, 90)), (58, 100, 88), 0.9)
    plate.tint(plate.rectangle((-60, 30.3), (60, 30.6)), (180, 184, 186), 0.9)
    white: Colour = (226, 229, 231)
    for low, high in (_ROW_A, _ROW_B):
        for n in range(-8, 9):
            x = (n - 0.5) * _BAY_M
            plate.tint(plate.rectangle((x - 0.05, low), (x + 0.05, high)), white, 0.85, wear=0.5)
        plate.tint(plate.rectangle((-21, high), (21, high + 0.1)), white, 0.85, wear=0.5)
    _paint_keep_clear(plate)
    for y in (10.4, 20.8):
        for x in (-8.5, 12.0):
            arrow = [(x, y - 0.12, 0), (x + 1.4, y - 0.12, 0), (x + 1.4, y - 0.4, 0)]
            arrow += [
                (x + 2.2, y, 0),
                (x + 1.4, y + 0.4, 0),
                (x + 1.4, y + 0.12, 0),
                (x, y + 0.12, 0),
            ]
            plate.tint(plate.patch(arrow), white, 0.8, wear=0.5)
    for x, seed in ((-15.0, 1), (-8.0, 2), (-1.0, 5), (5.0, 7), (11.5, 3), (18.0, 4)):
        tree(plate, (x, 31.8 + seed % 3, 0), 5.6 + seed % 2, 4.6, 30 + seed)
    plate.shadow([(1.75, 18.2, 0), (1.75, 18.2, 6.5)], 0.4)
    plate.bar((1.75, 18.2, 0), (1.75, 18.2, 7.0), 0.13, (110, 114, 116))


def _paint_keep_clear(plate: Plate) -> None:
    yellow: Colour = (50, 190, 226)
    (left, near), (right, far) = _KEEP[3], _KEEP[1]
    for x in np.arange(left, right, 0.9):
        stripe = [(x, near, 0), (x + 0.2, near, 0), (min(x + 1.7, right), far, 0)]
        stripe.append((min(x + 1.5, right - 0.2), far, 0))
        plate.tint(plate.patch(stripe), yellow, 0.8, wear=0.4)
    for a, b in (
        ((left, near), (right, near + 0.12)),
        ((left, far - 0.12), (right, far)),
        ((left, near), (left + 0.12, far)),
        ((right - 0.12, near), (right, far)),
    ):
        plate.tint(plate.rectangle(a, b), yellow, 0.9, wear=0.3)


def _park(picture: Pixels, optics: Optics, lighting: Lighting) -> tuple[Curtain, ...]:
    """Paint the parked cars, the farthest first; each hides who is behind it."""
    curtains = []
    spots = [(n * _BAY_M, (_ROW_A, _ROW_B)[row], model, paint) for n, row, model, paint in _PARKED]
    spots.sort(key=lambda spot: -spot[1][0])
    for x, (low, high), model, paint in spots:
        painter = VehiclePainter(CARS[model], paint, optics, lighting)
        middle = (low + high) / 2
        place = Place(x, middle, 0.0, (0.0, -1.0 if model != "hatchback" else 1.0), 0.0, "stand")
        painter.shade(picture, place)
        layer = painter.layer(place)
        lay_over(picture, layer)
        curtains.append(Curtain(_alpha(layer, optics), 0, 1, middle))
    return tuple(curtains)


def _alpha(layer: Layer, optics: Optics) -> Pixels:
    mask = np.zeros((optics.height, optics.width), np.uint8)
    at = layer.at.within(optics.width, optics.height)
    if at.empty:
        return mask
    part = layer.inside(optics.width, optics.height)[..., 3]
    mask[at.top : at.bottom, at.left : at.right] = part.astype(np.uint8)
    return mask


def _vehicles(optics: Optics, lighting: Lighting) -> tuple[Actor, ...]:
    def vehicle(name: str, model: str, paint: Colour, route: Route) -> Actor:
        return Actor(name, VehiclePainter(CARS[model], paint, optics, lighting), route)

    stop = (
        Leg(to=((3.2, 11.1),), speed_mps=4.0, wait_s=12.0, ease_m=4.0),
        Leg(to=((13.5, 10.6),), speed_mps=4.0, ease_m=5.0),
    )
    through = (Leg(to=((0.0, 10.5), (13.5, 10.6)), speed_mps=5.0),)
    left = (Leg(to=((0.0, 9.6), (-13.5, 9.9)), speed_mps=4.5),)
    return (
        vehicle("stopper", "hatchback", (190, 120, 44), Route((-13.5, 10.4), stop, 3.0)),
        vehicle("through", "van", (60, 150, 210), Route((-13.5, 10.4), through, 44.5)),
        vehicle("leaver", "saloon", (60, 60, 64), Route((13.5, 9.6), left, 54.0)),
    )


def _people(optics: Optics, lighting: Lighting) -> tuple[Actor, ...]:
    sculptor = Sculptor(lighting.seen(), 0.15 * optics.width)
    shopper = PersonPainter(LOOKS[3], sculptor, optics, lighting)
    prowler = PersonPainter(LOOKS[5], sculptor, optics, lighting)
    past = (Leg(to=((-1.0, 8.2), (-6.4, 12.2), (-6.6, 19.8), (-15.8, 20.6)), speed_mps=1.45),)
    loiter = (
        Leg(to=((-5.6, 12.5),), speed_mps=1.4, wait_s=4.0),
        Leg(to=((-4.9, 11.9), (-1.5, 12.3)), speed_mps=0.9, wait_s=6.0),
        Leg(to=((-5.0, 11.8), (-12.5, 12.6)), speed_mps=1.6),
    )
    return (
        Actor("shopper", shopper, Route((4.4, 3.6), past, 2.0)),
        Actor("prowler", prowler, Route((-12.5, 12.3), loiter, 16.5)),
    )
