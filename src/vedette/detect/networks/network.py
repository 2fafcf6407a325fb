"""What a network is to us, whoever runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Network", "Tensor", "Tensors"]

Array = NDArray[np.generic]
Tensors = Mapping[str, Array]
"""By name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """What goes into a network or comes out; a side of None is free."""

    name: str
    shape: tuple[int | None, ...]
    dtype: np.dtype[np.generic]

    @property
    def sides(self) -> tuple[int, ...]:
        """The shape with 0 for what is free."""
        return tuple(side or 0 for side in self.shape)


class Network(Protocol):
    """A loaded model."""

    @property
    def inputs(self) -> tuple[Tensor, ...]: ...

    @property
    def outputs(self) -> tuple[Tensor, ...]: ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file says of itself, such as class names."""
        ...

    @property
    def runs_on(self) -> str:
        """What runs it, in a word or two: "onnxruntime cpu"."""
        ...

    def run(self, feeds: Tensors) -> Tensors:
        """All outputs for these inputs; ModelError or Unavailable when it cannot."""
        ...

    def close(self) -> None: ...
