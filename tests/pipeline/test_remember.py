"""What lanes saw reaches the archive: activity, tracks by the minute, what is worth keeping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pipeline.test_boxes import track
from tests.store.values import event, file
from vedette.bus.memory import MemoryBus
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Unavailable
from vedette.core.facts import Motion, Observation
from vedette.core.footage import Activity
from vedette.core.site import Camera, Recording, Site, Spec, Stream
from vedette.pipeline.boxes import unpack
from vedette.pipeline.remember import CHUNK_US, Memory, Remembering
from vedette.store import Store, open_store
from vedette.store.activity import Activities
from vedette.store.memories import SpooledMemories

MINUTE_US = 1_763_000_040_000_000  # begins a minute and a bucket
SECOND_US = 1_000_000
ALWAYS = (0, 2**60)
BOX = (0.1, 0.2, 0.3, 0.4)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(MINUTE_US)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "vedette.db", b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    yield opened
    opened.close()


class Away:
    """An archive of activity that is away when told so."""

    def __init__(self, inner: Activities) -> None:
        self._inner = inner
        self.away = False

    def put_activity(self, rows: Sequence[Activity]) -> None:
        if self.away:
            raise Unavailable("the database is away")
        self._inner.put_activity(rows)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


@pytest.fixture
def away(store: Store) -> Away:
    return Away(store.activity)


def spool_of(store: Store, away: Away, folder: Path, clock: SimulatedClock) -> SpooledMemories:
    """A spool in front of the store."""
    return SpooledMemories(store.footage, away, folder / "spool", clock=clock)  # type: ignore[arg-type]  # as one


@pytest.fixture
def spool(
    store: Store, away: Away, tmp_path: Path, clock: SimulatedClock
) -> Iterator[SpooledMemories]:
    opened = spool_of(store, away, tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def memory(spool: SpooledMemories, clock: SimulatedClock) -> Memory:
    return Memory(spool, clock)


def seen(second: float, *names: str, motion: float = 0.0) -> Observation:
    """What a frame told."""
    return Observation(
        camera="gate",
        t_us=MINUTE_US + round(second * SECOND_US),
        motion=Motion(fraction=motion, boxes=(BOX,) if motion else (), awake=True),
        tracks=tuple(track(name, BOX) for name in names),
    )


def activity(store: Store, buckets: int = 12) -> list[tuple[int, float, int, int]]:
    """Second, motion, objects, events of each bucket of two minutes."""
    span = (MINUTE_US, MINUTE_US + buckets * 10 * SECOND_US)
    return [
        ((a.start_us - MINUTE_US) // SECOND_US, round(a.motion, 3), a.objects, a.events)
        for a in store.activity.activity("gate", span, buckets=buckets)
    ]


def test_buckets_hold_the_most_that_happened(memory: Memory, store: Store) -> None:
    for one in (seen(1, motion=0.2), seen(2, "a", "b", motion=0.1), seen(3, "a"), seen(25, "a")):
        memory.take(one)
    memory.take(event(t_us=MINUTE_US + 26 * SECOND_US))
    memory.take(seen(35))  # nothing at all
    memory.flush()
    assert activity(store) == [(0, 0.2, 2, 0), (20, 0.0, 1, 1)]
    memory.take(event(2, t_us=MINUTE_US + 27 * SECOND_US))
    memory.flush()
    memory.flush()
    assert activity(store) == [(0, 0.2, 2, 0), (20, 0.0, 1, 2)]


def test_tracks_are_packed_by_the_minute(memory: Memory, store: Store) -> None:
    for second in (0, 20, 59.9, 60, 90):
        memory.take(seen(second, "a"))
    memory.flush()
    [first] = store.activity.chunks("gate", ALWAYS)
    assert (first.start_us, first.frames) == (MINUTE_US, 3)
    memory.close()
    [_, later] = store.activity.chunks("gate", ALWAYS)
    assert later.start_us == MINUTE_US + CHUNK_US
    assert [path.t_us for path in unpack(later)] == [
        (MINUTE_US + 60 * SECOND_US, MINUTE_US + 90 * SECOND_US)
    ]


def test_where_nobody_is_nothing_is_packed(memory: Memory, store: Store) -> None:
    for second in range(0, 200, 5):
        memory.take(seen(second, motion=0.5))
    memory.close()
    assert store.activity.chunks("gate", ALWAYS) == ()


def test_a_clock_that_is_put_back_loses_no_track(memory: Memory, store: Store) -> None:
    for second in (30, 31, 5, 6):
        memory.take(seen(second, "a"))
    memory.close()
    chunks = store.activity.chunks("gate", ALWAYS)
    assert [chunk.frames for chunk in chunks] == [2, 2]


def test_a_lane_that_stopped_leaves_its_last_minute(
    memory: Memory, store: Store, clock: SimulatedClock
) -> None:
    memory.take(seen(0, "a", motion=0.1))
    memory.flush()
    assert store.activity.chunks("gate", ALWAYS) == ()
    clock.sleep(100)
    memory.flush()
    assert len(store.activity.chunks("gate", ALWAYS)) == 1


@pytest.mark.parametrize(
    ("severity", "keeps"),
    [
        ("warning", ["continuous", "alarm", "alarm", "continuous"]),
        ("info", ["continuous"] * 4),  # calls for no alarm
    ],
)
def test_footage_around_an_alarm_is_worth_more(
    memory: Memory, store: Store, severity: str, keeps: list[str]
) -> None:
    stream = Stream(source=Spec(kind="file"))
    gate = Camera(id="gate", name="Gate", streams=(stream,), record=Recording(pre_s=5, post_s=30))
    memory.apply(Site(cameras=(gate,)))
    files = [file(start_us=MINUTE_US + n * CHUNK_US) for n in range(-1, 3)]
    store.footage.put(files[:2])
    memory.take(event(t_us=MINUTE_US + 35 * SECOND_US, end_us=None, severity=severity))
    memory.flush()
    store.footage.put(files[2:])  # known later than the event
    assert [one.keep for one in store.footage.find("gate", None, ALWAYS)] == keeps


def test_footage_of_motion_is_worth_more_once_it_ends_or_lasts(
    memory: Memory, store: Store, clock: SimulatedClock
) -> None:
    store.footage.put([file(start_us=MINUTE_US + n * CHUNK_US) for n in range(3)])

    def keeps() -> list[str]:
        return [one.keep for one in store.footage.find("gate", None, ALWAYS)]

    for second in (10, 12, 14):
        memory.take(seen(second, motion=0.1))
    memory.flush()
    assert keeps() == ["continuous"] * 3  # it may go on
    clock.sleep(30)
    memory.flush()
    assert keeps() == ["motion", "continuous", "continuous"]


def test_while_the_database_is_away_nothing_is_lost(
    memory: Memory, spool: SpooledMemories, store: Store, away: Away, clock: SimulatedClock
) -> None:
    away.away = True
    for minute in range(3):
        memory.take(seen(minute * 60, "a", motion=0.1))
        memory.flush()
    assert spool.replay() == 0
    assert activity(store, 18) == []
    away.away = False
    clock.sleep(6)
    assert spool.replay() == 3
    assert [second for second, *_ in activity(store, 18)] == [0, 60, 120]
    assert len(store.activity.chunks("gate", ALWAYS)) == 2
    assert spool.replay() == spool.dropped == spool.refused == 0


def test_what_a_dead_process_left_is_brought_by_the_next(
    memory: Memory,
    spool: SpooledMemories,
    store: Store,
    away: Away,
    tmp_path: Path,
    clock: SimulatedClock,
) -> None:
    away.away = True
    memory.take(seen(0, "a"))
    memory.close()
    spool.close()  # as death does: the file stays
    away.away = False
    heir = spool_of(store, away, tmp_path, clock)
    assert heir.replay() == 1
    heir.close()
    assert len(store.activity.chunks("gate", ALWAYS)) == 1
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_disk_that_is_away_too_costs_no_lane_anything(
    memory: Memory, spool: SpooledMemories, away: Away, tmp_path: Path
) -> None:
    away.away = True
    (tmp_path / "spool").write_text("no folder")
    memory.take(seen(0, "a"))
    memory.close()
    assert spool.dropped == 1


def test_a_bus_lets_the_memory_hear(memory: Memory, store: Store) -> None:
    inner = MemoryBus()
    bus = Remembering(inner, memory)
    inbox = bus.subscribe(Observation)
    bus.publish(seen(0, motion=0.3))
    bus.publish(event(t_us=MINUTE_US))
    bus.publish("anything else")
    assert inbox.get(0) == seen(0, motion=0.3)
    memory.flush()
    assert activity(store) == [(0, 0.3, 0, 1)]
    bus.close()


def test_the_same_told_twice_changes_nothing(memory: Memory, store: Store) -> None:
    for _ in range(2):
        memory.take(seen(0, "a", motion=0.25))
        memory.take(replace(seen(1, "a"), camera="gate"))
        memory.close()
    assert activity(store) == [(0, 0.25, 1, 0)]
    assert len(store.activity.chunks("gate", ALWAYS)) == 1
