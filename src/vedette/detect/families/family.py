"""What a family of models is: how pictures go in, how boxes come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Boxes, no_boxes
from vedette.core.value import value
from vedette.detect.networks.network import Tensor, Tensors

__all__ = [
    "Family",
    "Floats",
    "Found",
    "Preparation",
    "Signature",
    "Size",
    "channels_last",
    "corners",
    "floats",
    "pick",
]

Floats = NDArray[np.float32]
Size = tuple[int, int]
"""Width, height in pixels."""


@value
class Preparation:
    """How a picture becomes a model's input."""

    colour: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Taken off values 0–255, per channel in the order of `colour`."""
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)
    """What the rest is divided by."""
    fit: Literal["corner", "centre", "stretch"] = "centre"
    """Where a lone picture lies: letterboxed top left or in the middle, or stretched over all."""
    pad: int = 114
    """Grey of what no picture covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A network's inputs and outputs with the real shapes of one run."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def image(self) -> Tensor:
        """The input that takes the picture."""
        return next((one for one in self.inputs if len(one.shape) == 4), self.inputs[0])

    @property
    def size(self) -> Size:
        """Of the picture."""
        sides = self.image.sides
        height, width = sides[1:3] if channels_last(self.image) else sides[2:4]
        return width, height

    @property
    def last_sides(self) -> tuple[int, ...]:
        """Of each output, the length of its last axis."""
        return tuple((one.sides or (0,))[-1] for one in self.outputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Boxes of one picture before suppression."""

    box: Boxes
    """float32[n, 4] x1, y1, x2, y2 in pixels of the model's input."""
    score: Floats
    kind: NDArray[np.intp]
    """intp[n] index of the class."""

    @staticmethod
    def nothing() -> Found:
        return Found(box=no_boxes(), score=np.zeros(0, np.float32), kind=np.zeros(0, np.intp))


class Family(Protocol):
    """One way of asking and answering; knows no file and keeps no state."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> Size:
        """Input of a model that leaves its size free."""
        ...

    @property
    def spare(self) -> int:
        """How many of its last classes may stand for "nothing" and have no name."""
        ...

    def fits(self, signature: Signature) -> bool:
        """Whether a network of this signature is one of the family."""
        ...

    def classes(self, signature: Signature) -> int | None:
        """How many classes it knows, if its shapes tell."""
        ...

    def preparation(self, signature: Signature) -> Preparation: ...

    def extras(self, signature: Signature, size: Size, count: int) -> Tensors:
        """Inputs besides the pictures."""
        ...

    def decode(self, outputs: Tensors, size: Size, floor: float) -> Sequence[Found]:
        """Boxes scored `floor` or better, one answer per picture; size is that of the input."""
        ...


def channels_last(image: Tensor) -> bool:
    """Whether a picture goes in as height, width, colour."""
    return image.shape[-1] == 3 and image.shape[1] != 3


def corners(centred: Floats) -> Boxes:
    """float32[n, 4] centre x, centre y, width, height → x1, y1, x2, y2."""
    half = centred[:, 2:4] / 2
    return np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1)


def pick(scores: Floats, floor: float) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Of float32[n, classes]: rows whose best class reaches `floor`, that class, its score."""
    best = scores.max(axis=1)
    rows = np.flatnonzero(best >= floor)
    return rows, scores[rows].argmax(axis=1), best[rows]


def floats(outputs: Mapping[str, NDArray[np.generic]]) -> list[Floats]:
    """All outputs as float32, in their order."""
    return [np.asarray(one, np.float32) for one in outputs.values()]
