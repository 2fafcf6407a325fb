"""Kills a recording process at random moments and says what that cost."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.record import mortal
from tests.record.desk import counted, shown
from vedette.core.footage import Gap, Segment
from vedette.record.journal import START, link, read_journal
from vedette.record.mending import mend
from vedette.testing.clips import Encoding, encode

__all__ = ["Cost", "kill_again_and_again"]

# Forked from a process that has everything loaded already: starting one costs seconds.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.record.mortal"])


@dataclass(frozen=True, slots=True)
class Cost:
    """What all the kills cost together."""

    kills: int
    files: int
    worst_lost_us: int
    unexplained: int
    """Holes between files that no gap of the ledger covers."""
    broken: int
    """Files that do not play to their end, or whose hash or chain is wrong."""


def kill_again_and_again(folder: Path, kills: int, chance: random.Random) -> Cost:
    """Start, let it run for a random time, kill; at the end look at everything."""
    root = folder / "archive"
    film = encode(counted(40), folder / "film.mp4", Encoding(fps=20.0, gop_s=0.5))
    lost_us = []
    for _ in range(kills):
        first_us, taken_us = _run(root, film, chance.uniform(0.2, 1.8))
        # A process may be killed before anything of it is on disk.
        lost_us.append(max(0, taken_us - max(first_us, _last_end_us(root))))
    rows = [one for one in _entries(root) if isinstance(one, Segment)]
    gaps = [one for one in _entries(root) if isinstance(one, Gap)]
    rows.sort(key=lambda one: one.start_us)
    holes = [
        (a.end_us, b.start_us) for a, b in itertools.pairwise(rows) if b.start_us - a.end_us > 1_000
    ]
    unexplained = sum(
        not any(gap.start_us <= begin and (gap.end_us or 0) >= end for gap in gaps)
        for begin, end in holes
    )
    return Cost(kills, len(rows), max(lost_us), unexplained, _broken(root, rows))


def _run(root: Path, film: Path, seconds: float) -> tuple[int, int]:
    """When the first and the last picture were handed over before it was killed."""
    first_us, taken_us = _FORKS.RawValue("q", 0), _FORKS.RawValue("q", 0)
    taken = (first_us, taken_us)
    child = _FORKS.Process(target=mortal.main, args=(root, film, taken), daemon=True)
    child.start()
    try:
        until = time.monotonic() + 20
        while not taken_us.value and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(seconds)
    finally:
        child.kill()
        child.join()
    return int(first_us.value), int(taken_us.value)


def _last_end_us(root: Path) -> int:
    standing = mend(root, "gate", "main")
    return standing.end_us or 0


def _entries(root: Path) -> list[object]:
    return [
        entry
        for journal in sorted(root.glob("gate/main/*/journal.jsonl"))
        for entry in read_journal(journal).entries
    ]


def _broken(root: Path, rows: list[Segment]) -> int:
    broken, chain = 0, START
    for row in rows:
        chain = link(chain, row.start_us, row.size, row.sha256)
        whole = (root / row.path).stat().st_size == row.size
        broken += not (whole and chain == row.chain and len(shown(root / row.path)) == row.frames)
    return broken + abs(len(list(root.glob("gate/main/*/*/*.mp4"))) - len(rows))
