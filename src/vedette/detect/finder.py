"""What finds boxes in one picture of a given size: a network under a family's conventions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from vedette.core.errors import ModelError
from vedette.core.media import Detections, Pixels
from vedette.detect.families.family import (
    Family,
    Found,
    Preparation,
    Signature,
    Size,
    channels_last,
)
from vedette.detect.labels import groups
from vedette.detect.networks.network import Array, Network, Tensor
from vedette.detect.options import Asking, wanted
from vedette.detect.suppress import settled

__all__ = ["Finder", "FinderSetting", "NetworkFinder", "signature_of"]

_STEP = 32
"""Free sizes are multiples of the coarsest stride."""


class Finder(Protocol):
    """Finds objects in pictures that are made to its measure."""

    @property
    def name(self) -> str:
        """What people call it, such as "yolox_nano_416 (onnxruntime cpu)"."""
        ...

    @property
    def size(self) -> Size:
        """Of the largest picture it takes; the only one unless `step` says otherwise."""
        ...

    @property
    def step(self) -> int:
        """Smaller pictures whose sides are multiples of this are welcome too; 0: they are not."""
        ...

    @property
    def preparation(self) -> Preparation: ...

    def find(self, pictures: Sequence[Pixels]) -> list[Detections]:
        """Of each uint8[H, W, 3] RGB picture its objects, boxes as fractions of it."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FinderSetting:
    """How one model is asked."""

    title: str
    signature: Signature
    asking: Asking
    preparation: Preparation | None = None
    """Where it differs from its family's."""
    batch: int = 1
    """Pictures in one call, where the model takes several."""


class NetworkFinder:
    """Asks a network picture by picture, or in batches where its first axis is free."""

    def __init__(
        self, network: Network, family: Family, names: Sequence[str], about: FinderSetting
    ) -> None:
        self._network, self._family, self._about = network, family, about
        self.family, self.names = family.name, tuple(names)
        self._signature = about.signature
        self.name = f"{about.title} ({network.runs_on})"
        self.size = self._signature.size
        self.preparation = about.preparation or family.preparation(self._signature)
        image = self._declared(network)
        free = image.shape[1:3] if channels_last(image) else image.shape[2:4]
        self.step = _STEP if free == (None, None) else 0
        self._batch = about.batch if image.shape[0] is None else 1
        self._words = np.array([*names, ""], dtype=np.str_)
        self._groups = groups(names)
        self._wanted = wanted(names, about.asking.labels)

    def _declared(self, network: Network) -> Tensor:
        return next(one for one in network.inputs if one.name == self._signature.image.name)

    def find(self, pictures: Sequence[Pixels]) -> list[Detections]:
        found: list[Detections] = []
        for batch in self._batches(pictures):
            size = (batch[0].shape[1], batch[0].shape[0])
            feeds: dict[str, Array] = {self._signature.image.name: self._input(batch)}
            feeds.update(self._family.extras(self._signature, size, len(batch)))
            outputs = self._network.run(feeds)
            answers = self._family.decode(outputs, size, self._about.asking.min_score)
            found += [self._detections(answer, size) for answer in answers]
        return found

    def close(self) -> None:
        self._network.close()

    def _batches(self, pictures: Sequence[Pixels]) -> Iterator[Sequence[Pixels]]:
        start = 0
        while start < len(pictures):
            end = start + 1
            while (
                end < len(pictures)
                and end - start < self._batch
                and pictures[end].shape == pictures[start].shape
            ):
                end += 1
            yield pictures[start:end]
            start = end

    def _input(self, pictures: Sequence[Pixels]) -> Array:
        image, how = self._signature.image, self.preparation
        height, width = pictures[0].shape[:2]
        planes = np.empty((len(pictures), 3, height, width), np.float32)
        plain = how.mean == (0.0, 0.0, 0.0) and how.std == (1.0, 1.0, 1.0)
        for into, picture in zip(planes, pictures, strict=True):
            channels = cv2.split(picture)
            for index, channel in enumerate(channels if how.colour == "rgb" else channels[::-1]):
                if plain:
                    into[index] = channel
                else:
                    np.subtract(channel, np.float32(how.mean[index]), out=into[index])
                    into[index] *= np.float32(1.0 / how.std[index])
        ready = planes.transpose(0, 2, 3, 1) if channels_last(image) else planes
        return np.ascontiguousarray(ready, dtype=image.dtype)

    def _detections(self, found: Found, size: Size) -> Detections:
        if len(found.kind) and (highest := int(found.kind.max())) >= len(self._wanted):
            raise ModelError(
                f"{self._about.title} answers class {highest}, but {len(self._wanted)} are named"
            )
        keep = self._wanted[found.kind]
        box, score, kind = found.box[keep], found.score[keep], found.kind[keep]
        stay, mean = settled(box, score, self._groups[kind], self._about.asking.overlap)
        scale = np.array([*size, *size], np.float32)
        return Detections(
            box=np.clip(mean / scale, 0.0, 1.0),
            score=score[stay],
            label=self._words[kind[stay]],
        )


def signature_of(network: Network, free: Size) -> Signature:
    """Real shapes, found by running a grey picture; sides the model leaves free become `free`."""
    images = [one for one in network.inputs if len(one.shape) == 4]
    if len(images) != 1:
        shapes = ", ".join(f"{one.name} {list(one.shape)}" for one in network.inputs)
        raise ModelError(f"a detector takes one picture; this model takes {shapes}")
    inputs = tuple(_filled(one, free) for one in network.inputs)
    feeds: dict[str, Array] = {}
    for one in inputs:
        shape = tuple(side or 1 for side in one.shape)
        feeds[one.name] = np.full(shape, 114 if len(shape) == 4 else free[0], one.dtype)
    outputs = network.run(feeds)
    return Signature(
        inputs=inputs,
        outputs=tuple(
            Tensor(name=name, shape=found.shape, dtype=found.dtype)
            for name, found in outputs.items()
        ),
    )


def _filled(one: Tensor, free: Size) -> Tensor:
    if len(one.shape) != 4:
        return one
    if channels_last(one):
        likely: tuple[int, ...] = (1, free[1], free[0], 3)
    else:
        likely = (1, 3, free[1], free[0])
    shape = tuple(side or other for side, other in zip(one.shape, likely, strict=True))
    return Tensor(name=one.name, shape=shape, dtype=one.dtype)
