"""The archive's index when it is full: how long its questions take.

    python benchmarks/archive.py [--files N] [--observations N] [--times N] [--out FILE]

A SQLite file, deleted at the end: so many recorded files of 100 cameras in the order in which they
come (a minute of all cameras, then the next), so many analysed pictures packed by the minute with
one to three people in them, and ten-second activity of every camera. Rows are written by SQL as the
store writes them, sums included; packed minutes are drawn from 24 different ones. Prints JSON: of
each question median and 99th percentile in milliseconds, this process's own processor time (a busy
machine does not change it), and the share of the budget.
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
from pathlib import Path

from vedette.core.facts import Motion, Observation, Track
from vedette.core.footage import Activity, Segment, segment_id
from vedette.pipeline.boxes import pack, unpack
from vedette.store import Store, open_store
from vedette.store.buckets import BUCKET_US
from vedette.store.sums import QUARTER_US

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
START_US = 1_762_992_000_000_000  # a midnight of UTC in November 2025
MINUTE_US = 60_000_000
DAY_US = 86_400_000_000
CAMERAS = 100
FRAMES = 480  # a minute of 8 pictures a second
VIDEO_BYTES_A_MINUTE = 30_000_000

FILES = f"""
INSERT INTO segment (camera, stream, start_us, end_us, media_us, frames, size, path, codec, width,
                     height, audio, sha256, chain, open, tier, keep, origin)
SELECT printf('camera-%03d', c), 'main', t + c * 600000, t + c * 600000 + {MINUTE_US},
       {MINUTE_US}, 1500, 29000000 + (m * 7919 + c * 104729) % 2000000,
       printf('camera-%03d/main/2025-11-13/%02d/%d.mp4', c, m / 60 % 24, t + c * 600000), 'h264',
       1920, 1080, '', hex(randomblob(32)), hex(randomblob(32)), 0,
       CASE WHEN m > :files * 0.9 / {CAMERAS} THEN 'fast' ELSE 'slow' END,
       CASE WHEN (m + c) % 97 = 0 THEN 'alarm' WHEN (m + c) % 11 < 3 THEN 'motion'
            ELSE 'continuous' END,
       'recorded'
FROM (SELECT value AS m, {START_US} + value * {MINUTE_US} AS t
      FROM generate_minutes WHERE value BETWEEN :first AND :last),
     (SELECT value AS c FROM generate_minutes WHERE value < {CAMERAS})
