"""`vedette analyze`: any file or stream, without the server."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

import yaml
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from vedette.cli.clips import allowed_for, detector_named, source_named
from vedette.core.clock import RealClock
from vedette.core.codec import encode
from vedette.core.errors import ConfigError
from vedette.core.facts import Point
from vedette.core.geometry import anchor_of
from vedette.core.plugins import validation_error
from vedette.core.ports import DetectorPlace
from vedette.core.site import Camera, Line, RuleSpec, Site, Stream, Zone
from vedette.ingest.probe import length_s
from vedette.pipeline.build import Builder
from vedette.pipeline.evidence import jpeg
from vedette.pipeline.lane import Step
from vedette.pipeline.replay import replay
from vedette.record.video import VideoFile
from vedette.report.draw import draw_box, draw_site, draw_tracks

__all__ = ["register"]

_TRAIL_S = 4.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("analyze", help="analyse a file or stream without the server")
    parser.add_argument("source", metavar="SOURCE", help="video file, rtsp:// or http:// address")
    parser.add_argument("--config", type=Path, metavar="FILE", help="site file with the camera")
    parser.add_argument("--camera", help="id of the camera in the site file (default: the first)")
    parser.add_argument(
        "--zone",
        action="append",
        default=[],
        metavar="NAME:X,Y X,Y X,Y …",
        help="an area nobody may enter, corners as fractions; may be repeated",
    )
    parser.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="NAME:X,Y X,Y …",
        help="a line that counts who crosses it; may be repeated",
    )
    parser.add_argument("--model", help="installed model, ONNX file or `classical`")
    parser.add_argument("--models", type=Path, default=Path("data/models"), help="model folder")
    parser.add_argument("--fps", type=float, help="analysed pictures per second")
    parser.add_argument("--seconds", type=float, help="stop after this much of the source")
    parser.add_argument("--out", type=Path, help="folder for the results")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(func=_run)


@dataclass
class _Results:
    """What is written as it is found, so that an interruption keeps what is done."""

    folder: Path | None
    camera: Camera
    frames: int = 0
    first_us: int | None = None
    last_us: int = 0
    events: Counter[str] = field(default_factory=Counter)
    labels: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False
    _files: dict[str, TextIO] = field(default_factory=dict)
    _video: VideoFile | None = None
    _trails: dict[str, list[Point]] = field(default_factory=dict)

    def take(self, step: Step) -> float:
        """Write what a frame told; the answer is how far into the source it was, in seconds."""
        if self.first_us is None:
            self.first_us = step.frame.t_us
        self.frames += 1
        self.last_us = step.frame.t_us
        for track in step.observation.tracks:
            if track.state == "confirmed":
                self.labels[track.id] = track.label
        for event in step.events:
            self.events[event.rule] += 1
        at = (self.last_us - self.first_us) / 1_000_000
        if self.folder is not None:
            self._write(self.folder, step, at)
        return at

    def _write(self, folder: Path, step: Step, at: float) -> None:
        if step.observation.tracks:
            self._line(folder / "tracks.jsonl", encode(step.observation))
        for event in step.events:
            self._line(folder / "events.jsonl", encode(replace(event, snapshot=f"{event.id}.jpg")))
            picture = folder / "snapshots" / f"{event.id}.jpg"
            picture.parent.mkdir(exist_ok=True)
            picture.write_bytes(jpeg(step.frame))
        self._draw(folder, step, at)

    def _draw(self, folder: Path, step: Step, at: float) -> None:
        frame = step.frame
        if self._video is None:
            self._video = VideoFile(folder / "annotated.mp4", frame.width, frame.height)
        rgb = frame.rgb()
        there = [t for t in step.observation.tracks if t.state == "confirmed"]
        for track in there:
            trail = self._trails.setdefault(track.id, [])
            trail.append(anchor_of(track.box, "foot"))
            del trail[: -round(_TRAIL_S * self.camera.analyse_fps)]
        draw_site(rgb, self.camera)
        draw_tracks(rgb, there, self._trails)
        for event in step.events:
            for box in event.boxes:
                draw_box(rgb, box, event.rule, alarm=True)
        self._video.add(rgb, at)
        self._trails = {t.id: self._trails[t.id] for t in there}

    def _line(self, path: Path, raw: bytes) -> None:
        if path.name not in self._files:
            self._files[path.name] = path.open("w", encoding="utf-8")
        self._files[path.name].write(raw.decode("utf-8") + "\n")

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        if self._video is not None:
            self._video.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Summary:
    source: str
    model: str
    seconds: float
    frames: int
    events: dict[str, int]
    tracks: dict[str, int]
    speed_x_realtime: float
    interrupted: bool
    out: str | None


def _run(args: argparse.Namespace) -> int:
    camera = _camera(args)
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
    results = _Results(folder=args.out, camera=camera)
    builder = Builder(DetectorPlace(models=args.models, model=args.model or ""))
    began = time.perf_counter()
    try:
        built = builder.lane(camera, camera.time_zone or "UTC")
        source = camera.streams[0].source
        steps = replay(camera, built, allowed_for(source), RealClock())
        with _bar(quiet=args.json) as bar:
            task = bar.add_task(args.source, total=args.seconds or length_s(source))
            for step in steps:
                at = results.take(step)
                bar.update(task, completed=at)
                if args.seconds is not None and at >= args.seconds:
                    break
    except KeyboardInterrupt:
        results.interrupted = True
    finally:
        results.close()
        builder.close()
    summary = _summary(args, results, built.detector_name, time.perf_counter() - began)
    if args.out is not None:
        (args.out / "summary.json").write_bytes(TypeAdapter(_Summary).dump_json(summary, indent=2))
    _print(summary, as_json=args.json)
    return 130 if results.interrupted else 0


def _camera(args: argparse.Namespace) -> Camera:
    stream = Stream(source=source_named(args.source), roles=("analyse",))
    camera = Camera(id="source", name=args.source[:120], streams=(stream,))
    if args.config is not None:
        camera = replace(_from_site(args.config, args.camera), streams=(stream,))
    zones = tuple(_zone(n, text) for n, text in enumerate(args.zone, 1))
    lines = tuple(_line(n, text) for n, text in enumerate(args.line, 1))
    rules = (
        *(RuleSpec(id=z.id, name=z.name, kind="intrusion", options={"zone": z.id}) for z in zones),
        *(RuleSpec(id=x.id, name=x.name, kind="crossing", options={"line": x.id}) for x in lines),
    )
    camera = replace(
        camera,
        zones=(*camera.zones, *zones),
        lines=(*camera.lines, *lines),
        rules=(*camera.rules, *rules),
    )
    if args.model is not None:
        camera = replace(camera, detector=detector_named(args.model))
    return camera if args.fps is None else replace(camera, analyse_fps=args.fps)


def _from_site(file: Path, camera_id: str | None) -> Camera:
    try:
        site = TypeAdapter(Site).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"site file {file} cannot be read: {error}") from error
    except ValidationError as error:
        raise validation_error(error, path=(str(file),)) from None
    if not site.cameras:
        raise ConfigError(f"site file {file} has no cameras")
    return site.camera(camera_id) if camera_id else site.cameras[0]


def _zone(number: int, text: str) -> Zone:
    name, points = _shape(text, 3, "--zone")
    return Zone(id=f"zone-{number}", name=name, polygon=points)


def _line(number: int, text: str) -> Line:
    name, points = _shape(text, 2, "--line")
    return Line(id=f"line-{number}", name=name, points=points)


def _shape(text: str, at_least: int, option: str) -> tuple[str, tuple[Point, ...]]:
    name, colon, rest = text.rpartition(":")
    try:
        points = tuple((float(x), float(y)) for x, y in (p.split(",") for p in rest.split()))
    except ValueError:
        raise ConfigError(f"{option} wants NAME:X,Y X,Y …, got {text!r}") from None
    if len(points) < at_least:
        raise ConfigError(f"{option} {text!r} has {len(points)} points, needs {at_least}")
    if any(not (0 <= x <= 1 and 0 <= y <= 1) for x, y in points):
        raise ConfigError(f"{option} {text!r}: coordinates are fractions from 0 to 1")
    return (name if colon and name else option.strip("-")), points


def _bar(*, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
    )


def _summary(args: argparse.Namespace, done: _Results, model: str, took: float) -> _Summary:
    seconds = (done.last_us - done.first_us) / 1_000_000 if done.first_us is not None else 0.0
    return _Summary(
        source=args.source,
        model=model,
        seconds=round(seconds, 2),
        frames=done.frames,
        events=dict(done.events),
        tracks=dict(Counter(done.labels.values())),
        speed_x_realtime=round(seconds / took, 2) if took else 0.0,
        interrupted=done.interrupted,
        out=str(args.out) if args.out is not None else None,
    )


def _print(summary: _Summary, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(TypeAdapter(_Summary).dump_python(summary)))
        return
    print(f"{summary.source}: {summary.seconds:.1f} s looked at with {summary.model}")
    for rule, count in sorted(summary.events.items()):
        print(f"  {rule}: {count} events")
    for label, count in sorted(summary.tracks.items()):
        print(f"  {count} × {label} followed")
    if summary.interrupted:
        print("  interrupted: what was done so far is kept")
    if summary.out:
        print(f"  results in {summary.out}")
