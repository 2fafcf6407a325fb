"""Freeing a model's size: only where it then works as before, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.detect.nets import answering, convolving, save
from vedette.detect.finder import NetworkFinder
from vedette.detect.loosen import loosened
from vedette.detect.networks.ort import OrtNetwork
from vedette.detect.opening import ModelFile, Place, open_finder
from vedette.detect.options import Asking
from vedette.detect.protobuf import fields, read_skeleton, written

NAMES = ("person", "car")


def opened(path: Path, **place: object) -> NetworkFinder:
    model = ModelFile(path=path, title="net", names=NAMES)
    return open_finder(model, Asking(min_score=0.3), Place(**place))  # type: ignore[arg-type]


def test_only_declarations_change(tmp_path: Path) -> None:
    path = save(convolving(classes=2), tmp_path / "net.onnx")
    freed = loosened(path)
    assert freed is not None
    before, after = onnx.load(path), onnx.load_model_from_string(freed)
    onnx.checker.check_model(after)
    dims = after.graph.input[0].type.tensor_type.shape.dim
    assert [dim.dim_param or dim.dim_value for dim in dims] == [1, 3, "height", "width"]
    assert len(after.graph.output[0].type.tensor_type.shape.dim) == 3
    for one in (before, after):
        one.graph.input[0].type.tensor_type.ClearField("shape")
        one.graph.output[0].type.tensor_type.ClearField("shape")
    assert before == after


def test_a_freed_model_answers_as_before_and_takes_other_sizes(tmp_path: Path) -> None:
    path = save(convolving(classes=2), tmp_path / "net.onnx")
    fixed, free = opened(path, loosen=False), opened(path)
    assert (fixed.step, free.step) == (0, 32)
    assert fixed.size == free.size == (64, 64)
    picture = np.random.default_rng(5).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    [before], [after] = fixed.find([picture]), free.find([picture])
    assert len(before) > 0
    np.testing.assert_array_equal(before.label, after.label)
    np.testing.assert_allclose(before.box, after.box, atol=1e-5)
    [small] = free.find([picture[:32]])
    assert small.box.shape[1] == 4


def test_a_model_with_its_size_built_in_keeps_it(tmp_path: Path) -> None:
    path = save(convolving(classes=2, baked=True), tmp_path / "net.onnx")
    assert loosened(path) is not None, "it is for trying to find out"
    assert opened(path).step == 0


def test_a_model_that_says_the_same_at_any_size_keeps_it(tmp_path: Path) -> None:
    answers = {"output": np.zeros((1, 84, 7), np.float32)}
    assert opened(save(answering(answers), tmp_path / "net.onnx")).step == 0


def test_a_model_without_a_picture_is_left_alone(tmp_path: Path) -> None:
    net = answering({"output": np.zeros((1, 4), np.float32)}, image=(1, 512))
    for field in ("input", "output"):
        assert len(getattr(net.graph, field)) == 1
    freed = loosened(save(net, tmp_path / "net.onnx"))
    assert freed is None or OrtNetwork(freed).inputs[0].shape == (1, 512)


def test_real_models(shared_data: Path) -> None:
    """YOLOX takes any size; PicoDet and NanoDet have theirs built in."""
    models = shared_data / "models"
    found = {
        name: open_finder(
            ModelFile(path=models / f"{name}.onnx", title=name), Asking(), Place()
        ).step
        for name in ("yolox_nano_416", "picodet_s_416_coco", "nanodet_m_416")
    }
    assert found == {"yolox_nano_416": 32, "picodet_s_416_coco": 0, "nanodet_m_416": 0}


def test_fields_written_are_the_fields_read(shared_data: Path) -> None:
    raw = (shared_data / "models" / "yolox_nano_416.onnx").read_bytes()
    assert b"".join(written(*one) for one in fields(memoryview(raw))) == raw


def test_the_skeleton_of_a_real_model(shared_data: Path) -> None:
    path = shared_data / "models" / "yolox_nano_416.onnx"
    skeleton = read_skeleton(path)
    model = onnx.load(path)
    assert skeleton.nodes == len(model.graph.node)
    assert skeleton.kinds == {node.op_type for node in model.graph.node}
    assert skeleton.external == set()
    assert skeleton.ir_version == model.ir_version


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**32, 2**63 - 1])
def test_numbers_of_any_length_are_written(number: int) -> None:
    [(field, wire, content)] = fields(memoryview(written(5, 0, number)))
    assert (field, wire, content) == (5, 0, number)
