"""Events while the database is away: really stopped, really started again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.postgres import PostgresServer
from tests.store.values import event
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Unavailable
from vedette.core.facts import Event
from vedette.core.queries import EventQuery, Page
from vedette.store import Store, open_store, spool
from vedette.store.spool import SpooledEvents

SPOOL = """
import sys
from pathlib import Path
import structlog
from tests.store.values import event
from vedette.store import open_store
from vedette.store.spool import SpooledEvents
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
store = open_store(sys.argv[1], sys.argv[2].encode())
events = SpooledEvents(store.events, Path(sys.argv[3]))
print("ready", flush=True)
number = 0
for _ in sys.stdin:
    events.add(event(number))
    print(event(number).id, flush=True)
    number += 1
"""


class Away:
    """An event store that is away when told so, and refuses what it is told to."""

    def __init__(self, store: Store) -> None:
        self._events = store.events
        self.away = False
        self.after = 1 << 30
        self.asked = 0

    def add(self, event: Event) -> bool:
        self._knock()
        return self._events.add(event)

    def add_many(self, events: Sequence[Event]) -> int:
        self._knock()
        return self._events.add_many(events)

    def get(self, event_id: str) -> Event:
        self._knock()
        return self._events.get(event_id)

    def find(self, query: EventQuery) -> Page[Event]:
        self._knock()
        return self._events.find(query)

    def without_alarm(self, limit: int) -> tuple[Event, ...]:
        self._knock()
        return self._events.without_alarm(limit)

    def _knock(self) -> None:
        self.asked += 1
        self.after -= 1
        if self.away or self.after < 0:
            raise Unavailable("the store is away")


@pytest.fixture
def away(store: Store) -> Away:
    """The store, as far away as wanted."""
    return Away(store)


@pytest.fixture
def events(away: Away, tmp_path: Path, clock: SimulatedClock) -> Iterator[SpooledEvents]:
    """The store with a spool in front."""
    spooled = SpooledEvents(away, tmp_path / "spool", clock=clock)
    yield spooled
    spooled.close()


def test_while_the_store_is_there_nothing_is_spooled(
    events: SpooledEvents, store: Store, tmp_path: Path
) -> None:
    assert events.add(event(1))
    assert not events.add(event(1))
    assert events.get(event(1).id) == event(1)
    assert events.find(EventQuery()).items == events.without_alarm(5) == (event(1),)
    assert events.replay() == 0
    assert not (tmp_path / "spool").exists()


def test_events_wait_and_arrive_in_order(events: SpooledEvents, away: Away, store: Store) -> None:
    away.away = True
    for number in (3, 1, 2):
        assert events.add(event(number))
    assert events.waiting == 3
    assert events.replay() == 0
    with pytest.raises(Unavailable):
        events.get(event(1).id)
    away.away = False
    assert events.replay() == 3
    assert events.waiting == 0
    # Of one moment those that came last are found first: so the order of arrival shows.
    assert store.events.without_alarm(5) == (event(1), event(2), event(3))
    assert not events.add(event(1))


def test_arrival_keeps_the_order_of_one_moment(
    events: SpooledEvents, away: Away, store: Store
) -> None:
    same = [replace(event(number, t_us=5), id=f"e{number}") for number in (3, 1, 2)]
    away.away = True
    for one in same:
        events.add(one)
    away.away = False
    events.add(event(9))
    assert events.replay() == 4
    assert store.events.without_alarm(9) == (*same, event(9))


def test_while_it_waits_the_store_is_asked_only_now_and_then(
    events: SpooledEvents, away: Away, clock: SimulatedClock
) -> None:
    away.away = True
    events.add(event(0))
    asked = away.asked
    for number in range(1, 50):
        events.add(event(number))
    assert away.asked == asked
    clock.sleep(6)
    events.add(event(50))
    assert away.asked == asked + 1
    away.away = False
    clock.sleep(6)
    events.add(event(51))
    assert events.waiting == 0
    assert len(events.find(EventQuery(limit=500)).items) == 52


def test_a_store_that_goes_away_again_meanwhile_costs_nothing(
    events: SpooledEvents, away: Away, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_BATCH", 10)
    away.away = True
    for number in range(35):
        events.add(event(number))
    away.away, away.after = False, 2
    assert events.replay() == 20
    assert events.waiting == 15
    assert events.add(event(35))
    away.after = 1 << 30
    assert events.replay() == 16
    assert len(store.events.find(EventQuery(limit=500)).items) == 36


def test_what_the_store_refuses_holds_nothing_up(
    events: SpooledEvents, away: Away, store: Store, tmp_path: Path
) -> None:
    bad = event(1, count=2**70)
    away.away = True
    for one in (event(0), bad, event(2)):
        events.add(one)
    away.away = False
    assert events.replay() == 3
    assert events.refused == 1
    assert store.events.without_alarm(5) == (event(0), event(2))
    assert bad.id in (tmp_path / "spool" / "refused.jsonl").read_text()


def test_a_damaged_line_holds_nothing_up(
    events: SpooledEvents, away: Away, store: Store, tmp_path: Path
) -> None:
    away.away = True
    events.add(event(0))
    events.close()
    [journal] = (tmp_path / "spool").glob("*.events")
    journal.write_bytes(b"\x00\x00 not an event\n" + journal.read_bytes() + b'{"kind":"ev')
    away.away = False
    assert events.replay() == 2
    assert events.refused == 1
    assert store.events.without_alarm(5) == (event(0),)
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["refused.jsonl"]


def test_a_full_spool_says_so(
    events: SpooledEvents, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "LARGEST_BYTES", 2_000)
    away.away = True
    with pytest.raises(Unavailable, match="is full"):
        for number in range(100):
            events.add(event(number))
    assert 0 < events.waiting < 10


def test_the_next_process_brings_what_the_last_one_left(
    events: SpooledEvents, away: Away, store: Store, tmp_path: Path
) -> None:
    away.away = True
    events.add(event(1))
    events.close()
    events.close()
    away.away = False
    heir = SpooledEvents(away, tmp_path / "spool")
    assert heir.replay() == 1
    heir.close()
    assert store.events.without_alarm(5) == (event(1),)
    assert list((tmp_path / "spool").iterdir()) == []


def test_nothing_is_lost_when_the_server_stops_and_starts(
    postgres_server: PostgresServer, postgres_url: str, key: bytes, tmp_path: Path
) -> None:
    store = open_store(postgres_url, key)
    events = SpooledEvents(store.events, tmp_path)
    for number in range(10):
        events.add(event(number))
    with postgres_server.down():
        for number in range(10, 20):
            assert events.add(event(number))
        assert events.replay() == 0
        assert events.waiting == 10
    assert events.replay() == 10
    events.add(event(20))
    assert store.events.without_alarm(50) == tuple(event(number) for number in range(21))
    events.close()
    store.close()


def test_nothing_acknowledged_is_lost_when_both_are_killed(
    postgres_server: PostgresServer, postgres_url: str, key: bytes, tmp_path: Path
) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", SPOOL, postgres_url, key, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )
    acknowledged = []
    with worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        for down in (False, True):
            if down:
                postgres_server.stop(signal.SIGQUIT)
            for _ in range(20):
                worker.stdin.write("next\n")
                acknowledged.append(worker.stdout.readline().strip())
        worker.send_signal(signal.SIGKILL)
    postgres_server.start()
    store = open_store(postgres_url, key)
    heir = SpooledEvents(store.events, tmp_path)
    assert heir.replay() == 20
    assert [one.id for one in store.events.without_alarm(99)] == acknowledged
    assert len(acknowledged) == 40
    heir.close()
    store.close()
