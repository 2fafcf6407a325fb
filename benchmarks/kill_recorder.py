"""Kills a recording process again and again: `python benchmarks/kill_recorder.py [--kills 100]`."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.record.killing import kill_again_and_again


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-kill-") as name:
        cost = kill_again_and_again(Path(name), args.kills, random.Random(args.seed))
    print(json.dumps(asdict(cost)))
    return int(cost.broken > 0 or cost.unexplained > 0 or cost.worst_lost_us > 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
