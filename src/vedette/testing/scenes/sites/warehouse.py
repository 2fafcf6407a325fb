"""An aisle between racks: workers come and go, one stays where nobody should."""

from __future__ import annotations

import cv2
import numpy as np

from vedette.core.site import Line, Zone
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import LOOKS, WORKERS, Look
from vedette.testing.scenes.optics import Array, Optics
from vedette.testing.scenes.people import PersonPainter
from vedette.testing.scenes.plate import Plate
from vedette.testing.scenes.routes import Leg, Route
from vedette.testing.scenes.sculpt import Sculptor
from vedette.testing.scenes.sites.building import Mask, roller_door
from vedette.testing.scenes.stage import Actor, Curtain, Stage
from vedette.testing.scenes.textures import corrugated, mottled

__all__ = ["warehouse"]

_RACK_X, _RACK_END_Y, _END_Y = 3.0, 22.0, 25.0
_CROSS = (12.2, 14.6)
_PX = 48


def warehouse(size: tuple[int, int] = (640, 360)) -> Stage:
    """Three along the aisle, one across it, one who lingers in 68 seconds."""
    optics = Optics(width=size[0], height=size[1], fov_deg=62, height_m=3.3, pitch_deg=16)
    lighting = Lighting(
        azimuth_deg=180,
        altitude_deg=72,
        shadow=0.0,
        ambient=0.62,
        direct=0.5,
        tint=(0.94, 1.0, 1.04),
    )
    plate = Plate(optics, lighting)
    _paint_hall(plate)
    racks = [_paint_racks(plate, side) for side in (-1, 1)]
    return Stage(
        name="warehouse",
        title="Warehouse",
        optics=optics,
        plate=plate.finish(),
        curtains=tuple(
            Curtain(plate.shrink(mask), side, 0, _RACK_X, from_y=near)
            for side, masks in zip((-1, 1), racks, strict=True)
            for near, mask in masks
        ),
        actors=_actors(optics, lighting),
        length_s=68.0,
        lines=(
            Line(
                id="aisle",
                name="Aisle",
                points=(optics.fraction(-2.9, 17.0), optics.fraction(2.9, 17.0)),
            ),
        ),
        zones=(_charging(optics),),
    )


def _charging(optics: Optics) -> Zone:
    corners = ((0.7, 11.2), (2.9, 11.2), (2.9, 7.6), (0.7, 7.6))
    polygon = tuple(optics.fraction(x, y) for x, y in corners)
    return Zone(id="charging", name="Charging point", polygon=polygon)


def _paint_hall(plate: Plate) -> None:
    plate.image[:] = (70, 74, 76)
    plate.ground((134, 142, 146), patches=0.025, grain=0.02)
    steel = corrugated((960, 280), (150, 156, 158), 40, upright=True)
    roller_door(steel, (10.0, 4.0, 4.4), (160, 150, 128))
    back = [(-12, _END_Y, 7), (12, _END_Y, 7), (12, _END_Y, 0), (-12, _END_Y, 0)]
    plate.quad(back, steel, 0.8)
    for x in (-1.9, 1.8):
        plate.tint(plate.rectangle((x, 0), (x + 0.1, _END_Y)), (40, 190, 225), 0.85, wear=0.45)
    for y in (_CROSS[0] + 0.1, _CROSS[1] - 0.2):
        plate.tint(plate.rectangle((-3.0, y), (-1.9, y + 0.1)), (40, 190, 225), 0.8, wear=0.45)
        plate.tint(plate.rectangle((1.9, y), (3.0, y + 0.1)), (40, 190, 225), 0.8, wear=0.45)
    _paint_hatching(plate)
    # The lamps mirror in the polished floor.
    for y in (5.5, 9.5, 13.5, 17.5, 21.5):
        for wide, strength in ((0.9, 0.06), (0.5, 0.09), (0.25, 0.1)):
            lamp = plate.rectangle((-wide, y - 1.2 - wide), (wide, y + 1.2 + wide))
            plate.tint(lamp, (236, 240, 240), strength)
    for side in (-1, 1):
        for off, strength in ((0.9, 0.1), (0.5, 0.16), (0.25, 0.22)):
            x = side * _RACK_X
            foot = plate.rectangle((min(x, x - side * off), 0), (max(x, x - side * off), _END_Y))
            plate.tint(foot, (20, 20, 22), strength)


def _paint_hatching(plate: Plate) -> None:
    """The bay in which nobody may stand."""
    plate.tint(plate.rectangle((0.7, 7.6), (2.9, 11.2)), (48, 50, 186), 0.32)
    for y in np.arange(7.6, 11.2, 0.6):
        stripe = plate.patch(
            [(0.7, y, 0), (2.9, y + 0.35, 0), (2.9, y + 0.55, 0), (0.7, y + 0.2, 0)]
        )
        plate.tint(stripe, (228, 230, 232), 0.55, wear=0.4)


