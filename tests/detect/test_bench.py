"""Measuring what a detector costs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tests.detect.nets import convolving, save
from tests.detect.squares import SquareFinder
from vedette.detect.bench import compare, measure, sample_looks
from vedette.detect.opening import ModelFile
from vedette.detect.packed import Packed


def test_looks_go_round_and_every_call_counts() -> None:
    finder = SquareFinder()
    looks = sample_looks(regions=True, count=3)
    figures = measure(Packed(finder), looks, name="squares", seconds=0.05)
    assert figures.name == "squares"
    assert figures.looks == len(finder.pictures) - 3, "warming up does not count"
    assert 0 < figures.median_ms <= figures.worst_ms
    assert figures.cpu_ms > 0


def test_looks_at_regions_are_smaller() -> None:
    for regions, whole in ((False, True), (True, False)):
        for look in sample_looks(regions=regions):
            [region] = look.regions.tolist()
            assert (region == [0, 0, 1, 1]) == whole
            assert look.frame.luma.shape == (360, 640)


def test_everything_that_runs_a_model_here_is_compared(tmp_path: Path) -> None:
    path = save(convolving(classes=80), tmp_path / "net.onnx")
    names = [one.name for one in compare(ModelFile(path=path, title="net"), seconds=0.02)]
    runs = ["onnxruntime", "onnxruntime, free size"]
    if importlib.util.find_spec("openvino"):
        runs.append("openvino")
    assert names == [f"{run}, {what}" for run in runs for what in ("whole", "region")]
