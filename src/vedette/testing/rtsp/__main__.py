"""`python -m vedette.testing.rtsp --mount cam{n}=x.mp4 --count 9`: serve until stdin closes."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from pydantic import TypeAdapter

from vedette.testing.clips import load
from vedette.testing.rtsp.child import ChildMount, ChildPlan
from vedette.testing.rtsp.mount import MountOptions, MountStats
from vedette.testing.rtsp.server import RtspServer


def main(arguments: list[str]) -> int:
    """Serve; each line `stats` on standard input is answered with the sums as JSON."""
    plan, port = _read_arguments(arguments)
    with RtspServer(port=port) as server:
        _add_mounts(server, plan)
        _say(f"ready {server.port}")
        for line in sys.stdin:
            if line.strip() == "stats":
                _say(TypeAdapter(MountStats).dump_json(_sum(server)).decode())
    return 0


def _read_arguments(arguments: list[str]) -> tuple[ChildPlan, int]:
    parser = argparse.ArgumentParser(prog="python -m vedette.testing.rtsp", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--mount", action="append", default=[], metavar="PATH=FILE")
    parser.add_argument("--count", type=int, default=1, help="mounts for each {n} in a path")
    parser.add_argument("--spread-s", type=float, default=0.0, help="spread of their offsets")
    parser.add_argument("--pace-s", type=float, default=0.0, help="time over which a frame is sent")
    parser.add_argument("--plan", help="all of it as JSON instead")
    said = parser.parse_args(arguments)
    if said.plan:
        return TypeAdapter(ChildPlan).validate_json(said.plan), said.port
    named = [mount.partition("=") for mount in said.mount]
    mounts = tuple(
        ChildMount(
            path=path, clip=file, count=said.count if "{n}" in path else 1, spread_s=said.spread_s
        )
        for path, _, file in named
    )
    return ChildPlan(mounts=mounts, pace_s=said.pace_s), said.port


def _add_mounts(server: RtspServer, plan: ChildPlan) -> None:
    for mount in plan.mounts:
        clip = load(Path(mount.clip))
        for n in range(mount.count):
            options = MountOptions(
                offset_s=mount.spread_s * n / mount.count,
                pace_s=plan.pace_s,
                join=plan.join,
            )
            server.add(mount.path.replace("{n}", str(n)), clip, options)


def _sum(server: RtspServer) -> MountStats:
    stats = [mount.snapshot() for mount in server.mounts()]
    return MountStats(
        **{f.name: sum(getattr(one, f.name) for one in stats) for f in fields(MountStats)}
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
