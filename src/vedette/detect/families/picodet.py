"""PicoDet: for grids of 8, 16, 32 and 64 pixels scores, then distance distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vedette.detect.families.family import Floats, Found, Preparation, Signature, Size
from vedette.detect.families.grid import grid
from vedette.detect.families.spread import fits, gathered, seen
from vedette.detect.networks.network import Tensors

__all__ = ["IMAGENET_BGR", "PicoDet"]

IMAGENET_BGR = Preparation(
    colour="bgr", mean=(103.53, 116.28, 123.675), std=(57.375, 57.12, 58.395), fit="stretch"
)


@dataclass(frozen=True, slots=True)
class PicoDet:
    """Cells centred on their middle; scores are probabilities already."""

    name: str = "picodet"
    size: ClassVar[Size] = (416, 416)
    spare: ClassVar[int] = 0
    strides: ClassVar[tuple[int, ...]] = (8, 16, 32, 64)

    def fits(self, signature: Signature) -> bool:
        return fits(signature, self.strides)

    def classes(self, signature: Signature) -> int | None:
        return signature.last_sides[0]

    def preparation(self, signature: Signature) -> Preparation:
        return IMAGENET_BGR

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        at, stride = grid(size, self.strides)
        centres: Floats = (at + np.float32(0.5)) * stride
        return [seen(scores, bins, centres, stride, floor) for scores, bins in gathered(outputs)]
