"""A walking body: joints by gait phase, limbs as round cones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vedette.testing.scenes.looks import Colour, Look

__all__ = ["CYCLE_M", "Bone", "Gait", "Posture", "body"]

CYCLE_M = 1.36
"""Ground covered by two steps of a person 1.75 m tall."""

Gait = Literal["walk", "stand", "climb"]
_TALL_M = 1.75
_EYES = (-0.034, 0.034)
_DARK: Colour = (36, 40, 50)
_LIPS: Colour = (70, 74, 138)

Joint = tuple[float, float, float]
"""Metres from the point between the feet: x right, y ahead, z up."""


class Bone(NamedTuple):
    """A round cone between two joints."""

    start: Joint
    end: Joint
    start_m: float
    """Radius at the start."""
    end_m: float
    colour: Colour
    cloth: bool


@dataclass(frozen=True, slots=True)
class Posture:
    """What a body does just now."""

    gait: Gait
    phase: float
    """0–1 within two steps."""


class _Leg(NamedTuple):
    hip: Joint
    knee: Joint
    ankle: Joint
    heel: Joint
    toe: Joint


class _Arm(NamedTuple):
    shoulder: Joint
    elbow: Joint
    wrist: Joint


def body(look: Look, posture: Posture) -> list[Bone]:
    """The bones of a person in that posture, the lower foot on the ground."""
    turn = 2 * math.pi * posture.phase
    legs = [_leg(side, turn + (0 if side < 0 else math.pi), posture.gait) for side in (-1, 1)]
    arms = [_arm(side, turn + (math.pi if side < 0 else 0), posture.gait) for side in (-1, 1)]
    sunk = min(min(leg.heel[2], leg.toe[2]) for leg in legs) - 0.035
    bones = [
        *(bone for leg in legs for bone in _leg_bones(leg, look)),
        *_trunk(look),
        *(bone for arm in arms for bone in _arm_bones(arm, look)),
        *_head(look),
    ]
    size = look.height_m / _TALL_M
    return [_placed(bone, size, look.build, sunk) for bone in bones]


def _placed(bone: Bone, size: float, build: float, sunk: float) -> Bone:
    def move(joint: Joint) -> Joint:
        return joint[0] * size * build, joint[1] * size, (joint[2] - sunk) * size

    thick = size * (0.5 + 0.5 * build)
    return bone._replace(
        start=move(bone.start),
        end=move(bone.end),
        start_m=bone.start_m * thick,
        end_m=bone.end_m * thick,
    )


def _bump(turn: float, at_deg: float, width_deg: float) -> float:
    """1 where the turn is at that angle, falling to 0 on both sides."""
    off = math.degrees(turn) - at_deg
    off = (off + 180) % 360 - 180
    return math.exp(-((off / width_deg) ** 2))


def _swung(joint: Joint, length: float, angle: float) -> Joint:
    """The end of a limb that hangs from a joint, swung ahead by an angle."""
    x, y, z = joint
    return x, y + length * math.sin(angle), z - length * math.cos(angle)


def _leg(side: int, turn: float, gait: Gait) -> _Leg:
    hip, bend, foot = math.radians(3.0), math.radians(4.0), 0.0
    if gait == "walk":
        hip = math.radians(3 + 22 * math.sin(turn))
        bend = math.radians(5 + 54 * _bump(turn, -28, 46) + 10 * _bump(turn, 125, 35))
        foot = math.radians(14 * math.sin(turn) - 24 * _bump(turn, -75, 42))
    elif gait == "stand":
        # Weight on one leg, the other a little ahead.
        hip, bend = math.radians(1 if side < 0 else 9), math.radians(3 if side < 0 else 14)
    elif gait == "climb":
        lift = 0.5 + 0.5 * math.sin(turn)
        hip, bend = math.radians(12 + 62 * lift), math.radians(18 + 78 * lift)
    joint = (0.092 * side, 0.0, 0.93)
    x, y, z = _swung(joint, 0.44, hip)
    knee = (x + (0.025 * side if gait == "stand" else 0.0), y, z)
    ankle = _swung(knee, 0.42, hip - bend)
    heel = (ankle[0], ankle[1] - 0.05, ankle[2] - 0.05)
    ahead = (0.2 * math.cos(foot), 0.2 * math.sin(foot))
    toe = (ankle[0] + 0.02 * side, heel[1] + ahead[0], heel[2] + ahead[1])
    return _Leg(joint, knee, ankle, heel, toe)


def _arm(side: int, turn: float, gait: Gait) -> _Arm:
    swing, bend = math.radians(2.0), math.radians(10.0)
    if gait == "walk":
        swing = math.radians(-1 + 21 * math.sin(turn))
        bend = math.radians(22 + 12 * math.sin(turn))
    elif gait == "stand" and side > 0:
        # Something in the hand is being looked at.
        swing, bend = math.radians(18), math.radians(92)
    elif gait == "climb":
        swing = math.radians(140 + 18 * math.sin(turn))
        bend = math.radians(25 - 15 * math.sin(turn))
    joint = (0.188 * side, 0.0, 1.40)
    x, y, z = _swung(joint, 0.29, swing)
    elbow = (x + 0.04 * side, y, z)
    wrist = _swung(elbow, 0.25, swing + bend)
    return _Arm(joint, elbow, wrist)


def _leg_bones(leg: _Leg, look: Look) -> list[Bone]:
    bones = [
        Bone(leg.hip, leg.knee, 0.092, 0.06, look.legs, True),
        Bone(leg.knee, leg.ankle, 0.06, 0.046, look.legs, True),
        Bone(leg.heel, leg.toe, 0.04, 0.034, look.shoes, False),
    ]
    if look.coat:
        x, y, z = (a + 0.62 * (b - a) for a, b in zip(leg.hip, leg.knee, strict=True))
        bones.append(Bone(leg.hip, (x, y, z), 0.12, 0.115, look.top, True))
    return bones


def _arm_bones(arm: _Arm, look: Look) -> list[Bone]:
    hand = tuple(w + 0.28 * (w - e) for e, w in zip(arm.elbow, arm.wrist, strict=True))
    return [
        Bone(arm.shoulder, arm.elbow, 0.062, 0.05, look.top, True),
        Bone(arm.elbow, arm.wrist, 0.05, 0.038, look.top, True),
        Bone(arm.wrist, (hand[0], hand[1], hand[2]), 0.036, 0.034, look.skin, False),
    ]


def _trunk(look: Look) -> list[Bone]:
    over = look.vest or look.top
    # A vest lies over what is worn below and makes its wearer a little wider.
    more = 0.012 if look.vest else 0.0
    bones = [
        Bone((-0.075, 0, 0.96), (0.075, 0, 0.96), 0.115, 0.115, look.legs, True),
        Bone((-0.07, 0, 1.1), (0.07, 0, 1.1), 0.112 + more, 0.112 + more, over, True),
        Bone((-0.088, 0, 1.27), (0.088, 0, 1.27), 0.116 + more, 0.118 + more, over, True),
        Bone((-0.092, 0, 1.29), (-0.064, 0, 1.06), 0.112 + more, 0.112 + more, over, True),
        Bone((0.092, 0, 1.29), (0.064, 0, 1.06), 0.112 + more, 0.112 + more, over, True),
        Bone((-0.135, 0, 1.38), (0.135, 0, 1.38), 0.074 + more, 0.074 + more, over, True),
        Bone((0, 0, 1.46), (-0.13, 0, 1.395), 0.05 + more, 0.066 + more, over, True),
        Bone((0, 0, 1.46), (0.13, 0, 1.395), 0.05 + more, 0.066 + more, over, True),
    ]
    if look.coat:
        bones.append(Bone((-0.075, 0, 0.94), (0.075, 0, 0.94), 0.128, 0.128, look.top, True))
    if look.bag:
        bones.append(Bone((-0.07, -0.17, 1.12), (-0.06, -0.17, 1.33), 0.1, 0.09, look.bag, True))
        bones.append(Bone((0.07, -0.17, 1.12), (0.06, -0.17, 1.33), 0.1, 0.09, look.bag, True))
    return bones


def _head(look: Look) -> list[Bone]:
    bones = [
        Bone((0, -0.01, 1.43), (0, 0.012, 1.54), 0.055, 0.05, look.skin, False),
        Bone((0, 0.035, 1.56), (0, 0.025, 1.655), 0.062, 0.088, look.skin, False),
        Bone((0, -0.02, 1.625), (0, -0.012, 1.675), 0.084, 0.093, look.hair, False),
    ]
    bones += [Bone((x, 0.1, 1.652), (x, 0.1, 1.652), 0.016, 0.016, _DARK, False) for x in _EYES]
    bones.append(Bone((-0.022, 0.092, 1.572), (0.022, 0.092, 1.572), 0.01, 0.01, _LIPS, False))
    bones.append(Bone((0, 0.108, 1.628), (0, 0.118, 1.606), 0.014, 0.018, look.skin, False))
    if look.helmet:
        bones.append(Bone((0, 0.0, 1.665), (0, 0.0, 1.69), 0.122, 0.112, look.helmet, False))
        bones.append(
            Bone((-0.05, 0.11, 1.655), (0.05, 0.11, 1.655), 0.02, 0.02, look.helmet, False)
        )
    return bones