WHERE m % 1440 <> 700 + c  -- each camera misses one file a day
"""  # noqa: S608  # nobody else's words
# Camera by camera: sorting what belongs to one fits into memory.
SUMS = (
    f"INSERT INTO recorded_stream VALUES (:camera, 'main', {MINUTE_US}, {MINUTE_US})",  # noqa: S608
    "INSERT INTO holding SELECT camera, keep, tier, count(*), sum(size), sum(media_us)"
    " FROM segment NOT INDEXED WHERE camera = :camera GROUP BY camera, keep, tier",
    # Nobody else's words in these.
    f"INSERT INTO recorded_quarter SELECT camera, stream, start_us / {QUARTER_US} * {QUARTER_US},"  # noqa: S608
    " sum(media_us) FROM segment NOT INDEXED WHERE camera = :camera GROUP BY 1, 2, 3",
    f"INSERT INTO gap SELECT :camera, 'main', start_us, start_us + {MINUTE_US}, 'unreachable', ''"  # noqa: S608
    f" FROM (SELECT {START_US} + (value * 1440 + 700 + :number) * {MINUTE_US} AS start_us"
    " FROM generate_minutes WHERE value < :days)",
)


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--files", type=int, default=10_000_000, help="recorded files")
    parser.add_argument("--observations", type=int, default=100_000_000, help="analysed pictures")
    parser.add_argument("--times", type=int, default=200, help="how often each question is asked")
    parser.add_argument("--out", type=Path, help="where to write the result too")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vedette-bench-", dir=Path.cwd()))
    try:
        store = open_store(folder / "archive.db", KEY)
        days = max(31, options.files // CAMERAS // 1440)
        filled = fill(store, folder / "archive.db", options.files, options.observations, days)
        size = sum(path.stat().st_size for path in folder.glob("archive.db*"))
        result = {
            "files": options.files,
            "observations": options.observations,
            "days": days,
            "gib": round(size / 2**30, 2),
            **filled,
            "questions": list(asked(store, options.times, days)),
            "load": os.getloadavg()[0],
        }
        store.close()
    finally:
        shutil.rmtree(folder)
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


def fill(store: Store, path: Path, files: int, observations: int, days: int) -> dict[str, object]:
    """Everything into the database; answers how fast and how large."""
    minutes = [pack(minute(number)) for number in range(24)]
    bytes_a_minute = statistics.mean(len(one.data) for one in minutes)
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-1000000")
        begun = time.perf_counter()
        _files(connection, files)
        rate = files / (time.perf_counter() - begun)
        for number in range(CAMERAS):
            for statement in SUMS:
                about = {"camera": f"camera-{number:03d}", "number": number, "days": days}
                connection.execute(statement, about)
        _chunks(connection, [one.data for one in minutes], observations // FRAMES, days)
        _activity(store, connection, days)
    connection.close()
    return {
        "files_per_second_bare": round(rate),
        "of_video": round(bytes_a_minute / VIDEO_BYTES_A_MINUTE, 6),
    }


def _files(connection: sqlite3.Connection, files: int) -> None:
    last, portion = files // CAMERAS, 2_000
    connection.execute("CREATE TEMP TABLE generate_minutes (value INTEGER PRIMARY KEY)")
    numbers = ((number,) for number in range(max(last + 1, CAMERAS)))
    connection.executemany("INSERT INTO generate_minutes VALUES (?)", numbers)
    for first in range(0, last, portion):
        until = min(first + portion, last) - 1
        connection.execute(FILES, {"first": first, "last": until, "files": files})


def _chunks(connection: sqlite3.Connection, packed: list[bytes], count: int, days: int) -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        step = max(1, days * 1440 * CAMERAS // count)
        for number in range(count):
            place = number * step
            start_us = START_US + place // CAMERAS * MINUTE_US
            data = packed[number % len(packed)]
            yield f"camera-{place % CAMERAS:03d}", start_us, start_us + MINUTE_US, FRAMES, data

    connection.execute("BEGIN")
    connection.executemany("INSERT OR IGNORE INTO observation_chunk VALUES (?, ?, ?, ?, ?)", rows())
    connection.execute("COMMIT")


def _activity(store: Store, connection: sqlite3.Connection, days: int) -> None:
    """One camera's through the store, and the same for all others."""
    dice = random.Random(3)
    for day in range(days):
        store.activity.put_activity(
            [
                Activity(
                    camera="camera-000",
                    start_us=START_US + day * DAY_US + bucket * BUCKET_US,
                    motion=dice.random() ** 3,
                    objects=dice.randrange(4),
                )
                for bucket in range(DAY_US // BUCKET_US)
                if dice.random() < 0.4
            ]
        )
    for table in ("activity_hour", "activity_day"):
        connection.execute(
            f"INSERT INTO {table} SELECT printf('camera-%03d', value), start_us, packed"  # noqa: S608  # nobody else's words
            f" FROM {table}, generate_minutes WHERE value BETWEEN 1 AND {CAMERAS - 1}"
        )


def minute(number: int) -> list[Observation]:
    """A minute of one to three people who walk, their boxes trembling as detections do."""
    dice = random.Random(number)
    still = Motion(fraction=0.01, boxes=(), awake=True)
    found = []
    for frame in range(FRAMES):
        t_us = START_US + frame * 125_000 + dice.randrange(9_000)
        tracks = []
        for person in range(1 + number % 3):
            x = 0.1 + 0.8 * abs((frame / FRAMES + person / 3 + number / 24) % 1 * 2 - 1)
            left, top = x + dice.gauss(0, 0.001), 0.4 + dice.gauss(0, 0.001)
            tracks.append(
                Track(
                    id=f"camera-000-1762992000-{person}",
                    label="person",
                    box=(left, top, left + 0.05 + dice.gauss(0, 0.001), top + 0.2),
                    score=0.5 + dice.random() / 2,
                    velocity=(0.0, 0.0),
                    first_us=START_US,
                    last_us=t_us,
                    state="confirmed",
                )
            )
        found.append(
            Observation(camera="camera-000", t_us=t_us, motion=still, tracks=tuple(tracks))
        )
    return found


def asked(store: Store, times: int, days: int) -> Iterator[dict[str, object]]:
    """How long each question takes."""
    dice = random.Random(2)
    for name, (budget_ms, ask) in QUESTIONS.items():
        ask(store, dice, days)  # once before, as a server that has been up for a while
        taken = []
        busy = time.process_time()
        for _ in range(times):
            begun = time.perf_counter()
            ask(store, dice, days)
            taken.append((time.perf_counter() - begun) * 1_000)
        p99 = statistics.quantiles(taken, n=100)[98]
        yield {
            "question": name,
            "p50_ms": round(statistics.median(taken), 2),
            "p99_ms": round(p99, 2),
            "cpu_ms": round((time.process_time() - busy) * 1_000 / times, 2),
            "of_budget": round(p99 / budget_ms, 2),
        }


def _camera(dice: random.Random) -> str:
    return f"camera-{dice.randrange(CAMERAS):03d}"


def _span(dice: random.Random, days: int, length_us: int) -> tuple[int, int]:
    start_us = START_US + dice.randrange(max(1, days * DAY_US - length_us))
    return start_us, start_us + length_us


def _day(store: Store, dice: random.Random, days: int) -> None:
    store.footage.find(_camera(dice), "main", _span(dice, days, DAY_US), limit=2_000)


def _hour(store: Store, dice: random.Random, days: int) -> None:
    store.footage.find(_camera(dice), "main", _span(dice, days, DAY_US // 24))


def _following(store: Store, dice: random.Random, days: int) -> None:
    store.footage.following(_camera(dice), None, _span(dice, days, 1)[0])


def _oldest(store: Store, dice: random.Random, days: int) -> None:
    store.footage.oldest("continuous", tier=None, camera=None, before_us=1 << 60, limit=100)


def _oldest_of_one(store: Store, dice: random.Random, days: int) -> None:
    store.footage.oldest("motion", tier=None, camera=_camera(dice), before_us=1 << 60, limit=100)


def _holdings(store: Store, dice: random.Random, days: int) -> None:
    store.footage.holdings()


def _month(store: Store, dice: random.Random, days: int) -> None:
    camera, span = _camera(dice), _span(dice, days, 30 * DAY_US)
    store.footage.covered(camera, "main", span, step_us=30 * DAY_US // 1_000)
    store.footage.gaps(camera, "main", span)
    store.activity.activity(camera, span, buckets=1_000)


def _week(store: Store, dice: random.Random, days: int) -> None:
    camera, span = _camera(dice), _span(dice, days, 7 * DAY_US)
    store.footage.covered(camera, "main", span, step_us=7 * DAY_US // 1_000)
    store.activity.activity(camera, span, buckets=1_000)


def _calendar(store: Store, dice: random.Random, days: int) -> None:
    span = _span(dice, days, 30 * DAY_US)
    store.activity.days(_camera(dice), span, time_zone="Europe/Berlin")


def _boxes(store: Store, dice: random.Random, days: int) -> None:
    for chunk in store.activity.chunks(_camera(dice), _span(dice, days, MINUTE_US)):
        unpack(chunk)


def _put(store: Store, dice: random.Random, days: int) -> None:
    """A file of every camera is closed."""
    minute_us = START_US + (days + dice.randrange(1, 10_000)) * DAY_US
    store.footage.put([_file(f"camera-{number:03d}", minute_us) for number in range(CAMERAS)])


def _raise(store: Store, dice: random.Random, days: int) -> None:
    start_us, end_us = _span(dice, days, 15_000_000)
    store.footage.raise_keep(_camera(dice), (start_us, end_us), "alarm")


def _file(camera: str, start_us: int) -> Segment:
    return Segment(
        id=segment_id(camera, "main", start_us),
        camera=camera,
        stream="main",
        start_us=start_us,
        end_us=start_us + MINUTE_US,
        media_us=MINUTE_US,
        frames=1_500,
        size=30_000_000,
        path=f"{camera}/main/2026-11-20/20/{start_us}.mp4",
        codec="h264",
        width=1920,
        height=1080,
        sha256="0" * 64,
        chain="0" * 64,
    )


Question = tuple[float, Callable[[Store, random.Random, int], None]]
QUESTIONS: dict[str, Question] = {
    "files of a camera and day": (20, _day),
    "files of a camera and hour": (20, _hour),
    "the next footage": (20, _following),
    "the 100 oldest of a class": (20, _oldest),
    "the 100 oldest of a class and camera": (20, _oldest_of_one),
    "holdings": (100, _holdings),
    "timeline of a month, 1,000 buckets": (100, _month),
    "timeline of a week, 1,000 buckets": (100, _week),
    "calendar of a month": (100, _calendar),
    "boxes of a minute": (20, _boxes),
    "an alarm marks its footage": (100, _raise),
    "put a file of each of 100 cameras": (1_000, _put),
}


if __name__ == "__main__":
    main()
