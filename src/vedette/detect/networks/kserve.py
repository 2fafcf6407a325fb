"""A network on a model server that speaks KServe's protocol, version 2 (Triton and others)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar
from urllib.parse import quote

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from vedette.core.errors import ModelError
from vedette.detect.networks.http import Answer, ModelServer
from vedette.detect.networks.network import Array, Tensor, Tensors

__all__ = ["KServeNetwork", "TensorForm"]

M = TypeVar("M", bound=BaseModel)

TensorForm = Literal["auto", "binary", "json"]
_JSON_LENGTH = "Inference-Header-Content-Length"
_DTYPES: Mapping[str, str] = {
    "BOOL": "?", "UINT8": "<u1", "INT8": "<i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8",
    "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip
_CODES = {np.dtype(code): word for word, code in _DTYPES.items()}


class _Server(BaseModel):
    extensions: tuple[str, ...] = ()


class _Declared(BaseModel):
    name: str
    datatype: str
    shape: tuple[int, ...]


class _Model(BaseModel):
    name: str
    inputs: Annotated[tuple[_Declared, ...], Field(min_length=1)]
    outputs: Annotated[tuple[_Declared, ...], Field(min_length=1)]


class _Parameters(BaseModel):
    binary_data_size: int | None = None


class _Output(_Declared):
    parameters: _Parameters = _Parameters()
    data: list[object] | None = None
    """Flat or nested, as the server likes."""


class _Inference(BaseModel):
    outputs: tuple[_Output, ...]


class KServeNetwork:
    """Tensors go as binary data where the server can, else as JSON."""

    def __init__(
        self, server: ModelServer, model: str, *, version: str = "", form: TensorForm = "auto"
    ) -> None:
        self._server = server
        self._path = f"/v2/models/{quote(model, safe='')}"
        if version:
            self._path += f"/versions/{quote(version, safe='')}"
        about = _read(_Model, server.get(self._path).body, "model metadata")
        self._binary = form == "binary" or (form == "auto" and self._speaks_binary())
        self.inputs = tuple(_tensor(one) for one in about.inputs)
        self.outputs = tuple(_tensor(one) for one in about.outputs)
        self.metadata: Mapping[str, str] = {}
        self.runs_on = f"kserve {server.url}"

    def run(self, feeds: Tensors) -> Tensors:
        head: dict[str, object] = {"outputs": [{"name": one.name} for one in self.outputs]}
        if not self._binary:
            head["inputs"] = [_as_json(name, tensor) for name, tensor in feeds.items()]
            body = json.dumps(head).encode()
            answer = self._server.post(
                f"{self._path}/infer", body, {"Content-Type": "application/json"}
            )
            return self._outputs(answer)
        raw = {name: np.ascontiguousarray(one).tobytes() for name, one in feeds.items()}
        head["inputs"] = [_as_binary(name, feeds[name], len(raw[name])) for name in feeds]
        head["parameters"] = {"binary_data_output": True}
        start = json.dumps(head).encode()
        headers = {_JSON_LENGTH: str(len(start)), "Content-Type": "application/octet-stream"}
        body = b"".join([start, *raw.values()])
        return self._outputs(self._server.post(f"{self._path}/infer", body, headers))

    def close(self) -> None:
        self._server.close()

    def _speaks_binary(self) -> bool:
        try:
            return (
                "binary_tensor_data"
                in _read(_Server, self._server.get("/v2").body, "server metadata").extensions
            )
        except ModelError:
            return False  # JSON is what every server must understand

    def _outputs(self, answer: Answer) -> Tensors:
        length = int(answer.headers.get(_JSON_LENGTH) or len(answer.body))
        reply = _read(_Inference, answer.body[:length], "inference answer")
        at, found = length, dict[str, Array]()
        for one in reply.outputs:
            size = one.parameters.binary_data_size
            raw = answer.body[at : at + size] if size is not None else None
            at += size or 0
            found[one.name] = _array(one, raw)
        missing = [one.name for one in self.outputs if one.name not in found]
        if missing:
            raise ModelError(f"the server's answer lacks {', '.join(missing)}")
        return {one.name: found[one.name] for one in self.outputs}


def _array(one: _Output, raw: bytes | None) -> Array:
    dtype = _dtype(one)
    try:
        values = np.array(one.data, dtype) if raw is None else np.frombuffer(raw, dtype)
        return values.reshape(one.shape)
    except (ValueError, TypeError) as error:
        raise ModelError(f"the server's answer {one.name} is broken: {error}") from error


def _as_json(name: str, tensor: Array) -> dict[str, object]:
    return {**_header(name, tensor), "data": tensor.ravel().tolist()}


def _as_binary(name: str, tensor: Array, size: int) -> dict[str, object]:
    return {**_header(name, tensor), "parameters": {"binary_data_size": size}}


def _header(name: str, tensor: Array) -> dict[str, object]:
    return {"name": name, "shape": list(tensor.shape), "datatype": _CODES[tensor.dtype]}


def _tensor(one: _Declared) -> Tensor:
    shape = tuple(side if side > 0 else None for side in one.shape)
    return Tensor(name=one.name, shape=shape, dtype=_dtype(one))


def _dtype(one: _Declared) -> np.dtype[np.generic]:
    code = _DTYPES.get(one.datatype)
    if code is None:
        raise ModelError(f"tensor {one.name} is {one.datatype}, which no detector has")
    return np.dtype(code)


def _read(kind: type[M], body: bytes, what: str) -> M:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise ModelError(
            f"the server's {what} is not KServe v2: {error.errors()[0]['msg']}"
        ) from None
