"""Tries a model in a child process: what is in a stranger's file must not hurt this one.

`python -m vedette.detect.trial` reads a question as JSON and prints the answer.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import ModelError, VedetteError
from vedette.core.labels import ANY
from vedette.core.media import Pixels
from vedette.core.value import value
from vedette.detect.families.family import Preparation, Size
from vedette.detect.opening import ModelFile, Place, open_finder
from vedette.detect.options import Asking

__all__ = ["Trial", "try_here", "try_model"]

_SECONDS = 120
_BYTES = 6 << 30
_CALLS = 5
_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "LANG")
"""Of the environment; what else is in it, such as keys, is none of a model's business."""


@value
class Question:
    """What the child is to try."""

    path: Path
    title: str
    family: str = ""
    names: tuple[str, ...] = ()
    preparation: Preparation | None = None
    size: Size | None = None


@value
class Trial:
    """What a model turned out to be."""

    family: str
    names: tuple[str, ...]
    size: Size
    call_ms: float
    """Median of a few calls on one thread."""
    boxes: int
    """Found on the trial picture; nothing is expected of it."""


def try_model(model: ModelFile, *, seconds: float = _SECONDS) -> Trial:
    """Open and run a model in a child process with limits; ModelError says what went wrong."""
    question = Question(
        path=model.path.resolve(),
        title=model.title,
        family=model.family,
        names=model.names,
        preparation=model.preparation,
        size=model.size,
    )
    return _in_child(question, seconds)


def _in_child(question: Question, seconds: float) -> Trial:
    title = question.title
    try:
        done = subprocess.run(
            [sys.executable, "-m", "vedette.detect.trial"],
            input=TypeAdapter(Question).dump_json(question),
            capture_output=True,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{title} did not answer within {seconds:g} s") from None
    if done.returncode == 0:
        try:
            return TypeAdapter(Trial).validate_json(done.stdout)
        except ValidationError:
            raise ModelError(f"{title} disturbs the program that runs it") from None
    said = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode == 2 and said:
        raise ModelError(said[-1])
    how = f"signal {-done.returncode}" if done.returncode < 0 else f"code {done.returncode}"
    raise ModelError(f"running {title} ended its process ({how}): {' '.join(said[-1:])}")


def try_here(model: ModelFile) -> Trial:
    """The same in this process: for files that are known to be harmless."""
    finder = open_finder(model, Asking(labels=(ANY,)), Place())
    picture = _picture(finder.size)
    took: list[float] = []
    for _ in range(_CALLS):
        start = time.perf_counter()
        [found] = finder.find([picture])
        took.append((time.perf_counter() - start) * 1000)
    if not (np.isfinite(found.box).all() and np.isfinite(found.score).all()):
        raise ModelError(f"{model.title} answers numbers that are not numbers")
    if len(found) and float(found.score.max()) > 1.001:
        raise ModelError(f"{model.title} gives scores above 1: it is of another family")
    return Trial(
        family=finder.family,
        names=finder.names,
        size=finder.size,
        call_ms=float(np.median(took)),
        boxes=len(found),
    )


def _picture(size: Size) -> Pixels:
    """uint8[H, W, 3]: a grey gradient with a few shapes, always the same."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    grey = 90 + 60 * x / width + 40 * y / height
    picture = np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)
    picture[height // 4 : height * 3 // 4, width // 3 : width // 2] = (180, 60, 40)
    picture[height // 2 : height * 3 // 4, width * 3 // 5 : width * 4 // 5] = (30, 30, 60)
    return picture


def main() -> int:
    """The child: limits first, then the stranger's file."""
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        question = TypeAdapter(Question).validate_python(json.load(sys.stdin))
        trial = try_here(
            ModelFile(
                path=question.path,
                title=question.title,
                family=question.family,
                names=question.names,
                preparation=question.preparation,
                size=question.size,
            )
        )
    except VedetteError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    except MemoryError:
        sys.stderr.write(f"the model needs more than {_BYTES >> 30} GiB of memory\n")
        return 2
    sys.stdout.buffer.write(TypeAdapter(Trial).dump_json(trial))
    return 0


if __name__ == "__main__":
    sys.exit(main())
