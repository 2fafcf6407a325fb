"""Transformers that answer with a set of boxes: D-FINE, RT-DETR, RF-DETR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vedette.detect.families.family import (
    Found,
    Preparation,
    Signature,
    Size,
    corners,
    pick,
)
from vedette.detect.networks.network import Array, Tensors

__all__ = ["Detr", "RfDetr"]

_SIZES = "orig_target_sizes"
_IMAGENET_RGB = Preparation(
    mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375), fit="stretch"
)
_LOGITS_BOXES = ({"logits", "pred_boxes"}, {"labels", "dets"})


@dataclass(frozen=True, slots=True)
class Detr:
    """D-FINE and RT-DETR, as their own tools export them or as `logits` and `pred_boxes`."""

    name: str = "detr"
    size: ClassVar[Size] = (640, 640)
    spare: ClassVar[int] = 0

    def fits(self, signature: Signature) -> bool:
        names = {one.name for one in signature.outputs}
        return names == {"labels", "boxes", "scores"} or names >= _LOGITS_BOXES[0]

    def classes(self, signature: Signature) -> int | None:
        by_name = {one.name: one for one in signature.outputs}
        return by_name["logits"].sides[-1] if "logits" in by_name else None

    def preparation(self, signature: Signature) -> Preparation:
        return Preparation(fit="stretch")

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        wanted = {one.name: one for one in signature.inputs}.get(_SIZES)
        if wanted is None:
            return {}
        return {_SIZES: np.tile(np.array(size, wanted.dtype), (count, 1))}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        if "logits" in outputs:
            return _set_of_boxes(outputs["logits"], outputs["pred_boxes"], size, floor)
        found = []
        for label, box, score in zip(
            outputs["labels"], outputs["boxes"], outputs["scores"], strict=True
        ):
            scores = np.asarray(score, np.float32)
            good = scores >= floor
            found.append(
                Found(
                    box=np.asarray(box, np.float32)[good],
                    score=scores[good],
                    kind=np.asarray(label, np.intp)[good],
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class RfDetr:
    """RF-DETR: logits called `labels`, boxes called `dets`, both raw."""

    name: str = "rfdetr"
    size: ClassVar[Size] = (384, 384)
    spare: ClassVar[int] = 1
    """Weights trained on own data keep their last column for "nothing"."""

    def fits(self, signature: Signature) -> bool:
        return {one.name for one in signature.outputs} >= _LOGITS_BOXES[1]

    def classes(self, signature: Signature) -> int | None:
        by_name = {one.name: one for one in signature.outputs}
        return (by_name.get("labels") or by_name["logits"]).sides[-1]

    def preparation(self, signature: Signature) -> Preparation:
        return _IMAGENET_RGB

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        return {}

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        if "dets" in outputs:
            return _set_of_boxes(outputs["labels"], outputs["dets"], size, floor)
        return _set_of_boxes(outputs["logits"], outputs["pred_boxes"], size, floor)


def _set_of_boxes(logits: Array, boxes: Array, size: Size, floor: float) -> Sequence[Found]:
    scale = np.array([*size, *size], np.float32)
    least = np.float32(np.log(floor / (1 - floor)))
    found = []
    for logit, box in zip(
        np.asarray(logits, np.float32), np.asarray(boxes, np.float32), strict=True
    ):
        rows, kind, best = pick(logit, float(least))
        score = np.asarray(1 / (1 + np.exp(-best)), np.float32)
        found.append(Found(box=corners(box[rows] * scale), score=score, kind=kind))
    return found
