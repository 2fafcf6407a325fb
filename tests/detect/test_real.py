"""Real models on real pictures: what stands there is found, and what does not is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.detect.pictures import look, stills, track
from vedette.core.geometry import clip as inside
from vedette.core.geometry import expand, iou_matrix
from vedette.core.media import Boxes, Detections, Frame, Region
from vedette.core.ports import DetectorPlace, Look
from vedette.detect.onnx import Onnx, open_model
from vedette.detect.opening import ModelFile, Place, open_finder
from vedette.detect.options import Asking
from vedette.detect.packed import Packed
from vedette.detect.pieces import Packing

MODELS = ("yolox_nano_416", "picodet_s_416_coco", "nanodet_m_416")
SURE = 0.5
Opened = Callable[[str], Packed]


@pytest.fixture(scope="module")
def opened(shared_data: Path) -> Opened:
    """The `onnx` detector as shipped, each model opened once."""
    ready: dict[str, Packed] = {}

    def opening(name: str) -> Packed:
        if name not in ready:
            model = ModelFile(path=shared_data / "models" / f"{name}.onnx", title=name)
            ready[name] = open_model(model, Onnx(), DetectorPlace(models=Path("none")))
        return ready[name]

    return opening


def seen(detector: Packed, frames: list[Frame]) -> list[Detections]:
    return [detector.detect([look(one)])[0] for one in frames]


@pytest.mark.parametrize("model", MODELS)
def test_one_person_is_one_person_and_nobody_is_nobody(
    opened: Opened, shared_data: Path, model: str
) -> None:
    path = shared_data / "videos" / "one_by_one_person.mp4"
    truth = json.loads((shared_data / "truth" / "one_by_one_person.json").read_text())
    moments = truth["occupancy"]
    frames = stills(path, *(one["t"] for one in moments))
    counts = [
        int(((found.label == "person") & (found.score >= SURE)).sum())
        for found in seen(opened(model), frames)
    ]
    assert counts == [one["count"] for one in moments]


@pytest.mark.parametrize("model", MODELS)
def test_cars_are_where_they_cross_the_line(opened: Opened, shared_data: Path, model: str) -> None:
    path = shared_data / "videos" / "road_vehicles.mp4"
    truth = json.loads((shared_data / "truth" / "road_vehicles.json").read_text())
    [line] = truth["lines"]
    a, b = np.array(line["points"])
    near = 0
    for found in seen(opened(model), stills(path, *(e["t"] for e in line["events"]))):
        sure = found[(found.score >= 0.4) & np.isin(found.label, ["car", "truck", "bus"])]
        foot = np.stack([(sure.box[:, 0] + sure.box[:, 2]) / 2, sure.box[:, 3]], axis=1)
        along = (b - a) / np.linalg.norm(b - a)
        away = np.abs((foot - a) @ np.array([along[1], -along[0]]))
        near += bool((away < 0.08).any())
    assert near == len(line["events"])


@pytest.mark.parametrize("model", MODELS)
def test_an_empty_lane_is_empty(opened: Opened, shared_data: Path, model: str) -> None:
    path = shared_data / "videos" / "road_vehicles.mp4"
    truth = json.loads((shared_data / "truth" / "road_vehicles.json").read_text())
    [line], spans = truth["lines"], truth["quiet"]
    (x1, y1), (x2, y2) = line["points"]
    times = [t for start, end in spans for t in np.linspace(start + 0.3, end - 0.3, 4)]
    for found in seen(opened(model), stills(path, *times)):
        sure = found[found.score >= 0.4]
        x, y = (sure.box[:, 0] + sure.box[:, 2]) / 2, sure.box[:, 3]
        before = ((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0) & (x < 0.9)
        assert not before.any()


def test_drivers_are_not_people_in_the_street(opened: Opened, shared_data: Path) -> None:
    path = shared_data / "videos" / "motorway_front.mp4"
    for found in seen(opened("yolox_nano_416"), stills(path, *np.arange(0.5, 9.5, 1.5))):
        assert not ((found.label == "person") & (found.score >= SURE)).any()
        assert (found.score >= SURE).any()


@pytest.fixture(scope="module")
def sixteen(shared_data: Path, opened: Opened) -> list[Look]:
    """Sixteen cameras, each with regions around its one or two largest objects, as tracked."""
    detector = opened("yolox_nano_416")
    wanted = {
        "one_by_one_person": (8.5, 15.0, 33.0, 60.0, 81.0, 108.0, 130.0),
        "motorway_front": (1.3, 3.4, 6.2, 8.8),
        "worker_zone": (1.0, 2.5, 3.5),
        "road_vehicles": (0.7, 5.2),
    }
    looks: list[Look] = []
    for name, times in wanted.items():
        for one in stills(shared_data / "videos" / f"{name}.mp4", *times):
            [found] = detector.detect([look(one)])
            sure = found[found.score >= SURE]
            sides = sure.box[:, 2:] - sure.box[:, :2]
            largest = np.argsort(-sides[:, 0] * sides[:, 1])[: 1 + len(looks) % 2]
            camera = replace(one, camera=f"cam{len(looks)}")
            boxes = [region(box) for box in sure.box[largest]]
            looks.append(look(camera, around(sure.box[largest]), [track(box) for box in boxes]))
    assert len(looks) == 16
    return looks


def region(box: Boxes) -> Region:
    x1, y1, x2, y2 = (float(v) for v in box)
    return x1, y1, x2, y2


def around(boxes: Boxes) -> list[Region]:
    """As the pipeline asks: with a margin, no region smaller than a quarter of the picture."""
    grown = inside(expand(boxes, 0.35, 0.04))
    centre = (grown[:, :2] + grown[:, 2:]) / 2
    half = np.maximum(grown[:, 2:] - grown[:, :2], 0.25) / 2
    low = np.clip(centre - half, 0.0, 1.0 - 2 * half)
    return [region(one) for one in np.concatenate([low, low + 2 * half], axis=1)]


def compared(together: list[Detections], alone: list[Detections], looks: list[Look]) -> list[float]:
    """IoU of each sure box of a look asked alone with what it was asked together."""
    found = []
    for many, one, asked in zip(together, alone, looks, strict=True):
        known = np.array([track.box for track in asked.tracks], np.float32)
        sure = one[one.score >= SURE]
        # What is being tracked is what counts; a queue far behind it is not.
        sure = sure[iou_matrix(sure.box, known).max(axis=1) > 0.5]
        assert len(sure) > 0
        found += iou_matrix(sure.box, many.box).max(axis=1).tolist()
    return found


def test_sixteen_cameras_share_inputs_and_see_what_each_sees_alone(
    shared_data: Path, sixteen: list[Look]
) -> None:
    """A model with one fixed size: regions of all cameras are packed on few inputs."""
    model = ModelFile(path=shared_data / "models" / "yolox_nano_416.onnx", title="yolox")
    detector = Packed(open_finder(model, Asking(), Place(loosen=False)))
    together = detector.detect(sixteen)
    assert detector.calls / len(sixteen) < 0.3
    alone = [detector.detect([one])[0] for one in sixteen]
    overlap = np.array(compared(together, alone, sixteen))
    # A car of 30 pixels in a far queue is the exception: there 0.95 is less than half a pixel.
    assert np.sort(overlap)[1] > 0.95
    assert overlap.min() > 0.8


def test_sixteen_cameras_of_a_freed_model_see_exactly_what_each_sees_alone(
    opened: Opened, sixteen: list[Look]
) -> None:
    """A model of any size: each region is a small input of its own, company changes nothing."""
    detector = opened("yolox_nano_416")
    together = detector.detect(sixteen)
    alone = [detector.detect([one])[0] for one in sixteen]
    assert min(compared(together, alone, sixteen)) > 0.999


def test_regions_show_what_the_whole_picture_shows(opened: Opened, sixteen: list[Look]) -> None:
    detector = opened("yolox_nano_416")
    whole = [detector.detect([look(one.frame)])[0] for one in sixteen]
    overlap = compared(detector.detect(sixteen), whole, sixteen)
    assert min(overlap) > 0.5
    assert np.median(overlap) > 0.9


def test_small_inputs_cost_less(opened: Opened, shared_data: Path, sixteen: list[Look]) -> None:
    """Counted in pixels that went through the model, which is what costs."""
    model = ModelFile(path=shared_data / "models" / "yolox_nano_416.onnx", title="yolox")

    def pixels(finder: object, how: Packing) -> int:
        counting = Counting(finder)
        Packed(counting, how).detect(sixteen)  # type: ignore[arg-type]  # stands in for a finder
        return counting.pixels

    fixed = pixels(open_finder(model, Asking(), Place(loosen=False)), Packing())
    freed = pixels(open_finder(model, Asking(), Place()), Packing())
    assert freed < 0.8 * fixed


class Counting:
    """A finder that counts what goes through it."""

    def __init__(self, finder: object) -> None:
        self._finder = finder
        self.pixels = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._finder, name)

    def find(self, pictures: list[np.ndarray]) -> list[Detections]:
        self.pixels += sum(one.shape[0] * one.shape[1] for one in pictures)
        found: list[Detections] = self._finder.find(pictures)  # type: ignore[attr-defined]  # a finder
        return found
