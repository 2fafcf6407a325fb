"""OpenVINO: an extra, faster where the processor has bf16; also runs TFLite files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vedette.core.errors import ModelError
from vedette.detect.networks.network import Tensor, Tensors

try:
    import openvino
except ImportError as error:
    raise ModelError(
        "OpenVINO is not installed; `pip install 'vedette[openvino]'` brings it"
    ) from error

__all__ = ["OpenVinoNetwork"]

_NAMES_KEY = ["framework", "names"]


class OpenVinoNetwork:
    """A model in OpenVINO on the processor; bf16 where the processor is faster with it."""

    def __init__(self, model: Path | bytes, *, threads: int = 1, exact: bool = False) -> None:
        core = openvino.Core()
        settings: dict[str, object] = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,
        }
        if exact:
            settings["INFERENCE_PRECISION_HINT"] = "f32"
        try:
            read = core.read_model(model if isinstance(model, bytes) else str(model))
            self._compiled = core.compile_model(read, "CPU", settings)
        except RuntimeError as error:
            name = "the model" if isinstance(model, bytes) else model.name
            raise ModelError(f"{name} does not open: {_last_line(error)}") from error
        self._request = self._compiled.create_infer_request()
        self.inputs = tuple(_tensor(port, n) for n, port in enumerate(self._compiled.inputs))
        self.outputs = tuple(_tensor(port, n) for n, port in enumerate(self._compiled.outputs))
        self.metadata: Mapping[str, str] = _metadata(read)
        self.runs_on = f"openvino {'f32' if exact else 'cpu'}"

    def run(self, feeds: Tensors) -> Tensors:
        try:
            self._request.infer({one.name: feeds[one.name] for one in self.inputs})
        except RuntimeError as error:
            raise ModelError(f"the model does not run: {_last_line(error)}") from error
        return {
            one.name: np.array(self._request.get_output_tensor(index).data)
            for index, one in enumerate(self.outputs)
        }

    def close(self) -> None:
        """Nothing to give back but memory, which goes with the last reference."""


def _tensor(port: openvino.ConstOutput, number: int) -> Tensor:
    names = sorted(port.get_names())
    shape = tuple(
        side.get_length() if side.is_static else None for side in port.get_partial_shape()
    )
    return Tensor(
        name=names[0] if names else str(number),
        shape=shape,
        dtype=np.dtype(port.get_element_type().to_dtype()),
    )


def _metadata(model: openvino.Model) -> Mapping[str, str]:
    if not model.has_rt_info(_NAMES_KEY):
        return {}
    return {"names": str(model.get_rt_info(_NAMES_KEY).astype(str))}


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
