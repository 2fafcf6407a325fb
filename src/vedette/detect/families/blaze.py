"""BlazePose's detector as a person detector: finds large standing people, seldom anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from vedette.detect.families.family import Floats, Found, Preparation, Signature, Size
from vedette.detect.networks.network import Tensors

__all__ = ["BlazePerson"]

_SIDE = 224
_GRIDS = ((8, 2), (16, 2), (32, 6))
"""Stride and answers per cell."""
_ANSWERS, _NUMBERS = 2254, 12
_HIP, _CIRCLE = slice(4, 6), slice(6, 8)
# Of the circle around the body, measured against tight boxes of upright people.
_ABOVE, _BELOW, _ASIDE = 1.15, 1.0, 0.43
_LARGEST_LOGIT = 80.0


@dataclass(frozen=True, slots=True)
class BlazePerson:
    """Answers a hip and a circle around the whole body; the box is drawn along its axis."""

    name: str = "blaze_person"
    size: ClassVar[Size] = (_SIDE, _SIDE)
    spare: ClassVar[int] = 0

    def fits(self, signature: Signature) -> bool:
        shapes = {one.sides[1:] for one in signature.outputs}
        return shapes == {(_ANSWERS, _NUMBERS), (_ANSWERS, 1)}

    def classes(self, signature: Signature) -> int | None:
        return 1

    def preparation(self, signature: Signature) -> Preparation:
        return Preparation(mean=(127.5,) * 3, std=(127.5,) * 3, fit="centre", pad=0)

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        tensors = [np.asarray(one, np.float32) for one in outputs.values()]
        numbers, logits = sorted(tensors, key=lambda one: -one.shape[-1])
        scores = 1 / (1 + np.exp(-np.clip(logits[..., 0], -_LARGEST_LOGIT, _LARGEST_LOGIT)))
        return [_people(n, s, floor) for n, s in zip(numbers, scores, strict=True)]


def _people(numbers: Floats, scores: Floats, floor: float) -> Found:
    chosen = np.flatnonzero(scores >= floor)
    at = _centres()[chosen]
    hip = numbers[chosen, _HIP] + at
    up = numbers[chosen, _CIRCLE] + at - hip
    side = np.stack([-up[:, 1], up[:, 0]], axis=1)
    corners = np.stack(
        [
            hip + along * up + across * side
            for along in (_ABOVE, -_BELOW)
            for across in (_ASIDE, -_ASIDE)
        ]
    )
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)], axis=1)
    return Found(
        box=box.astype(np.float32),
        score=scores[chosen].astype(np.float32),
        kind=np.zeros(len(chosen), np.intp),
    )


@cache
def _centres() -> Floats:
    """float32[2254, 2] pixels."""
    at = []
    for stride, answers in _GRIDS:
        cells = _SIDE // stride
        y, x = np.mgrid[0:cells, 0:cells]
        middle = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) * stride
        at.append(np.repeat(middle, answers, axis=0))
    centres = np.concatenate(at).astype(np.float32)
    centres.flags.writeable = False
    return centres
