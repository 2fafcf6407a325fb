"""A finder that sees drawn rectangles exactly: what is wrong then is ours, not a net's."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vedette.core.media import Detections, Pixels
from vedette.detect.families.family import Preparation

COLOURS = {"person": (255, 0, 0), "car": (0, 0, 255)}
GREY = 100


class SquareFinder:
    """Finds red people and blue cars of at least 3 x 3 pixels, to the pixel."""

    def __init__(
        self, size: tuple[int, int] = (256, 256), *, step: int = 0, fit: str = "corner"
    ) -> None:
        self.name = "squares"
        self.size, self.step = size, step
        self.preparation = Preparation(fit=fit)  # type: ignore[arg-type]  # words of a table
        self.pictures: list[Pixels] = []
        self.closed = 0

    def find(self, pictures: Sequence[Pixels]) -> list[Detections]:
        self.pictures += pictures
        return [self._one(picture) for picture in pictures]

    def close(self) -> None:
        self.closed += 1

    @staticmethod
    def _one(picture: Pixels) -> Detections:
        height, width = picture.shape[:2]
        boxes, labels = [], []
        for label, colour in COLOURS.items():
            near = np.abs(picture.astype(int) - np.array(colour)).max(axis=2) < 60
            count, _, stats, _ = cv2.connectedComponentsWithStats(near.astype(np.uint8))
            for x, y, w, h, _ in stats[1:count]:
                if w >= 3 and h >= 3:
                    boxes.append((x / width, y / height, (x + w) / width, (y + h) / height))
                    labels.append(label)
        return Detections(
            box=np.array(boxes, np.float32).reshape(-1, 4),
            score=np.full(len(boxes), 0.9, np.float32),
            label=np.array(labels, dtype=np.str_),
        )


def drawn(size: tuple[int, int], things: Sequence[tuple[str, tuple[int, int, int, int]]]) -> Pixels:
    """uint8[h, w, 3]: a grey picture with things at x1, y1, x2, y2 in pixels."""
    width, height = size
    picture = np.full((height, width, 3), GREY, np.uint8)
    for label, (x1, y1, x2, y2) in things:
        picture[y1:y2, x1:x2] = COLOURS[label]
    return picture
