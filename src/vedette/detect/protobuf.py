"""Reads the skeleton of an ONNX file without running it: what it refers to, what it needs."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vedette.core.errors import ModelError

__all__ = ["Skeleton", "fields", "read_skeleton", "written"]

_DEEPEST = 32
_WIRE_VARINT, _WIRE_64, _WIRE_BYTES, _WIRE_32 = 0, 1, 2, 5

# Message → field number → message inside; from onnx.proto, as far as external data can hide.
_INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 8: "opset", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 11: "value", 12: "value", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {
        5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse",
    },
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "external"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
}  # fmt: skip
_EXTERNAL_KEY, _EXTERNAL_VALUE = 1, 2
_NODE_KIND = 4


@dataclass(slots=True)
class Skeleton:
    """What a model file is made of."""

    ir_version: int = 0
    nodes: int = 0
    kinds: set[str] = field(default_factory=set)
    """Operators used."""
    external: set[str] = field(default_factory=set)
    """Files with weights, as the model names them."""


def read_skeleton(path: Path) -> Skeleton:
    """The skeleton of an ONNX file; ModelError when it is none."""
    found = Skeleton()
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole,
            memoryview(whole) as view,
        ):
            _walk("model", view, found, 0)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise ModelError(f"{path.name} is not an ONNX file: {error}") from error
    if not found.nodes or not 0 < found.ir_version < 100:
        raise ModelError(f"{path.name} is not an ONNX file: there is no graph in it")
    return found


def _walk(kind: str, view: memoryview, found: Skeleton, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    if kind == "external":
        _note_external(view, found)
        return
    inside = _INSIDE.get(kind, {})
    for number, _, content in fields(view):
        if isinstance(content, int):
            if kind == "model" and number == 1:
                found.ir_version = content
            continue
        if kind == "node" and number == _NODE_KIND:
            found.kinds.add(bytes(content).decode())
        if number in inside:
            found.nodes += inside[number] == "node"
            _walk(inside[number], content, found, depth + 1)


def _note_external(view: memoryview, found: Skeleton) -> None:
    parts = {number: content for number, _, content in fields(view)}
    key, value = parts.get(_EXTERNAL_KEY), parts.get(_EXTERNAL_VALUE)
    if isinstance(key, memoryview) and isinstance(value, memoryview) and bytes(key) == b"location":
        found.external.add(bytes(value).decode())


def fields(view: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Number, wire type and content of each field of a message; ValueError when it is none."""
    at = 0
    while at < len(view):
        tag, at = _varint(view, at)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise ValueError("a field without number")
        if wire == _WIRE_VARINT:
            content, at = _varint(view, at)
            yield number, wire, content
            continue
        if wire == _WIRE_BYTES:
            length, at = _varint(view, at)
        elif wire in (_WIRE_64, _WIRE_32):
            length = 8 if wire == _WIRE_64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + length > len(view):
            raise ValueError("it is cut short")
        yield number, wire, view[at : at + length]
        at += length


def written(number: int, wire: int, content: int | bytes | memoryview) -> bytes:
    """A field as it stands in a message."""
    tag = _number(number << 3 | wire)
    if isinstance(content, int):
        return tag + _number(content)
    length = _number(len(content)) if wire == _WIRE_BYTES else b""
    return b"".join((tag, length, content))


def _number(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    result = shift = 0
    while shift < 64:
        byte = view[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7
    raise ValueError("a number without end")
