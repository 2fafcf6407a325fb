"""Small ONNX files for the tests: answers written into them, or few layers with random weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["answering", "convolving", "save"]

Shape = Sequence[int | str]
_OPSET, _IR = 17, 9
_ELEMENTS = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}


def answering(
    outputs: Mapping[str, NDArray[np.generic]],
    *,
    image: Shape = (1, 3, 64, 64),
    input_name: str = "images",
    also: Mapping[str, Shape] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """A model that answers the same whatever it sees; `also` are int64 inputs that it ignores."""
    nodes, initializers, values = [], [], []
    nodes.append(helper.make_node("ReduceMean", [input_name], ["mean"], keepdims=0))
    initializers.append(numpy_helper.from_array(np.zeros((), np.float32), "zero"))
    nodes.append(helper.make_node("Mul", ["mean", "zero"], ["nothing"]))
    for name, answer in outputs.items():
        kind = _ELEMENTS[str(answer.dtype)]
        initializers.append(numpy_helper.from_array(answer, f"{name}_answer"))
        nodes.append(helper.make_node("Cast", ["nothing"], [f"{name}_nothing"], to=kind))
        nodes.append(helper.make_node("Add", [f"{name}_answer", f"{name}_nothing"], [name]))
        values.append(helper.make_tensor_value_info(name, kind, answer.shape))
    inputs = [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, list(image))]
    for name, shape in (also or {}).items():
        inputs.append(helper.make_tensor_value_info(name, TensorProto.INT64, list(shape)))
    return _model(helper.make_graph(nodes, "answers", inputs, values, initializers), metadata)


def convolving(
    *, classes: int, size: tuple[int, int] = (64, 64), baked: bool = False, seed: int = 3
) -> onnx.ModelProto:
    """A YOLOX-like net with random weights; `baked`: its size is written into the graph."""
    rng = np.random.default_rng(seed)
    width, height = size
    channels = 5 + classes
    nodes, initializers, levels = [], [], []

    def weights(name: str, *shape: int) -> str:
        array = (rng.standard_normal(shape) * 0.3).astype(np.float32)
        initializers.append(numpy_helper.from_array(array, name))
        return name

    def convolved(source: str, name: str, ins: int, outs: int, stride: int) -> str:
        nodes.append(
            helper.make_node(
                "Conv", [source, weights(f"{name}_w", outs, ins, 3, 3)], [name],
                strides=[stride, stride], pads=[1, 1, 1, 1],
            )
        )  # fmt: skip
        nodes.append(helper.make_node("Tanh", [name], [f"{name}_a"]))
        return f"{name}_a"

    initializers.append(numpy_helper.from_array(np.array(1 / 255, np.float32), "scale"))
    nodes.append(helper.make_node("Mul", ["images", "scale"], ["scaled"]))
    at = convolved("scaled", "stem2", 3, 8, 2)
    at = convolved(at, "stem4", 8, 8, 2)
    for stride in (8, 16, 32):
        at = convolved(at, f"level{stride}", 8, 8, 2)
        nodes.append(
            helper.make_node(
                "Conv", [at, weights(f"head{stride}_w", channels, 8, 1, 1)], [f"h{stride}"]
            )
        )
        cells = (width // stride) * (height // stride)
        shape = np.array([1, channels, cells if baked else -1], np.int64)
        initializers.append(numpy_helper.from_array(shape, f"shape{stride}"))
        nodes.append(helper.make_node("Reshape", [f"h{stride}", f"shape{stride}"], [f"r{stride}"]))
        levels.append(f"r{stride}")
    nodes.append(helper.make_node("Concat", levels, ["all"], axis=2))
    nodes.append(helper.make_node("Transpose", ["all"], ["turned"], perm=[0, 2, 1]))
    sizes = np.array([4, channels - 4], np.int64)
    initializers.append(numpy_helper.from_array(sizes, "parts"))
    nodes.append(helper.make_node("Split", ["turned", "parts"], ["boxes", "logits"], axis=2))
    nodes.append(helper.make_node("Sigmoid", ["logits"], ["scores"]))
    nodes.append(helper.make_node("Concat", ["boxes", "scores"], ["output"], axis=2))
    total = sum((width // s) * (height // s) for s in (8, 16, 32))
    graph = helper.make_graph(
        nodes,
        "convolves",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, height, width])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, total, channels])],
        initializers,
    )
    return _model(graph, None)


def save(model: onnx.ModelProto, path: Path) -> Path:
    """Write a model, weights and all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path


def _model(graph: onnx.GraphProto, metadata: Mapping[str, str] | None) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR
    helper.set_model_props(model, dict(metadata or {}))
    onnx.checker.check_model(model)
    return model
