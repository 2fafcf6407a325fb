"""MOT Challenge text files: one box a line, in pixels."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vedette.core.errors import ConfigError
from vedette.core.media import Detections
from vedette.track.kalman import Floats
from vedette.track.score import Labelled

__all__ = ["Sequence", "detections_of", "has_ids", "labelled_of", "read_rows", "sequence_of"]

_FRAME, _ID, _BOX, _SCORE, _CLASS = 0, 1, slice(2, 6), 6, 7
_MOT16_COLUMNS = 9
"""Truth of 2016 and later has the class in column 8; before, there were world coordinates."""
_PEDESTRIAN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What the files do not say of a sequence."""

    width_px: int
    height_px: int
    fps: float
    frames: int
    """Pictures are numbered from 1 to this."""


def read_rows(file: Path) -> Floats:
    """[n, ≥ 7] the lines of a MOT file; ConfigError when it is none."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    try:
        rows = [
            [float(cell) for cell in line.replace(",", " ").split()]
            for line in text.splitlines()
            if line.strip()
        ]
    except ValueError as error:
        raise ConfigError(f"{file} is not a MOT file: {error}") from None
    if len({len(row) for row in rows}) > 1 or (rows and len(rows[0]) <= _SCORE):
        raise ConfigError(
            f"{file} is not a MOT file: expected lines of frame, id, x, y, width, height, score"
        )
    return np.array(rows, np.float64).reshape(len(rows), -1)


def sequence_of(file: Path, rows: Floats) -> Sequence:
    """Size and rate from the `seqinfo.ini` beside or above a file, else from the boxes."""
    frames = int(rows[:, _FRAME].max()) if len(rows) else 0
    for folder in (file.parent, file.parent.parent):
        info = folder / "seqinfo.ini"
        if info.is_file():
            return _read_info(info, frames)
    far = rows[:, 2:4] + rows[:, 4:6] if len(rows) else np.ones((1, 2))
    return Sequence(
        width_px=max(1, round(float(far[:, 0].max()))),
        height_px=max(1, round(float(far[:, 1].max()))),
        fps=25.0,
        frames=frames,
    )


def _read_info(file: Path, frames: int) -> Sequence:
    parser = configparser.ConfigParser()
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
        section = parser["Sequence"]
        return Sequence(
            width_px=section.getint("imWidth", 0),
            height_px=section.getint("imHeight", 0),
            fps=section.getfloat("frameRate", 25.0),
            frames=max(frames, section.getint("seqLength", 0)),
        )
    except (OSError, UnicodeDecodeError, ValueError, KeyError, configparser.Error) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error


def has_ids(rows: Floats) -> bool:
    """Whether the boxes have ids: detections have -1."""
    return bool((rows[:, _ID] >= 0).any())


def labelled_of(rows: Floats) -> Mapping[int, Labelled]:
    """Truth or results by picture, in pixels; boxes not to be counted (score 0) are left out."""
    rows = rows[rows[:, _SCORE] != 0]
    if rows.shape[1] == _MOT16_COLUMNS:
        rows = rows[rows[:, _CLASS] == _PEDESTRIAN]
    return {
        number: Labelled(ids=part[:, _ID].astype(np.int64), box=_corners(part))
        for number, part in _by_frame(rows).items()
    }


def detections_of(rows: Floats, sequence: Sequence) -> tuple[Detections, ...]:
    """Detections of every picture, as fractions of it."""
    size = np.array([sequence.width_px, sequence.height_px] * 2)
    rows = np.column_stack([rows[:, :_SCORE], _shares(rows[:, _SCORE])])
    by_frame = _by_frame(rows)
    nothing = np.zeros((0, _SCORE + 1))
    return tuple(
        Detections(
            box=(_corners(part) / size).astype(np.float32),
            score=part[:, _SCORE].astype(np.float32),
            label=np.full(len(part), "person"),
        )
        for number in range(1, sequence.frames + 1)
        for part in (by_frame.get(number, nothing),)
    )


def _shares(score: Floats) -> Floats:
    """Scores from 0 to 1; those of old detectors have scales of their own."""
    if not len(score) or (score.min() >= 0 and score.max() <= 1):
        return score
    low, high = np.percentile(score, [1, 99])
    shares: Floats = np.clip((score - low) / max(high - low, 1e-9), 0.0, 1.0)
    return shares


def _by_frame(rows: Floats) -> dict[int, Floats]:
    numbers = rows[:, _FRAME].astype(np.int64)
    return {int(number): rows[numbers == number] for number in np.unique(numbers)}


def _corners(rows: Floats) -> Floats:
    low = rows[:, 2:4]
    return np.concatenate([low, low + rows[:, 4:6]], axis=1)
