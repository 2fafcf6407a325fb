"""YOLOX: one output [n, cells, 5 + classes], raw or decoded in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vedette.detect.families.family import (
    Floats,
    Found,
    Preparation,
    Signature,
    Size,
    corners,
    floats,
    pick,
)
from vedette.detect.families.grid import cells, grid
from vedette.detect.networks.network import Tensors

__all__ = ["Yolox"]

_STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Yolox:
    """Boxes relative to their grid cell; `decoded` when the export already made them pixels."""

    name: str = "yolox"
    decoded: bool = False
    size: ClassVar[Size] = (640, 640)
    spare: ClassVar[int] = 0

    def fits(self, signature: Signature) -> bool:
        if len(signature.outputs) != 1:
            return False
        shape = signature.outputs[0].sides
        return (
            len(shape) == 3
            and shape[1] == cells(signature.size, _STRIDES)
            and shape[2] > 5
            and shape[2] != 84
        )

    def classes(self, signature: Signature) -> int | None:
        return signature.last_sides[0] - 5

    def preparation(self, signature: Signature) -> Preparation:
        return Preparation(colour="bgr", std=(1.0, 1.0, 1.0), fit="corner")

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        [answers] = floats(outputs)
        return [self._one(answer, size, floor) for answer in answers]

    def _one(self, answer: Floats, size: Size, floor: float) -> Found:
        # A class is never surer than its object, so most cells fall out before the product.
        likely = np.flatnonzero(answer[:, 4] >= floor)
        rows, kind, score = pick(answer[likely, 5:] * answer[likely, 4:5], floor)
        chosen = likely[rows]
        centred = answer[chosen, :4]
        if not self.decoded:
            at, stride = grid(size, _STRIDES)
            middle = (centred[:, :2] + at[chosen]) * stride[chosen]
            centred = np.concatenate([middle, np.exp(centred[:, 2:]) * stride[chosen]], axis=1)
        return Found(box=corners(centred), score=score, kind=kind)
