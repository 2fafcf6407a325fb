"""A scene as a file: one loop of it, encoded as a camera would, with its truth beside it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from vedette.core.media import Pixels
from vedette.core.value import value
from vedette.testing.clips import Encoding, cached
from vedette.testing.scenes.scene import Scene
from vedette.testing.scenes.truth import SceneTruth, TruthBox

__all__ = ["Film", "FilmFrame", "film"]

_DRAWN_BY = "2"
"""Raise to draw cached films anew when the drawing changes."""


@value
class FilmFrame:
    """Who is in one frame."""

    index: int
    boxes: tuple[TruthBox, ...]


@value
class _Notes:
    truth: SceneTruth
    frames: tuple[FilmFrame, ...]


@dataclass(frozen=True, slots=True)
class Film:
    """One loop of a scene; replayed in a loop it has no seam."""

    path: Path
    """H.264 in MP4."""
    truth: SceneTruth
    frames: tuple[FilmFrame, ...]
    """Those in which somebody is to be seen."""

    def write_truth(self, path: Path) -> Path:
        """A truth file for `vedette eval`."""
        path.write_text(self.truth.eval_json(self.path))
        return path


def film(scene: Scene, directory: Path, how: Encoding | None = None) -> Film:
    """Draw and encode one loop, or take it from the directory if it was drawn before."""
    how = how or Encoding(fps=scene.playing.fps, quality=25)
    if how.fps != scene.playing.fps:
        raise ValueError(f"the scene is played at {scene.playing.fps:g} fps, not {how.fps:g}")
    seen: list[FilmFrame] = []

    def draw() -> Iterator[Pixels]:
        for frame in scene.frames():
            if frame.boxes:
                seen.append(FilmFrame(index=frame.index, boxes=frame.boxes))
            yield frame.planes

    key = f"{_DRAWN_BY}|{scene.stage.name}|{scene.stage.optics}|{_told(scene.playing)}"
    path = cached(directory, key, how, draw)
    beside = path.with_suffix(".json")
    if not beside.exists():
        frames = tuple(seen) or tuple(_frames(scene))
        _write(beside, _Notes(truth=scene.truth, frames=frames))
    notes = TypeAdapter(_Notes).validate_json(beside.read_bytes())
    return Film(path, notes.truth, notes.frames)


def _told(thing: object) -> str:
    """A value's content as text: nuisances are objects, and an address says nothing of them."""
    if isinstance(thing, np.ndarray):
        return hashlib.sha256(thing.tobytes()).hexdigest()[:16]
    if isinstance(thing, list | tuple):
        return f"[{', '.join(_told(one) for one in thing)}]"
    if is_dataclass(thing):
        held = [(one.name, getattr(thing, one.name)) for one in fields(thing)]
        return type(thing).__name__ + _told(held)
    if hasattr(thing, "__dict__"):
        return type(thing).__name__ + _told(sorted(vars(thing).items()))
    return repr(thing)


def _frames(scene: Scene) -> Iterator[FilmFrame]:
    """Who is in which frame, where the film is there and its notes are lost."""
    for index in range(scene.loop_frames):
        if boxes := scene.boxes(index / scene.playing.fps):
            yield FilmFrame(index=index, boxes=boxes)


def _write(path: Path, notes: _Notes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.write_bytes(TypeAdapter(_Notes).dump_json(notes))
    partial.replace(path)
