"""YOLOv5–v11 style exports: [n, 3 cells, 5 + classes], [n, 4 + classes, cells], [n, k, 6]."""

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
from vedette.detect.families.grid import cells
from vedette.detect.networks.network import Tensors

__all__ = ["Yolo"]

_STRIDES = (8, 16, 32)
_ENDED = 6
"""x1, y1, x2, y2, score, class: suppression is done within the graph."""


@dataclass(frozen=True, slots=True)
class Yolo:
    """Boxes in pixels; which of the layouts it is, the shape says."""

    name: str = "yolo"
    size: ClassVar[Size] = (640, 640)
    spare: ClassVar[int] = 0

    def fits(self, signature: Signature) -> bool:
        if len(signature.outputs) != 1 or len(signature.outputs[0].shape) != 3:
            return False
        _, rows, columns = signature.outputs[0].sides
        return self._layout(rows, columns, signature.size) is not None

    def classes(self, signature: Signature) -> int | None:
        _, rows, columns = signature.outputs[0].sides
        layout = self._layout(rows, columns, signature.size)
        return {"objectness": columns - 5, "columns": rows - 4, "rows": columns - 4}.get(
            layout or "ended"
        )

    def preparation(self, signature: Signature) -> Preparation:
        return Preparation()

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        [answers] = floats(outputs)
        layout = self._layout(answers.shape[1], answers.shape[2], size)
        return [self._one(answer, layout, floor) for answer in answers]

    @staticmethod
    def _layout(rows: int, columns: int, size: Size) -> str | None:
        count = cells(size, _STRIDES)
        if rows == 3 * count and columns > 5:
            return "objectness"
        if columns == count and rows > 4:
            return "columns"
        if rows == count and columns > 4:
            return "rows"
        return "ended" if columns == _ENDED and rows < count else None

    @staticmethod
    def _one(answer: Floats, layout: str | None, floor: float) -> Found:
        if layout == "ended":
            good = answer[answer[:, 4] >= floor]
            return Found(box=good[:, :4], score=good[:, 4], kind=good[:, 5].astype(np.intp))
        if layout == "objectness":
            likely = np.flatnonzero(answer[:, 4] >= floor)
            rows, kind, score = pick(answer[likely, 5:] * answer[likely, 4:5], floor)
            return Found(box=corners(answer[likely[rows], :4]), score=score, kind=kind)
        by_cell = answer.T if layout == "columns" else answer
        rows, kind, score = pick(by_cell[:, 4:], floor)
        return Found(box=corners(by_cell[rows, :4]), score=score, kind=kind)
