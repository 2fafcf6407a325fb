"""NanoDet: as PicoDet with three grids; NanoDet-Plus: four grids in one output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from vedette.detect.families.family import Floats, Found, Preparation, Signature, Size, floats
from vedette.detect.families.grid import cells, grid
from vedette.detect.families.picodet import IMAGENET_BGR
from vedette.detect.families.spread import fits, gathered, seen
from vedette.detect.networks.network import Tensors

__all__ = ["NanoDet", "NanoDetPlus"]

_LETTERBOX = replace(IMAGENET_BGR, fit="centre", pad=0)
_PLUS_BINS = 32


@dataclass(frozen=True, slots=True)
class NanoDet:
    """Cells centred on the middle of their pixels."""

    name: str = "nanodet"
    size: ClassVar[Size] = (416, 416)
    spare: ClassVar[int] = 0
    strides: ClassVar[tuple[int, ...]] = (8, 16, 32)

    def fits(self, signature: Signature) -> bool:
        return fits(signature, self.strides)

    def classes(self, signature: Signature) -> int | None:
        return signature.last_sides[0]

    def preparation(self, signature: Signature) -> Preparation:
        return _LETTERBOX

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        at, stride = grid(size, self.strides)
        centres = np.asarray(at * stride + (stride - 1) / 2, np.float32)
        return [seen(scores, bins, centres, stride, floor) for scores, bins in gathered(outputs)]


@dataclass(frozen=True, slots=True)
class NanoDetPlus:
    """Cells centred on their first pixel."""

    name: str = "nanodet_plus"
    size: ClassVar[Size] = (416, 416)
    spare: ClassVar[int] = 0
    strides: ClassVar[tuple[int, ...]] = (8, 16, 32, 64)

    def fits(self, signature: Signature) -> bool:
        shapes = [one.sides for one in signature.outputs]
        if len(shapes) != 1 or len(shapes[0]) != 3:
            return False
        _, count, width = shapes[0]
        return count == cells(signature.size, self.strides) and width > _PLUS_BINS

    def classes(self, signature: Signature) -> int | None:
        return signature.last_sides[0] - _PLUS_BINS

    def preparation(self, signature: Signature) -> Preparation:
        return _LETTERBOX

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        [answers] = floats(outputs)
        at, stride = grid(size, self.strides)
        centres: Floats = at * stride
        return [
            seen(answer[:, :-_PLUS_BINS], answer[:, -_PLUS_BINS:], centres, stride, floor)
            for answer in answers
        ]
