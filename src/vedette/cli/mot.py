"""`vedette eval mot`: the tracker against truth in MOT Challenge form."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from vedette.core import plugins
from vedette.core.errors import ConfigError
from vedette.core.ports import Tracker
from vedette.core.site import Spec
from vedette.track.follow import follow
from vedette.track.kalman import Floats
from vedette.track.mot import detections_of, has_ids, labelled_of, read_rows, sequence_of
from vedette.track.score import Labelled, TrackScore, score_tracks

__all__ = ["Result", "add_arguments", "evaluate", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Scores of one sequence."""

    score: TrackScore
    fps: float | None
    """Pictures a second the tracker alone can take; None where it did not run."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `vedette eval mot` understands besides --fps and --json."""
    group = parser.add_argument_group("tracks in MOT form (vedette eval mot)")
    group.add_argument("--gt", type=Path, help="true tracks: gt.txt")
    group.add_argument(
        "--det",
        type=Path,
        help="detections (ids are -1), which the default tracker follows, or tracks with ids, "
        "which are scored as they are; a seqinfo.ini beside says picture size and rate",
    )


def run(args: argparse.Namespace) -> int:
    """Score and print."""
    if args.gt is None or args.det is None:
        raise ConfigError("`vedette eval mot` needs --gt and --det")
    result = evaluate(args.gt, args.det, args.fps)
    said = {key: round(value, 6) for key, value in asdict(result.score).items()}
    said["fps"] = None if result.fps is None else round(result.fps, 1)
    if args.json:
        print(json.dumps(said))
        return 0
    print("  ".join(f"{key} {value}" for key, value in said.items()))
    return 0


def evaluate(truth: Path, given: Path, fps: float | None = None) -> Result:
    """Score tracks, or detections followed by the default tracker; `fps` overrides seqinfo's."""
    true_rows, rows = read_rows(truth), read_rows(given)
    there = labelled_of(true_rows)
    if has_ids(rows):
        return Result(score=score_tracks(there, labelled_of(rows)), fps=None)
    found, rate = _follow(given, true_rows, rows, fps)
    return Result(score=score_tracks(there, found), fps=rate)


def _follow(
    given: Path, true_rows: Floats, rows: Floats, fps: float | None
) -> tuple[Mapping[int, Labelled], float]:
    """Tracks in pixels by picture, and how many pictures a second the tracker took."""
    sequence = sequence_of(given, np.concatenate([true_rows[:, :7], rows[:, :7]]))
    tracker: Tracker = plugins.build("tracker", Spec(kind="two_stage"))
    pictures = detections_of(rows, sequence)
    followed = follow(tracker, pictures, fps or sequence.fps, time.perf_counter)
    size = np.array([sequence.width_px, sequence.height_px] * 2)
    found = {
        number: replace(one, box=one.box * size) for number, one in enumerate(followed.found, 1)
    }
    return found, len(pictures) / max(sum(followed.took_s), 1e-9)
