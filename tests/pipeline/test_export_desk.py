"""Exports are made one after the other, cancelled at once, and begun anew after a restart."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from vedette.core.clock import SimulatedClock
from vedette.core.errors import Conflict, Gone, NotFound
from vedette.core.footage import Export
from vedette.core.settings import Settings
from vedette.pipeline.export_desk import ExportDesk
from vedette.store import Store, open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
READ = "import sys, json, pathlib, time; order = json.loads(sys.stdin.readline());"
PLACE = (
    "place = pathlib.Path(order['settings']['data_dir']) / 'exports' / order['export']['id'];"
    "(place / 'pid').write_text(str(__import__('os').getpid()));"
)
DONE = (
    READ + PLACE + "(place / 'export.mp4').write_bytes(b'film');"
    'print(\'{"progress":0.5}\'); print(\'{"name":"film.mp4","size":4}\')'
)
STUCK = READ + PLACE + "print('{\"progress\":0.25}', flush=True); time.sleep(60)"
FAILS = READ + 'print(\'{"error":"there is no footage"}\'); sys.exit(1)'
DIES = READ + "sys.exit(3)"
BABBLES = READ + "print('what?'); print('[1, 2')"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "vedette.db"), KEY)
    yield opened
    opened.close()


def export(number: int = 1, **changed: object) -> Export:
    wanted = Export(
        id=f"e{number}", cameras=("gate",), start_us=1, end_us=2, author="otto", made_us=number
    )
    return replace(wanted, **changed)  # type: ignore[arg-type]  # fields by name


@contextmanager
def working(store: Store, folder: Path, script: str) -> Iterator[ExportDesk]:
    """A desk whose workers do what a script says."""
    desk = ExportDesk(
        store.exports,
        Settings(data_dir=folder),
        SimulatedClock(),
        worker=(sys.executable, "-S", "-c", script),
    )
    thread = threading.Thread(target=desk.run)
    thread.start()
    try:
        yield desk
    finally:
        desk.close()
        thread.join(10)
        assert not thread.is_alive()


def until(true: Callable[[], bool]) -> None:
    """Wait for it, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_export_is_made(store: Store, tmp_path: Path) -> None:
    with working(store, tmp_path, DONE) as desk:
        desk.submit(export(1))
        desk.submit(export(2))
        until(lambda: {one.state for one in desk.all()} == {"done"})
        made = desk.get("e1")
        assert (made.progress, made.name, made.size) == (1.0, "film.mp4", 4)
        reader = desk.open(made)
        assert reader.read(0, 10) == b"film"
        reader.close()
        desk.remove("e1")
        assert not (tmp_path / "exports" / "e1").exists()
        with pytest.raises(NotFound):
            desk.get("e1")
        with pytest.raises(Gone):
            desk.open(made)


def test_cancelling_ends_its_process(store: Store, tmp_path: Path) -> None:
    with working(store, tmp_path, STUCK) as desk:
        desk.submit(export(1))
        desk.submit(export(2))
        until(lambda: desk.get("e1").progress == 0.25)
        pid = int((tmp_path / "exports" / "e1" / "pid").read_text())
        with pytest.raises(Conflict, match="still being made"):
            desk.remove("e1")
        assert desk.cancel("e2").state == "cancelled"
        assert desk.cancel("e1").state == "cancelled"
        until(lambda: not psutil.pid_exists(pid))
        until(lambda: not (tmp_path / "exports" / "e1").exists())
        assert {one.state for one in desk.all()} == {"cancelled"}
        with pytest.raises(Conflict, match="cancelled already"):
            desk.cancel("e1")
        with pytest.raises(Conflict):
            desk.open(desk.get("e1"))


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (FAILS, "there is no footage"),
        (DIES, "its process ended without a word"),
        (BABBLES, "its process ended without a word"),
    ],
)
def test_what_fails_says_why(store: Store, tmp_path: Path, script: str, told: str) -> None:
    with working(store, tmp_path, script) as desk:
        desk.submit(export())
        until(lambda: desk.get("e1").state == "failed")
        assert desk.get("e1").error == told
        assert not (tmp_path / "exports" / "e1").exists()


def test_a_restart_begins_anew_what_it_interrupted(store: Store, tmp_path: Path) -> None:
    with working(store, tmp_path, STUCK) as desk:
        desk.submit(export())
        until(lambda: desk.get("e1").progress == 0.25)
    assert desk.get("e1").state == "waiting"
    # a sudden end leaves it running, with half a file
    store.exports.put(export(state="running", progress=0.4))
    (tmp_path / "exports" / "e1").mkdir()
    (tmp_path / "exports" / "e1" / "half").write_bytes(b"x")
    with working(store, tmp_path, DONE) as desk:
        until(lambda: desk.get("e1").state == "done")
    assert not (tmp_path / "exports" / "e1" / "half").exists()


@pytest.mark.parametrize("drawn", ["boxes", "blur"])
def test_nobody_is_shown_because_what_was_seen_came_late(
    store: Store, tmp_path: Path, drawn: str
) -> None:
    clock = SimulatedClock()
    worker = (sys.executable, "-S", "-c", DONE)
    desk = ExportDesk(store.exports, Settings(data_dir=tmp_path), clock, worker=worker)
    late = export(1, end_us=clock.now_us() - 60_000_000, **{drawn: True})
    store.exports.put(late)
    thread = threading.Thread(target=desk.run)
    thread.start()
    desk.submit(export(2))
    until(lambda: desk.get("e2").state == "done")
    assert desk.get("e1").state == "waiting"
    clock.sleep(61)
    desk.submit(export(3))
    until(lambda: desk.get("e1").state == "done")
    desk.close()
    thread.join(10)