def _paint_racks(plate: Plate, side: int) -> list[tuple[float, Mask]]:
    """Far rack, then near one; gives where each begins and its mask."""
    x = side * _RACK_X
    outer = x + side * 1.1
    masks = []
    for n, (near, far) in enumerate(((_CROSS[1], _RACK_END_Y), (3.0, _CROSS[0]))):
        shelves = _shelves(far - near, 4.2, seed=10 * n + side + 1)
        if side > 0:
            shelves = np.ascontiguousarray(shelves[:, ::-1])
        ys = (near, far) if side < 0 else (far, near)
        face = [(x, ys[0], 4.2), (x, ys[1], 4.2), (x, ys[1], 0), (x, ys[0], 0)]
        end = [(x, near, 4.2), (outer, near, 4.2), (outer, near, 0), (x, near, 0)]
        panel = plate.quad(end, mottled((64, 200), (92, 70, 54), 0.06, n), 0.85)
        shown = np.maximum(panel, plate.quad(face, shelves, 0.95))
        # Who stands in the cross aisle is before the far rack, though beside the aisle.
        masks.append((near if n == 0 else 0.0, np.asarray(shown, np.uint8)))
    return masks


def _shelves(length_m: float, height_m: float, seed: int) -> Array:
    """Boxes on three levels between blue uprights and orange beams."""
    chance = np.random.default_rng(seed)
    width, height = round(length_m * _PX), round(height_m * _PX)
    rack = mottled((width, height), (34, 36, 38), 0.05, seed)
    for level in (0.12, 1.5, 2.9):
        x = 0.08
        while x < length_m - 0.3:
            x += _put_box(rack, x, level, chance)
        beam = height - round(level * _PX)
        rack[beam : beam + round(0.11 * _PX)] = (34, 110, 220)
    for x in np.arange(0, length_m + 0.1, 2.6):
        left = round(x * _PX)
        rack[:, left : left + round(0.1 * _PX)] = (140, 86, 40)
    return rack


def _put_box(rack: Array, x: float, level: float, chance: np.random.Generator) -> float:
    """One carton; gives how far to the next."""
    wide, tall = chance.uniform(0.5, 1.15), chance.uniform(0.55, 1.2)
    if chance.uniform() < 0.14:
        return wide
    brown = np.array([106, 150, 186]) * chance.uniform(0.55, 1.05)
    if chance.uniform() < 0.18:
        brown = np.array([170, 160, 150]) * chance.uniform(0.5, 1.1)
    bottom = rack.shape[0] - round(level * _PX)
    left, right, top = round(x * _PX), round((x + wide) * _PX), bottom - round(tall * _PX)
    colour = tuple(float(v) for v in brown)
    cv2.rectangle(rack, (left, top), (right - 2, bottom), colour, -1)
    tape = tuple(float(v) * 1.16 for v in brown)
    cv2.rectangle(
        rack, (left, (top + bottom) // 2 - 2), (right - 2, (top + bottom) // 2 + 1), tape, -1
    )
    cv2.rectangle(rack, (left + 5, bottom - 16), (left + 17, bottom - 7), (225, 228, 228), -1)
    fall = np.linspace(1.08, 0.8, max(1, bottom - top), dtype=np.float32)[:, None, None]
    rack[top:bottom, left:right] *= fall[: rack[top:bottom].shape[0]]
    return float(wide + 0.05)


def _actors(optics: Optics, lighting: Lighting) -> tuple[Actor, ...]:
    sculptor = Sculptor(lighting.seen(), 0.24 * optics.width)

    def person(name: str, look: Look, route: Route) -> Actor:
        return Actor(name, PersonPainter(look, sculptor, optics, lighting), route)

    towards = (Leg(to=((-1.4, 22.6), (-0.6, 18.0), (-0.9, 9.0), (-0.7, 1.6)), speed_mps=1.4),)
    linger = (
        Leg(to=((0.9, 12.4), (1.2, 9.4), (1.9, 8.9)), speed_mps=1.25, wait_s=11.0),
        Leg(to=((1.3, 12.6), (5.4, 13.6)), speed_mps=1.3),
    )
    away = (Leg(to=((0.6, 8.0), (-0.5, 16.0), (0.8, 22.4), (5.8, 23.5)), speed_mps=1.55),)
    across = (Leg(to=((0.0, 13.0), (-5.4, 13.4)), speed_mps=1.3),)
    late = (Leg(to=((1.2, 22.8), (0.7, 18.5), (0.2, 12.8), (-0.4, 1.6)), speed_mps=1.6),)
    return (
        person("foreman", WORKERS[0], Route((-5.6, 23.4), towards, 2.0)),
        person("lingerer", LOOKS[0], Route((-5.4, 13.6), linger, 16.0)),
        person("picker", WORKERS[1], Route((0.7, 1.6), away, 30.0)),
        person("driver", WORKERS[2], Route((5.4, 13.2), across, 41.0)),
        person("runner", LOOKS[7], Route((5.6, 23.6), late, 48.0)),
    )
