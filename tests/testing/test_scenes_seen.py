"""A detector trained on photographs takes drawn people and vehicles for real ones."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from vedette.core.geometry import iou
from vedette.core.labels import family_of
from vedette.core.media import Pixels, Region
from vedette.testing.scenes import SITES, Scene, TruthBox, build

SIDE = 416
# COCO's numbers.
FAMILIES = {0: "person", 2: "vehicle", 5: "vehicle", 7: "vehicle"}


class Nano:
    """YOLOX-nano as it comes: no suppression, for we only ask whether somebody was found."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        steps = [np.full((SIDE // s) ** 2, s) for s in (8, 16, 32)]
        cells = [np.indices((SIDE // s, SIDE // s))[::-1].reshape(2, -1).T for s in (8, 16, 32)]
        self._steps = np.concatenate(steps)[:, None]
        self._cells = np.concatenate(cells)

    def find(self, picture: Pixels) -> list[tuple[str, Region]]:
        """Families and boxes above 0.3."""
        scale = SIDE / picture.shape[1]
        small = cv2.resize(picture, None, fx=scale, fy=scale)
        square = np.full((SIDE, SIDE, 3), 114, np.float32)
        square[: small.shape[0]] = small
        name = self._session.get_inputs()[0].name
        out: NDArray[np.float32] = self._session.run(None, {name: square.transpose(2, 0, 1)[None]})[
            0
        ][0]
        centre = (out[:, :2] + self._cells) * self._steps
        half = np.exp(out[:, 2:4]) * self._steps / 2
        scores = out[:, 4:5] * out[:, 5:]
        size = np.array([SIDE, SIDE * 9 / 16] * 2)
        boxes = np.concatenate([centre - half, centre + half], axis=1) / size
        return [
            (FAMILIES[kind], (float(b[0]), float(b[1]), float(b[2]), float(b[3])))
            for b, kind, score in zip(boxes, scores.argmax(axis=1), scores.max(axis=1), strict=True)
            if score > 0.3 and kind in FAMILIES
        ]


def large(one: TruthBox) -> bool:
    """Large enough for that detector: 45 pixels of its input, and in full sight."""
    tall = (one.box[3] - one.box[1]) * SIDE * 9 / 16
    return one.visible > 0.9 and tall > 45


@pytest.mark.parametrize("name", sorted(SITES))
def test_a_detector_of_photographs_finds_who_is_drawn_large(name: str, shared_data: Path) -> None:
    nano = Nano(shared_data / "models" / "yolox_nano_416.onnx")
    scene = Scene(build(name))
    found, there = 0, 0
    for t_s in np.arange(0, scene.stage.length_s, 1.7):
        frame = next(scene.frames(1, start=round(float(t_s) * 10)))
        wanted = [one for one in frame.boxes if large(one)]
        seen = nano.find(frame.bgr()) if wanted else []
        for one in wanted:
            there += 1
            family = family_of(one.label)
            found += any(family == kind and iou(box, one.box) > 0.4 for kind, box in seen)
    assert there >= 8
    assert found / there > 0.85, f"{found} of {there}"
