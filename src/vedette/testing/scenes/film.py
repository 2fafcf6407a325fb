"""A scene as a file: one loop of it, encoded as a camera would, with its truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from vedette.core.value import value
from vedette.testing.clips import Encoding, cached
from vedette.testing.scenes.scene import Scene
from vedette.testing.scenes.truth import SceneTruth, TruthBox

__all__ = ["Film", "FilmFrame", "film"]

_DRAWN_BY = "1"
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
    how = how or Encoding(fps=scene.playing.fps, quality=24)
    if how.fps != scene.playing.fps:
        raise ValueError(f"the scene is played at {scene.playing.fps} fps, not {how.fps}")
    optics = scene.stage.optics
    key = f"{_DRAWN_BY}|{scene.stage.name}|{optics}|{scene.playing}"
    path = cached(directory, key, how, lambda: (frame.planes for frame in scene.frames()))
    notes = _read_notes(path) or _write_notes(path, scene)
    return Film(path, notes.truth, notes.frames)


def _read_notes(path: Path) -> _Notes | None:
    beside = path.with_suffix(".json")
    return TypeAdapter(_Notes).validate_json(beside.read_bytes()) if beside.exists() else None


def _write_notes(path: Path, scene: Scene) -> _Notes:
    seen = (
        FilmFrame(index=index, boxes=scene.boxes(index / scene.playing.fps))
        for index in range(scene.loop_frames)
    )
    notes = _Notes(truth=scene.truth, frames=tuple(frame for frame in seen if frame.boxes))
    path.with_suffix(".json").write_bytes(TypeAdapter(_Notes).dump_json(notes))
    return notes
