"""`vedette eval`: the pipeline, as configured for real use, against a clip whose truth is known."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from vedette.cli import mot
from vedette.cli.clips import allowed_for, detector_named, source_named
from vedette.core.clock import RealClock
from vedette.core.facts import Event
from vedette.core.ports import DetectorPlace
from vedette.pipeline.build import Builder
from vedette.pipeline.replay import replay
from vedette.pipeline.score import Result, Score, Seen, score
from vedette.pipeline.truth import Truth, camera_of, read_truth

__all__ = ["evaluate", "register"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("eval", help="score the pipeline on a clip whose truth is known")
    parser.add_argument("clip", help="video file, or `mot` to score tracks in MOT form")
    parser.add_argument("--truth", type=Path, help="truth file (form: docs/ref/truth.md)")
    parser.add_argument("--model", help="installed model, ONNX file or `classical`")
    parser.add_argument("--fps", type=float, help="analysed pictures per second")
    parser.add_argument("--models", type=Path, default=Path("data/models"), help="model folder")
    parser.add_argument("--json", action="store_true", help="print JSON")
    mot.add_arguments(parser)
    parser.set_defaults(func=_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an evaluation found."""

    clip: str
    model: str
    analysed_fps: float
    result: Result
    speed_x_realtime: float
    events: tuple[Event, ...] = ()

    def as_json(self) -> dict[str, JsonValue]:
        """The form that `--json` prints."""
        total = self.result.total()
        return {
            "clip": self.clip,
            "model": self.model,
            "analysed_fps": round(self.analysed_fps, 2),
            "lines": [asdict(one) for one in self.result.lines],
            "zones": [asdict(one) for one in self.result.zones],
            "occupancy": asdict(self.result.occupancy),
            "quiet_false": self.result.quiet_false,
            "total": {
                "tp": total.tp,
                "fp": total.fp,
                "fn": total.fn,
                "precision": _share(total.tp, total.fp),
                "recall": _share(total.tp, total.fn),
                "f1": _share(2 * total.tp, total.fp + total.fn),
            },
            "speed_x_realtime": round(self.speed_x_realtime, 2),
        }


def evaluate(
    clip: Path, truth: Truth, model: str | None, fps: float | None, models: Path
) -> Evaluation:
    """Run a clip through a lane and score what came of it."""
    source = source_named(str(clip))
    camera = replace(camera_of(truth, source, fps), detector=detector_named(model))
    builder = Builder(DetectorPlace(models=models, model=model or ""))
    events: list[Event] = []
    seen: list[Seen] = []
    start_us: int | None = None
    try:
        built = builder.lane(camera, "UTC")
        began = time.perf_counter()
        for step in replay(camera, built, allowed_for(source), RealClock()):
            if start_us is None:
                start_us = step.frame.t_us
            at = (step.frame.t_us - start_us) / 1_000_000
            seen.append(Seen(t=at, tracks=step.observation.tracks))
            events.extend(step.events)
        took = time.perf_counter() - began
    finally:
        builder.close()
    length = seen[-1].t if seen else 0.0
    return Evaluation(
        clip=clip.name,
        model=built.detector_name,
        analysed_fps=(len(seen) - 1) / length if length else 0.0,
        result=score(truth, events, seen, start_us or 0),
        speed_x_realtime=length / took if took else 0.0,
        events=tuple(events),
    )


def _run(args: argparse.Namespace) -> int:
    if args.clip == "mot":
        return mot.run(args)
    if args.truth is None:
        raise SystemExit("vedette eval: --truth FILE is needed")
    found = evaluate(Path(args.clip), read_truth(args.truth), args.model, args.fps, args.models)
    if args.json:
        print(json.dumps(found.as_json()))
        return 0
    print(f"{found.clip} with {found.model} at {found.analysed_fps:.1f} pictures/s")
    for one in (*found.result.lines, *found.result.zones, found.result.total()):
        _print(one)
    counted = found.result.occupancy
    if counted.n:
        print(
            f"  counted right {counted.within_tol} of {counted.n} times, off by {counted.mae:.2f}"
        )
    print(f"  false in quiet spans: {found.result.quiet_false}")
    print(f"  speed: {found.speed_x_realtime:.1f} x real time")
    return 0


def _print(one: Score) -> None:
    print(f"  {one.name:<20} hits {one.tp:>3}   false {one.fp:>3}   missed {one.fn:>3}")


def _share(part: int, rest: int) -> float:
    return round(part / (part + rest), 4) if part + rest else 1.0
