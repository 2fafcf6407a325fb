"""`vedette bench`: what a frame costs, stage by stage, against the budgets."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from vedette.core.ports import DetectorPlace

__all__ = ["register"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("bench", help="measure what a frame costs on this machine")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to receive for")
    parser.add_argument("--model", default="", help="also measure this installed model or file")
    parser.add_argument("--models", type=Path, default=Path("data/models"), help="model folder")
    parser.add_argument(
        "--tracker-against",
        metavar="PYTHON",
        help="Python with the `trackers` package, to compare our tracker with its ByteTrack",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(func=_run)


def _run(args: argparse.Namespace) -> int:
    # The bench drags test servers in, which nothing else should load.
    from vedette.testing.stages import BUDGETS_MS, measure_stages

    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        place = DetectorPlace(models=args.models, model=args.model)
        costs = measure_stages(Path(folder), args.seconds, place)
    baseline = next(c.median_ms for c in costs if c.stage.startswith("for comparison"))
    rows = [
        {
            "stage": cost.stage,
            "frames": len(cost.ms),
            "median_ms": round(cost.median_ms, 4),
            "p95_ms": round(cost.p95_ms, 4),
            "budget_ms": BUDGETS_MS.get(cost.stage),
            "share_of_jpeg_baseline": round(cost.median_ms / baseline, 4) if baseline else None,
        }
        for cost in costs
    ]
    report = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}",
        "stages": rows,
        "tracker": _tracker(args.tracker_against) if args.tracker_against else None,
    }
    if args.json:
        print(json.dumps(report))
        return 0
    print(report["machine"])
    print(f"{'stage':<48}{'frames':>8}{'median ms':>11}{'p95 ms':>9}{'budget':>8}{'÷ JPEG':>9}")
    for row in rows:
        budget = row["budget_ms"]
        verdict = "" if budget is None else f"{budget:g}"
        print(
            f"{row['stage']:<48}{row['frames']:>8}{row['median_ms']:>11.3f}{row['p95_ms']:>9.3f}"
            f"{verdict:>8}{row['share_of_jpeg_baseline']:>9.3f}"
        )
    if report["tracker"]:
        print(f"tracker against ByteTrack of `trackers`: {report['tracker']}")
    return 0


def _tracker(python: str) -> object:
    script = Path(__file__).parents[3] / "benchmarks" / "tracker.py"
    done = subprocess.run(
        [sys.executable, str(script), "--against", python],
        check=True,
        capture_output=True,
        text=True,
    )
    compared: object = json.loads(done.stdout)
    return compared
