"""The event store: durable events a second, and how long questions take when it is full.

    python benchmarks/events.py [--rows N] [--where ADDRESS] [--queries N]

ADDRESS is a database such as postgresql://…, empty; otherwise a SQLite file that is deleted at the
end. Rows are seeded: 100 cameras over 180 days, one of them with a tenth of all events, days busier
than nights. Prints JSON: rates, each beside bare SQL of the same driver where there is one, median
and 99th percentile of each question in milliseconds with its share of the budget, the time of this
process's processor (a busy machine does not change it; SQLite's work is in it), and what a flush
to this disk costs, without which the rates say little.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from vedette.core.facts import Event, Severity, event_id
from vedette.core.queries import EventQuery
from vedette.store import Store, open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
START_US = 1_763_000_000_000_000
DAY_US = 86_400_000_000
DAYS = 180
CAMERAS = 100
LABELS = ("person",) * 8 + ("car",) * 8 + ("bicycle",) * 3 + ("dog",)
BUDGET_RATE = 5_000.0
BUDGET_MS = 20.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=200_000, help="how full the store is")
    parser.add_argument("--where", help="an empty database; otherwise a SQLite file")
    parser.add_argument("--queries", type=int, default=200, help="of each question")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vedette-bench-", dir=Path.cwd()))
    try:
        where = options.where or str(folder / "events.db")
        store = open_store(where, KEY)
        result = {
            "rows": options.rows,
            "flush_ms": round(flush_ms(folder), 3),
            "insert": list(inserts(store, options.rows, folder)),
            "find": list(questions(store, options.queries)),
        }
        store.close()
        if not options.where:
            size = sum(path.stat().st_size for path in folder.glob("events.db*"))
            result["bytes_per_row"] = round(size / options.rows, 1)
    finally:
        shutil.rmtree(folder)
    print(json.dumps(result, indent=1))


def inserts(store: Store, rows: int, folder: Path) -> Iterator[dict[str, object]]:
    """Durable events a second, by how many are stored at once; the rest fills the store."""
    events = drawn(rows)
    for size, most in ((1, 500), (20, 5_000), (500, 50_000)):
        portion = list(islice(events, min(most, rows // 4)))
        seconds = timed(store.events.add_many, portion, size)
        rate = len(portion) / seconds
        said: dict[str, object] = {"at_once": size, "per_second": round(rate)}
        said["of_budget"] = round(rate / BUDGET_RATE, 2)
        if size > 1:
            bare = Bare(folder / f"bare-{size}.db")
            said["of_bare_sqlite"] = round(timed(bare.add, portion, size) / seconds, 2)
            bare.close()
        yield said
    begun, filled = time.perf_counter(), 0
    while portion := list(islice(events, 2_000)):
        filled += store.events.add_many(portion)
    yield {"at_once": 2_000, "per_second": round(filled / (time.perf_counter() - begun))}


def timed(add: Callable[[list[Event]], object], events: list[Event], size: int) -> float:
    """Seconds to add all, so many at once."""
    begun = time.perf_counter()
    for start in range(0, len(events), size):
        add(events[start : start + size])
    return time.perf_counter() - begun


class Bare:
    """The least that a durable row costs: one table, one index, no types."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE e (id TEXT PRIMARY KEY, camera, t_us, rule, label)")
        self._connection.execute("CREATE INDEX ct ON e (camera, t_us)")

    def add(self, events: list[Event]) -> None:
        """Store durably."""
        rows = [(one.id, one.camera, one.t_us, one.rule, one.label) for one in events]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT OR IGNORE INTO e VALUES (?, ?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def questions(store: Store, times: int) -> Iterator[dict[str, object]]:
    """How long each kind of question takes."""
    dice = random.Random(2)
    for name, ask in QUESTIONS.items():
        ask(store, dice)  # once before, as a server that has been up for a while
        taken = []
        busy = time.process_time()
        for _ in range(times):
            begun = time.perf_counter()
            ask(store, dice)
            taken.append((time.perf_counter() - begun) * 1_000)
        cpu_ms = (time.process_time() - busy) * 1_000 / times
        p99 = statistics.quantiles(taken, n=100)[98]
        yield {
            "question": name,
            "p50_ms": round(statistics.median(taken), 2),
            "p99_ms": round(p99, 2),
            "cpu_ms": round(cpu_ms, 2),
            "of_budget": round(p99 / BUDGET_MS, 2),
        }


def _newest(store: Store, dice: random.Random) -> None:
    store.events.find(EventQuery())


def _camera_day(store: Store, dice: random.Random) -> None:
    day_us = START_US + dice.randrange(DAYS) * DAY_US
    query = EventQuery(
        cameras=(_camera(dice),), after_us=day_us, before_us=day_us + DAY_US, limit=500
    )
    store.events.find(query)


def _rule_day(store: Store, dice: random.Random) -> None:
    day_us = START_US + dice.randrange(DAYS) * DAY_US
    store.events.find(EventQuery(rules=("zone",), after_us=day_us, before_us=day_us + DAY_US))


def _rare_label(store: Store, dice: random.Random) -> None:
    store.events.find(EventQuery(labels=("dog",), before_us=_moment(dice)))


def _camera_rare_label(store: Store, dice: random.Random) -> None:
    store.events.find(EventQuery(cameras=(_camera(dice),), labels=("bear",)))


def _some_cameras(store: Store, dice: random.Random) -> None:
    cameras = tuple({_camera(dice) for _ in range(20)})
    store.events.find(EventQuery(cameras=cameras, before_us=_moment(dice)))


def _all_cameras(store: Store, dice: random.Random) -> None:
    store.events.find(EventQuery(cameras=tuple(f"camera-{n:03d}" for n in range(CAMERAS))))


def _next_page(store: Store, dice: random.Random) -> None:
    page = store.events.find(EventQuery(before_us=_moment(dice)))
    store.events.find(EventQuery(before_us=_moment(dice), cursor=page.cursor))


def _one(store: Store, dice: random.Random) -> None:
    page = store.events.find(EventQuery(limit=1, before_us=_moment(dice)))
    for event in page.items:
        store.events.get(event.id)


def _waiting(store: Store, dice: random.Random) -> None:
    store.events.without_alarm(50)


QUESTIONS: dict[str, Callable[[Store, random.Random], None]] = {
    "newest 50": _newest,
    "one camera, one day": _camera_day,
    "one rule, one day": _rule_day,
    "a rare label, some time": _rare_label,
    "a label that one camera never saw": _camera_rare_label,
    "20 cameras, some time": _some_cameras,
    "all 100 cameras by name": _all_cameras,
    "a page and the next, some time": _next_page,
    "one of some time, again by id": _one,
    "waiting for an alarm": _waiting,
}


def drawn(rows: int) -> Iterator[Event]:
    """Events of half a year in order of time."""
    dice = random.Random(1)
    step_us = DAYS * DAY_US / rows
    at_us = float(START_US)
    for number in range(rows):
        night = (at_us % DAY_US) / DAY_US < 0.25
        at_us += step_us * dice.random() * (4 if night else 1.6)
        yield _event(dice, number, round(at_us))


def _event(dice: random.Random, number: int, t_us: int) -> Event:
    camera, rule = _camera(dice), ("fence", "zone", "gate")[number % 3]
    calls: Severity = "warning" if number % 20 == 0 else "info"
    x = dice.random() * 0.8
    return Event(
        id=event_id(camera, rule, t_us, f"{number:x}"),
        camera=camera,
        rule=rule,
        rule_kind="crossing",
        t_us=t_us,
        track_ids=(f"{camera}-{number:x}",),
        line=rule,
        direction="in",
        label=dice.choice(LABELS),
        score=round(dice.random(), 3),
        boxes=((x, 0.2, x + 0.1, 0.6),),
        snapshot=f"2026-01-01/00/{number:x}.jpg",
        severity=calls,
    )


def _camera(dice: random.Random) -> str:
    return "camera-000" if dice.random() < 0.1 else f"camera-{dice.randrange(1, CAMERAS):03d}"


def _moment(dice: random.Random) -> int:
    return START_US + dice.randrange(DAYS * DAY_US)


def flush_ms(folder: Path) -> float:
    """Median of what making a small write durable costs here."""
    taken = []
    with (folder / "flush").open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(b"x" * 512)
            begun = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
