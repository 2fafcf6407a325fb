"""Words for what detectors see: COCO's, whatever a model calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vedette.core.errors import ModelError

__all__ = [
    "ANIMALS",
    "COCO80",
    "COCO91",
    "VEHICLES",
    "WATCHED",
    "canonical",
    "default_names",
    "groups",
    "read_names",
]

COCO80: tuple[str, ...] = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip
"""The classes most public weights know, in their usual order."""

# COCO's own numbers leave gaps; models trained on them count from 0 = nothing.
_GAPS = {0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83}


def _sparse() -> tuple[str, ...]:
    words = iter(COCO80)
    return tuple("" if number in _GAPS else next(words) for number in range(91))


COCO91: tuple[str, ...] = _sparse()
"""The same by COCO's category numbers 0–90; numbers that mean nothing are empty."""

VEHICLES = frozenset({"car", "truck", "bus", "van", "vehicle"})
CYCLES = frozenset({"bicycle", "motorcycle"})
ANIMALS = frozenset(
    {"bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"}
)
WATCHED: frozenset[str] = frozenset({"person", "train", "boat"}) | VEHICLES | CYCLES | ANIMALS
"""What a guard asks about; the other COCO classes are furniture."""

_SYNONYMS = {
    "people": "person",
    "pedestrian": "person",
    "human": "person",
    "motorbike": "motorcycle",
    "aeroplane": "airplane",
    "lorry": "truck",
    "pottedplant": "potted plant",
    "diningtable": "dining table",
    "tvmonitor": "tv",
    "sofa": "couch",
    "n/a": "",
}


def canonical(word: str) -> str:
    """A class name as we say it: lower case, COCO's word where there is one."""
    plain = " ".join(word.strip().lower().replace("_", " ").split())
    return _SYNONYMS.get(plain, plain)


def default_names(count: int) -> tuple[str, ...] | None:
    """Names of a model that says none, where the number of its classes tells."""
    return {80: COCO80, 91: COCO91}.get(count)


def read_names(text: str) -> tuple[str, ...]:
    """Class names from text: one a line, or a JSON or Python list or dict as exports carry it."""
    text = text.strip()
    if not text.startswith(("[", "{")):
        return tuple(canonical(line) for line in text.splitlines() if line.strip())
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ModelError(f"class names cannot be read: {error}") from error
    if isinstance(found, Mapping):
        by_number = {int(number): str(word) for number, word in found.items()}
        return tuple(canonical(by_number.get(n, "")) for n in range(max(by_number, default=-1) + 1))
    if isinstance(found, Iterable):
        return tuple(canonical(str(word)) for word in found)
    raise ModelError("class names must be a list or a dict of number to name")


def groups(names: Sequence[str]) -> NDArray[np.intp]:
    """intp[n]: classes that are one thing to suppression share a number.

    Small models flip between car, truck and bus, between dog and cat: two boxes of one group on
    one spot are one object, whatever they are called.
    """
    number: dict[str, int] = {}
    return np.array(
        [number.setdefault(_group(name), len(number)) for name in names], dtype=np.intp
    ).reshape(-1)


def _group(name: str) -> str:
    for family, word in ((VEHICLES, "+vehicle"), (CYCLES, "+cycle"), (ANIMALS, "+animal")):
        if name in family:
            return word
    return name
