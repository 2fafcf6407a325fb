"""What the shipped defaults see in real clips, and what they leave alone in an empty scene."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from vedette.cli.evaluate import Evaluation, evaluate
from vedette.core.media import Frame, Pixels, Region
from vedette.core.ports import DetectorPlace
from vedette.core.site import Camera, Line, RuleSpec, Spec, Stream, Zone
from vedette.pipeline.build import Builder
from vedette.pipeline.truth import read_truth
from vedette.testing.scenes import QUIET_DAY_S, Playing, Scene, build, quiet_day

pytestmark = pytest.mark.timeout(300)


def found(shared_data: Path, clip: str, model: str) -> Evaluation:
    """A clip of the shared data through the pipeline as it ships."""
    truth = read_truth(shared_data / "truth" / f"{clip}.json")
    return evaluate(shared_data / "videos" / f"{clip}.mp4", truth, model, None, Path("no-models"))


@pytest.mark.parametrize(
    ("clip", "crossings", "stays"),
    [
        ("one_by_one_person", 6, 6),
        ("motorway_front", 7, 0),
        ("road_vehicles", 8, 0),
        ("worker_zone", 1, 1),
    ],
)
def test_a_small_network_at_the_defaults_misses_nothing_and_invents_nothing(
    shared_data: Path, clip: str, crossings: int, stays: int
) -> None:
    model = str(shared_data / "models" / "yolox_nano_416.onnx")
    result = found(shared_data, clip, model).result
    assert sum(line.tp for line in result.lines) == crossings
    assert sum(zone.tp for zone in result.zones) == stays
    total = result.total()
    assert (total.fp, total.fn, result.quiet_false) == (0, 0, 0)
    assert result.occupancy.within_tol == result.occupancy.n


LEAST = {
    "car_topdown": 4,
    "one_by_one_person": 5,
    "road_vehicles": 7,
    "worker_zone": 1,
    "motorway_front": 5,
}
"""Crossings that must be found with no model at all."""


def test_without_a_model_most_crossings_are_found_and_hardly_any_invented(
    shared_data: Path,
) -> None:
    hits, false = 0, 0
    for clip, least in LEAST.items():
        result = found(shared_data, clip, "classical").result
        tp = sum(line.tp for line in result.lines)
        assert tp >= least, clip
        assert result.quiet_false == 0, clip
        hits += tp
        false += sum(line.fp for line in result.lines)
    assert hits >= 23
    assert false <= 4


class Planar:
    """A drawn I420 picture as a decoder would give it."""

    def __init__(self, planes: Pixels) -> None:
        self._planes = planes
        self.height, self.width = planes.shape[0] * 2 // 3, planes.shape[1]

    def luma(self) -> Pixels:
        return self._planes[: self.height]

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        whole = cv2.cvtColor(self._planes, cv2.COLOR_YUV2RGB_I420)
        x1, y1, x2, y2 = region
        part = whole[
            round(y1 * self.height) : round(y2 * self.height),
            round(x1 * self.width) : round(x2 * self.width),
        ]
        return np.asarray(part if size is None else cv2.resize(part, size), np.uint8)


def test_ten_minutes_of_rain_shadows_switched_lights_and_noise_raise_nothing() -> None:
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    camera = Camera(
        id="quiet",
        name="Quiet",
        streams=(Stream(source=Spec(kind="synthetic")),),
        detector=Spec(kind="classical"),
        zones=(Zone(id="all", name="All", polygon=whole),),
        lines=(Line(id="middle", name="Middle", points=((0.0, 0.6), (1.0, 0.6))),),
        rules=(
            RuleSpec(id="in", name="In", kind="intrusion",
                     options={"zone": "all", "labels": ["any"]}),
            RuleSpec(id="over", name="Over", kind="crossing",
                     options={"line": "middle", "labels": ["any"]}),
        ),
    )  # fmt: skip
    size, fps = (640, 360), 8.0
    playing = Playing(fps=fps, empty=True, nuisances=quiet_day(size, 5))
    builder = Builder(DetectorPlace(models=Path("no-models")))
    lane = builder.lane(camera, "UTC").lane
    raised = []
    for shown in Scene(build("yard", size), playing).frames(round(QUIET_DAY_S * fps)):
        t_us = 1_700_000_000_000_000 + round(shown.t_s * 1e6)
        frame = Frame(
            camera="quiet",
            stream="main",
            seq=shown.index,
            t_us=t_us,
            pts_us=t_us,
            planes=Planar(shown.planes),
        )
        step = lane.step(frame, lane.gate.look(frame))
        raised += [(round(shown.t_s, 1), event.rule) for event in step.events]
    assert raised == []
