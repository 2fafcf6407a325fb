"""Eight cameras for half an hour: rates, memory, and ten deaths of the server that serves them.

`python benchmarks/soak.py [--minutes 30] [--cameras 8] [--kills 10]` prints JSON. Everything stays
on loopback and ends by itself.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.end_to_end.installation import Installation, running, until
from vedette.core.site import Camera, RuleSpec, Spec, Stream
from vedette.testing.rtsp import ChildMount, ChildPlan, RtspProcess
from vedette.testing.scenes import Playing, Scene, build, film

WARM_S = 300.0
EVERY_S = 10.0


@dataclass
class Watch:
    """What was seen so far."""

    installation: Installation
    began: float
    rss_mib: list[tuple[float, float]] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)

    def look(self, *, rates: bool) -> None:
        """Note memory, and rates where nothing was just broken."""
        tree = [psutil.Process(self.installation.process.pid)]
        tree += tree[0].children(recursive=True)
        rss = sum(one.memory_info().rss for one in tree) / 2**20
        self.rss_mib.append((time.monotonic() - self.began, rss))
        if rates:
            for name, lane in self.installation.lanes().items():
                self.rates.setdefault(name, []).append(lane["fps"] / lane["wanted_fps"])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--cameras", type=int, default=8)
    options.add_argument("--kills", type=int, default=10)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-soak-") as name:
        print(json.dumps(soak(Path(name), args)))
    return 0


def soak(folder: Path, args: argparse.Namespace) -> dict[str, object]:
    """Run it; the figures."""
    shown = film(Scene(build("yard"), Playing(fps=10)), folder)
    mount = ChildMount(path="cam{n}", clip=str(shown.path), count=args.cameras, spread_s=60)
    names = [f"cam{n}" for n in range(args.cameras)]
    with RtspProcess(ChildPlan(mounts=(mount,))) as server, running(folder / "data") as vedette:
        for one in names:
            source = Spec(kind="rtsp", options={"url": server.url(one)})
            rules = tuple(
                RuleSpec(id=x.id, name=x.name, kind="crossing", options={"line": x.id})
                for x in shown.truth.lines
            )
            vedette.add(
                Camera(
                    id=one, name=one, streams=(Stream(source=source),),
                    lines=shown.truth.lines, rules=rules,
                    # Awake always, so that the rate is the configured one all the time.
                    gate=Spec(kind="always"),
                )
            )  # fmt: skip
        until(lambda: vedette.is_running(*names), 60, "all cameras live")
        watch = Watch(vedette, time.monotonic())
        ends = watch.began + args.minutes * 60
        back: list[float] = []
        while time.monotonic() < ends - args.kills * 20:
            time.sleep(EVERY_S)
            watch.look(rates=True)
        for _ in range(args.kills):
            server.kill()
            time.sleep(3)
            server.start()
            began = time.monotonic()
            until(lambda: vedette.is_running(*names), 30, "all cameras live again")
            back.append(time.monotonic() - began)
            time.sleep(6)
            watch.look(rates=False)
        return figures(watch, back)


def figures(watch: Watch, back: list[float]) -> dict[str, object]:
    """In numbers."""
    warm = [(t, rss) for t, rss in watch.rss_mib if t >= min(WARM_S, watch.rss_mib[-1][0] / 3)]
    hours = (warm[-1][0] - warm[0][0]) / 3600
    steady = [ratio for ratios in watch.rates.values() for ratio in ratios[2:]]
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "revision": revision.stdout.strip(),
        "minutes": round(watch.rss_mib[-1][0] / 60, 1),
        "cameras": len(watch.rates),
        "rss_mib_when_warm": round(warm[0][1], 1),
        "rss_mib_at_end": round(warm[-1][1], 1),
        "growth_percent_per_hour": round((warm[-1][1] / warm[0][1] - 1) * 100 / hours, 2),
        "rate_share_min": round(min(steady), 4),
        "rate_share_mean": round(sum(steady) / len(steady), 4),
        "kills": len(back),
        "live_again_s_max": round(max(back), 2) if back else None,
    }


if __name__ == "__main__":
    sys.exit(main())
