"""All families by name, and which one a network belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.core.errors import ModelError
from vedette.detect.families.blaze import BlazePerson
from vedette.detect.families.detr import Detr, RfDetr
from vedette.detect.families.family import Family, Signature
from vedette.detect.families.nanodet import NanoDet, NanoDetPlus
from vedette.detect.families.picodet import PicoDet
from vedette.detect.families.yolo import Yolo
from vedette.detect.families.yolox import Yolox

__all__ = ["FAMILIES", "family_of", "infer"]

FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        BlazePerson(),
        RfDetr(),
        Detr(),
        PicoDet(),
        NanoDet(),
        NanoDetPlus(),
        Yolox(),
        Yolox(name="yolox_decoded", decoded=True),
        Yolo(),
    )
}
"""In the order in which they are tried."""


def family_of(name: str) -> Family:
    """The family of that name."""
    family = FAMILIES.get(name)
    if family is None:
        raise ModelError(f"there is no model family {name!r}; there are {', '.join(FAMILIES)}")
    return family


def infer(signature: Signature) -> Family:
    """The first family that a network's shapes fit."""
    for family in FAMILIES.values():
        if family.fits(signature):
            return family
    ins, outs = (
        ", ".join(f"{one.name} {list(one.shape)}" for one in tensors)
        for tensors in (signature.inputs, signature.outputs)
    )
    raise ModelError(
        f"the model takes {ins} and answers {outs}, which fits none of the families "
        f"{', '.join(FAMILIES)}"
    )
