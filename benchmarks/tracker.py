"""Speed and quality of the tracker, beside another package's ByteTrack when one is given.

    python benchmarks/tracker.py [--against PYTHON] [--seeds N]

PYTHON is the interpreter of an environment with the package `trackers`; both get the very same
detections in one run. Prints JSON: milliseconds per picture by number of objects with the ratio,
and IDF1, MOTA, HOTA on the TUD sequences, whose truth the package motmetrics carries; detections
are that truth with seeded noise, misses behind others, doubles and false boxes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Detections
from vedette.track.follow import follow
from vedette.track.mot import labelled_of, read_rows
from vedette.track.score import Labelled, TrackScore, score_tracks
from vedette.track.two_stage import TwoStage

Floats = NDArray[np.float64]

SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")
SIZE_PX = np.array([640.0, 480.0, 640.0, 480.0])
FPS = 25.0
OTHER = Path(__file__).with_name("bytetrack.py")


@dataclass(frozen=True, kw_only=True)
class Input:
    """Detections of a sequence, boxes as corners in pixels."""

    fps: float
    box: tuple[Floats, ...]
    score: tuple[Floats, ...]


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a tracker made of them."""

    ms: float
    """Median per picture."""
    found: tuple[Labelled, ...]
    live: tuple[Labelled, ...] = ()
    """What was told at the time, before it was known which tracks would be confirmed."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--against", metavar="PYTHON", help="interpreter that has `trackers`")
    parser.add_argument("--seeds", type=int, default=10, help="noise drawn so many times")
    options = parser.parse_args()
    result = {
        "speed": [speed(n, options.against) for n in (1, 5, 20, 50)],
        "quality": list(quality(options.seeds, options.against)),
    }
    print(json.dumps(result, indent=1))


def speed(objects: int, against: str | None) -> dict[str, object]:
    """Milliseconds for a picture of so many objects; the best of three rounds, taken in turn."""
    given = crowd(objects)
    ours, theirs = [], []
    for _ in range(3):
        ours.append(track(given).ms)
        if against:
            theirs.append(track_there(against, given, "own").ms)
    said: dict[str, object] = {"objects": objects, "ms": round(min(ours), 4)}
    if theirs:
        said |= {"other_ms": round(min(theirs), 4), "ratio": round(min(theirs) / min(ours), 2)}
    return said


def quality(seeds: int, against: str | None) -> Iterator[dict[str, object]]:
    """Mean scores over seeds, for every sequence at full and at low rate."""
    for name in SEQUENCES:
        for step in (1, 3, 5):
            truth = every(tud(name), step)
            inputs = [perturbed(truth, FPS / step, seed) for seed in range(seeds)]
            said: dict[str, object] = {"sequence": name, "fps": FPS / step}
            outputs = [track(one) for one in inputs]
            said["ours"] = mean(score(truth, one) for one in outputs)
            said["ours_live"] = mean(score(truth, replace(one, found=one.live)) for one in outputs)
            if against:
                for threshold in ("own", "0.35"):
                    theirs = [track_there(against, one, threshold) for one in inputs]
                    said[f"bytetrack_{threshold}"] = mean(score(truth, one) for one in theirs)
            yield said


def crowd(objects: int, frames: int = 300) -> Input:
    """So many people walking about, always seen."""
    random = np.random.default_rng(objects)
    centre = random.uniform(0.15, 0.85, (objects, 2))
    speed_s = random.normal(0, 0.02, (objects, 2))
    half = random.uniform([0.015, 0.04], [0.03, 0.1], (objects, 2))
    boxes = []
    for frame in range(frames):
        at = centre + speed_s * np.sin(frame / FPS) + random.normal(0, 0.001, (objects, 2))
        boxes.append(np.concatenate([at - half, at + half], axis=1) * SIZE_PX)
    score = tuple(random.uniform(0.75, 0.95, objects) for _ in range(frames))
    return Input(fps=FPS, box=tuple(boxes), score=score)


def tud(name: str) -> tuple[Labelled, ...]:
    """Truth of a sequence, from the package motmetrics."""
    spec = importlib.util.find_spec("motmetrics")
    if spec is None or spec.origin is None:
        raise SystemExit("the package motmetrics, which carries the truth, is not installed")
    rows = labelled_of(read_rows(Path(spec.origin).parent / "data" / name / "gt.txt"))
    return tuple(rows[number] for number in range(1, max(rows) + 1))


def every(truth: Sequence[Labelled], step: int) -> tuple[Labelled, ...]:
    """Fewer pictures a second."""
    return tuple(truth[::step])


def perturbed(truth: Sequence[Labelled], fps: float, seed: int) -> Input:
    """Truth as a middling detector would see it."""
    random = np.random.default_rng(seed)
    boxes, scores = [], []
    for picture in truth:
        covered = hidden(picture.box)
        size = np.tile(picture.box[:, 2:] - picture.box[:, :2], 2)
        seen = random.random(len(covered)) > 0.05 + 0.7 * (covered > 0.6)
        box = picture.box + random.normal(0, 0.035, picture.box.shape) * size
        score = np.clip(0.85 - 0.6 * covered + random.normal(0, 0.12, len(covered)), 0.1, 1)
        twice = seen & (random.random(len(seen)) < 0.02)
        shifted = box[twice] + random.normal(0, 0.12, (int(twice.sum()), 4)) * size[twice]
        false = int(random.poisson(0.3))
        at, extent = random.uniform(0, 0.8, (false, 2)), random.uniform(0.05, 0.3, (false, 2))
        wrong = np.concatenate([at, at + extent], axis=1) * SIZE_PX
        boxes.append(np.concatenate([box[seen], shifted, wrong]))
        low = random.uniform(0.1, 0.6, len(shifted) + false)
        scores.append(np.concatenate([score[seen], low]))
    return Input(fps=fps, box=tuple(boxes), score=tuple(scores))


def hidden(box: Floats) -> Floats:
    """[n] greatest share of each box that is covered by one that stands nearer."""
    shared = np.minimum(box[:, None, 2:], box[:, 2:]) - np.maximum(box[:, None, :2], box[:, :2])
    common = np.clip(shared, 0, None).prod(axis=2)
    nearer = box[:, 3] > box[:, None, 3]
    share: Floats = (common * nearer / (box[:, 2:] - box[:, :2]).prod(axis=1)[:, None]).max(axis=1)
    return share


def track(given: Input) -> Output:
    """Run our tracker."""
    pictures = [
        Detections(
            box=(box / SIZE_PX).astype(np.float32),
            score=score.astype(np.float32),
            label=np.full(len(score), "person"),
        )
        for box, score in zip(given.box, given.score, strict=True)
    ]
    followed = follow(TwoStage(), pictures, given.fps, time.perf_counter)
    return Output(
        ms=statistics.median(followed.took_s) * 1e3,
        found=tuple(replace(one, box=one.box * SIZE_PX) for one in followed.found),
        live=tuple(replace(one, box=one.box * SIZE_PX) for one in followed.live),
    )


def track_there(python: str, given: Input, threshold: str) -> Output:
    """Run the other package's in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.json"
        frame = np.repeat(np.arange(len(given.box)), [len(box) for box in given.box])
        box, score = np.concatenate(given.box), np.concatenate(given.score)
        np.savez(source, frame=frame, box=box, score=score, frames=len(given.box))
        arguments = [str(source), str(target), str(given.fps), threshold]
        subprocess.run([python, str(OTHER), *arguments], check=True)
        said = json.loads(target.read_text())
    found = tuple(
        Labelled(
            ids=np.array([row[0] for row in rows], np.int64),
            box=np.array([row[1:] for row in rows]).reshape(-1, 4),
        )
        for rows in said["found"]
    )
    return Output(ms=said["ms"], found=found)


def score(truth: Sequence[Labelled], output: Output) -> TrackScore:
    """One run's scores."""
    return score_tracks(dict(enumerate(truth)), dict(enumerate(output.found)))


def mean(scores: Iterator[TrackScore]) -> dict[str, float]:
    """Over the seeds."""
    every_one = list(scores)
    return {
        name: round(statistics.fmean(getattr(one, name) for one in every_one), 4)
        for name in ("idf1", "mota", "hota", "idsw")
    }


if __name__ == "__main__":
    main()
