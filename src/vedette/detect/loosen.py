"""Frees the size of an ONNX model's picture: most were exported for one size and can do any.

Small inputs cost little and need no neighbours, so a model that takes any size is the cheaper one
by a third (measured). Only declarations are rewritten, in memory; weights and operators stay as
they are. Whether the model then works is for its opener to try.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vedette.detect.protobuf import fields, written

__all__ = ["loosened"]

_LARGEST = 256 << 20
_GRAPH = 7
_INPUT, _OUTPUT, _INNER_SHAPES = 11, 12, 13
_TYPE, _TENSOR, _SHAPE = 2, 1, 2
_DIM, _DIM_WORD = 1, 2
_WORDS = {2: b"height", 3: b"width"}
"""What the axes of NCHW are called that become free."""

Change = Callable[[memoryview], bytes]


def loosened(path: Path) -> bytes | None:
    """The model with its picture's height and width free; None when it has no NCHW picture."""
    if path.stat().st_size > _LARGEST:
        return None
    model = memoryview(path.read_bytes())
    freed = _replaced(model, (_GRAPH,), _graph)
    return None if freed == model else freed


def _graph(graph: memoryview) -> bytes:
    result = bytearray()
    for number, wire, content in fields(graph):
        changed: int | bytes | memoryview = content
        if isinstance(content, memoryview):
            if number == _INNER_SHAPES:
                continue  # they follow from the input's; stale ones would only contradict
            if number == _OUTPUT:
                changed = _replaced(content, (_TYPE, _TENSOR, _SHAPE), _unknown)
            elif number == _INPUT:
                changed = _replaced(content, (_TYPE, _TENSOR, _SHAPE), _free_size)
        result += written(number, wire, changed)
    return bytes(result)


def _unknown(shape: memoryview) -> bytes:
    return b"".join(written(_DIM, 2, b"") for number, _, _ in fields(shape) if number == _DIM)


def _free_size(shape: memoryview) -> bytes:
    dims = [content for number, _, content in fields(shape) if number == _DIM]
    if len(dims) != len(_WORDS) + 2:
        return bytes(shape)
    return b"".join(
        written(_DIM, 2, written(_DIM_WORD, 2, _WORDS[axis]) if axis in _WORDS else dim)
        for axis, dim in enumerate(dims)
    )


def _replaced(message: memoryview, path: tuple[int, ...], change: Change) -> bytes:
    """The message with every part at the end of a path of field numbers changed."""
    result = bytearray()
    for number, wire, content in fields(message):
        changed: int | bytes | memoryview = content
        if number == path[0] and isinstance(content, memoryview):
            changed = _replaced(content, path[1:], change) if path[1:] else change(content)
        result += written(number, wire, changed)
    return bytes(result)
