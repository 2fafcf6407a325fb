"""ONNX Runtime: the default, and on CUDA or TensorRT where that build is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime

from vedette.core.errors import ModelError
from vedette.detect.networks.network import Tensor, Tensors

__all__ = ["OrtNetwork", "OrtProvider"]

OrtProvider = Literal["cpu", "cuda", "tensorrt"]

_PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "cpu": ("CPUExecutionProvider",),
    "cuda": ("CUDAExecutionProvider", "CPUExecutionProvider"),
    "tensorrt": (
        "TensorrtExecutionProvider",
        "CUDAExecutionProvider",
        "CPUExecutionProvider",
    ),
}
_DTYPES: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
_QUIET = 4
"""Not even errors, which arrive as exceptions: older exports warn a thousand times."""


class OrtNetwork:
    """A model in ONNX Runtime, one call on `threads` threads of the processor."""

    def __init__(
        self, model: Path | bytes, *, provider: OrtProvider = "cpu", threads: int = 1
    ) -> None:
        wanted = _PROVIDERS[provider]
        if wanted[0] not in onnxruntime.get_available_providers():
            raise ModelError(
                f"this ONNX Runtime has no {wanted[0]}; install onnxruntime-gpu in place of "
                "onnxruntime, or choose provider cpu"
            )
        try:
            self._session = onnxruntime.InferenceSession(
                model if isinstance(model, bytes) else str(model),
                _options(threads),
                providers=list(wanted),
            )
        except _errors() as error:
            name = "the model" if isinstance(model, bytes) else model.name
            raise ModelError(f"{name} does not open: {_first_line(error)}") from error
        if wanted[0] not in self._session.get_providers():
            raise ModelError(f"{wanted[0]} does not start here; choose provider cpu")
        self.inputs = tuple(_tensor(one) for one in self._session.get_inputs())
        self.outputs = tuple(_tensor(one) for one in self._session.get_outputs())
        self.metadata: Mapping[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.runs_on = f"onnxruntime {provider}"
        self._names = [one.name for one in self.outputs]

    def run(self, feeds: Tensors) -> Tensors:
        try:
            answers = self._session.run(self._names, dict(feeds))
        except _errors() as error:
            raise ModelError(f"the model does not run: {_first_line(error)}") from error
        return dict(zip(self._names, (np.asarray(one) for one in answers), strict=True))

    def close(self) -> None:
        """Nothing to give back but memory, which goes with the last reference."""


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads take the core from decoding, which outranks this.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _QUIET
    return options


def _tensor(one: onnxruntime.NodeArg) -> Tensor:
    dtype = _DTYPES.get(one.type)
    if dtype is None:
        raise ModelError(f"tensor {one.name} is a {one.type}, which no detector has")
    shape = tuple(side if isinstance(side, int) and side > 0 else None for side in one.shape)
    return Tensor(name=one.name, shape=shape, dtype=np.dtype(dtype))


def _errors() -> tuple[type[Exception], ...]:
    # The library's own have no ancestor in common.
    state = onnxruntime.capi.onnxruntime_pybind11_state
    own = (
        one for one in vars(state).values() if isinstance(one, type) and issubclass(one, Exception)
    )
    return (RuntimeError, ValueError, *own)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
