"""What was acknowledged survives a killed process, and processes do not get in each other's way."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from itertools import pairwise

import pytest

from tests.store.values import event
from vedette.core.queries import EventQuery
from vedette.store import Store, open_store

# Writes one by one, or by tens, and says each id once it is stored.
WRITE = """
import sys
from itertools import count
from tests.store.values import event
from vedette.store import open_store
store = open_store(sys.argv[1], sys.argv[2].encode())
camera, size = sys.argv[3], int(sys.argv[4])
for start in count(0, size):
    batch = [event(number, camera=camera) for number in range(start, start + size)]
    store.events.add_many(batch)
    print("".join(f"{one.id}\\n" for one in batch), end="", flush=True)
"""


def writer(where: str, key: bytes, camera: str, size: int = 1) -> subprocess.Popen[str]:
    """A process that writes for ever."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, where, key, camera, str(size)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("size", [1, 10])
def test_no_acknowledged_event_is_lost_with_its_writer(
    store: Store, where: str, key: bytes, size: int
) -> None:
    told: list[str] = []
    for life in range(3):
        with writer(where, key, f"camera-{life}", size) as process:
            assert process.stdout is not None
            lines = random.Random(life).randrange(1, 150)
            told += [process.stdout.readline().strip() for _ in range(lines)]
            process.send_signal(signal.SIGKILL)
            # Whole lines only: the last one may be torn.
            told += [line.strip() for line in process.stdout if line.endswith("\n")]
    again = open_store(where, key)
    stored = ids(again)
    assert len(told) >= 3
    assert set(told) <= stored
    # At most one batch of each writer was stored without being told any more.
    assert len(stored) <= len(told) + 3 * size
    assert again.events.add(event(0, camera="after"))
    again.close()


def test_two_processes_add_at_once(store: Store, where: str, key: bytes) -> None:
    with writer(where, key, "a") as first, writer(where, key, "b", 10) as second:
        assert first.stdout is not None
        assert second.stdout is not None
        told = {out.readline().strip() for out in (first.stdout, second.stdout) for _ in range(80)}
        first.send_signal(signal.SIGKILL)
        second.send_signal(signal.SIGKILL)
    assert len(told) == 160
    assert told <= ids(store)


def test_threads_add_the_same_events_once(store: Store) -> None:
    counted: list[int] = []

    def add() -> None:
        counted.append(sum(store.events.add(event(number)) for number in range(40)))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counted) == 40
    assert len(store.events.find(EventQuery(limit=500)).items) == 40


def test_a_reader_sees_whole_batches(store: Store, where: str, key: bytes) -> None:
    with writer(where, key, "a", 10) as process:
        assert process.stdout is not None
        process.stdout.readline()
        sizes = [len(store.events.find(EventQuery(limit=500)).items) for _ in range(30)]
        process.send_signal(signal.SIGKILL)
    assert all(size % 10 == 0 or size == 500 for size in sizes)
    assert all(earlier <= later for earlier, later in pairwise(sizes))


def ids(store: Store) -> set[str]:
    """Ids of all events."""
    found: set[str] = set()
    query = EventQuery(limit=500)
    while True:
        page = store.events.find(query)
        found |= {one.id for one in page.items}
        if page.cursor is None:
            return found
        query = EventQuery(limit=500, cursor=page.cursor)
