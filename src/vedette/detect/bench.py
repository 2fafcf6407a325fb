"""What a detector costs here: milliseconds per look, by what runs the model."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from vedette.core.facts import Motion, Track
from vedette.core.media import WHOLE, Frame, Pixels, Region
from vedette.core.ports import Detector, Look
from vedette.core.value import value
from vedette.detect.opening import ModelFile, Place, open_finder
from vedette.detect.options import Asking
from vedette.detect.packed import Packed

__all__ = ["Figures", "compare", "measure", "sample_looks"]

_WARM_UP = 3


@value
class Figures:
    """What was measured; times of one look, wall clock and processor."""

    name: str
    looks: int
    median_ms: float
    worst_ms: float
    """95 of 100 looks took less."""
    cpu_ms: float
    """Processor time, the mean; steadier than the wall clock on a busy machine."""


def measure(detector: Detector, looks: Sequence[Look], *, name: str, seconds: float) -> Figures:
    """Ask for one look after the other, round and round, for about so long."""
    for look in looks[:_WARM_UP]:
        detector.detect([look])
    took_s: list[float] = []
    cpu_s = time.process_time()
    until_s = time.perf_counter() + seconds
    while not took_s or time.perf_counter() < until_s:
        start_s = time.perf_counter()
        detector.detect([looks[len(took_s) % len(looks)]])
        took_s.append(time.perf_counter() - start_s)
    cpu_s = time.process_time() - cpu_s
    return Figures(
        name=name,
        looks=len(took_s),
        median_ms=1000 * float(np.median(took_s)),
        worst_ms=1000 * float(np.quantile(took_s, 0.95)),
        cpu_ms=1000 * cpu_s / len(took_s),
    )


def compare(model: ModelFile, *, seconds: float = 2.0) -> Iterator[Figures]:
    """A model in everything that can run it here: whole pictures of 640×360, then one region."""
    for word, place in _places():
        detector = Packed(open_finder(model, Asking(), place))
        for what, regions in (("whole", False), ("region", True)):
            looks = sample_looks(regions=regions)
            yield measure(detector, looks, name=f"{word}, {what}", seconds=seconds)
        detector.close()


def _places() -> Iterator[tuple[str, Place]]:
    yield "onnxruntime", Place(loosen=False)
    yield "onnxruntime, free size", Place()
    if importlib.util.find_spec("openvino"):
        yield "openvino", Place(provider="openvino")


def sample_looks(*, regions: bool, count: int = 8) -> tuple[Look, ...]:
    """Looks at drawn pictures of 640×360: at all of it, or at a person's surroundings."""
    looks = []
    for index in range(count):
        x = 0.1 + 0.6 * index / count
        box = (x, 0.3, x + 0.12, 0.75)
        frame = Frame(
            camera="bench", stream="sub", seq=index, t_us=index, pts_us=index, planes=_Drawn(box)
        )
        around = (max(x - 0.1, 0.0), 0.1, x + 0.25, 0.95)
        looks.append(
            Look(
                frame=frame,
                motion=Motion(fraction=0.05, boxes=(box,), awake=True),
                regions=np.array([around if regions else WHOLE], np.float32),
                tracks=(_track(box),) if regions else (),
            )
        )
    return tuple(looks)


def _track(box: Region) -> Track:
    return Track(
        id="bench-1",
        label="person",
        box=box,
        score=0.9,
        velocity=(0.0, 0.0),
        first_us=0,
        last_us=0,
        state="confirmed",
    )


class _Drawn:
    """A grey yard with something upright in it."""

    width, height = 640, 360

    def __init__(self, box: Region) -> None:
        noise = np.random.default_rng(1).integers(0, 24, (self.height, self.width, 3))
        self._rgb: Pixels = (100 + noise).astype(np.uint8)
        x1, x2 = (round(box[i] * self.width) for i in (0, 2))
        y1, y2 = (round(box[i] * self.height) for i in (1, 3))
        self._rgb[y1:y2, x1:x2] = (40, 50, 90)

    def luma(self) -> Pixels:
        return np.asarray(cv2.cvtColor(self._rgb, cv2.COLOR_RGB2GRAY), np.uint8)

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        x1, x2 = (round(region[i] * self.width) for i in (0, 2))
        y1, y2 = (round(region[i] * self.height) for i in (1, 3))
        part = self._rgb[y1:y2, x1:x2]
        return part if size is None else np.asarray(cv2.resize(part, size), np.uint8)
