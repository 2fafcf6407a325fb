"""Frames for the tests of detectors: pictures in memory, and pictures of the shared clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from vedette.core.facts import Motion, Track
from vedette.core.media import WHOLE, Frame, Pixels, Region
from vedette.core.ports import Look

STILL = Motion(fraction=0.0, boxes=(), awake=True)


class Picture:
    """Planes of a picture that is there as RGB already."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self.asked: list[tuple[Region, tuple[int, int] | None]] = []

    @property
    def width(self) -> int:
        return int(self._pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self._pixels.shape[0])

    def luma(self) -> Pixels:
        return np.asarray(cv2.cvtColor(self._pixels, cv2.COLOR_RGB2GRAY), np.uint8)

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        self.asked.append((region, size))
        x1, x2 = (round(region[i] * self.width) for i in (0, 2))
        y1, y2 = (round(region[i] * self.height) for i in (1, 3))
        part = self._pixels[y1:y2, x1:x2]
        if size is None or size == (x2 - x1, y2 - y1):
            return part
        way = cv2.INTER_AREA if size[0] < x2 - x1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(part, size, interpolation=way), np.uint8)


def frame(pixels: Pixels, camera: str = "yard", t_us: int = 0) -> Frame:
    """A frame of RGB pixels."""
    return Frame(
        camera=camera, stream="main", seq=0, t_us=t_us, pts_us=t_us, planes=Picture(pixels)
    )


def look(of: Frame, regions: Sequence[Region] = (WHOLE,), tracks: Sequence[Track] = ()) -> Look:
    """A look at regions of a frame."""
    boxes = np.array(regions, np.float32).reshape(-1, 4)
    return Look(frame=of, motion=STILL, regions=boxes, tracks=tuple(tracks))


def track(box: Region, label: str = "person") -> Track:
    """A track that is known before a look."""
    return Track(
        id="t1", label=label, box=box, score=0.9, velocity=(0.0, 0.0), first_us=0, last_us=0,
        state="confirmed",
    )  # fmt: skip


def clip(path: Path, fps: float | None = None) -> Iterator[tuple[float, Frame]]:
    """Frames of a video file with their seconds, thinned to a rate."""
    reader = cv2.VideoCapture(str(path))
    rate = reader.get(cv2.CAP_PROP_FPS)
    index, due = 0, 0.0
    try:
        while True:
            good, bgr = reader.read()
            if not good:
                return
            t_s = index / rate
            if fps is None or t_s + 1e-6 >= due:
                due += 1 / fps if fps else 0.0
                rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
                yield t_s, frame(rgb, path.stem, round(t_s * 1_000_000))
            index += 1
    finally:
        reader.release()


def stills(path: Path, *times_s: float) -> list[Frame]:
    """The frames of a video file at some seconds."""
    reader = cv2.VideoCapture(str(path))
    rate = reader.get(cv2.CAP_PROP_FPS)
    found = []
    try:
        for t_s in times_s:
            reader.set(cv2.CAP_PROP_POS_FRAMES, round(t_s * rate))
            good, bgr = reader.read()
            assert good, f"{path.name} has no picture at {t_s} s"
            rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            found.append(frame(rgb, path.stem, round(t_s * 1_000_000)))
    finally:
        reader.release()
    return found
