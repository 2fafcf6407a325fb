"""The supervisor: what dies comes back, the others go on, and nobody outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from vedette.bus.memory import MemoryBus
from vedette.core.clock import RealClock
from vedette.core.facts import ProcessStatus
from vedette.runtime.supervisor import Part, Supervisor

SLEEPER = "import sys; sys.stdin.readline(); sys.stdin.read()"


def until(true: Callable[[], bool], within_s: float = 10.0) -> bool:
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Watched:
    """A supervisor in a thread, and the last word of each of its parts."""

    def __init__(self, *names: str, code: str = SLEEPER) -> None:
        bus = MemoryBus()
        self._inbox = bus.subscribe(ProcessStatus)
        parts = [Part(name=n, command=(sys.executable, "-c", code), told=b"{}") for n in names]
        self.supervisor = Supervisor(parts, bus, RealClock())
        self.thread = threading.Thread(target=self.supervisor.run)
        self.thread.start()
        self._last: dict[str, ProcessStatus] = {}

    def __getitem__(self, name: str) -> ProcessStatus | None:
        while (status := self._inbox.get(0)) is not None:
            self._last[status.name] = status
        return self._last.get(name)

    def pid(self, name: str) -> int:
        def known() -> bool:
            status = self[name]
            return status is not None and status.pid is not None

        assert until(known)
        status = self[name]
        assert status is not None and status.pid is not None
        return status.pid

    def stop(self) -> None:
        self.supervisor.stop()
        self.thread.join(15)


@pytest.fixture
def watched() -> Iterator[Watched]:
    one = Watched("one", "two")
    yield one
    one.stop()


def test_a_killed_part_is_back_within_five_seconds_and_says_why(watched: Watched) -> None:
    killed, other = watched.pid("one"), watched.pid("two")
    began = time.monotonic()
    os.kill(killed, signal.SIGKILL)

    def back() -> bool:
        status = watched["one"]
        return status is not None and status.restarts == 1 and status.state == "running"

    assert until(back)
    assert time.monotonic() - began < 5
    status = watched["one"]
    assert status is not None and status.reason == "killed by SIGKILL"
    assert watched.pid("one") != killed
    assert watched.pid("two") == other, "the other part was left alone"


def test_stopping_ends_all_parts(watched: Watched) -> None:
    pids = [watched.pid("one"), watched.pid("two")]
    watched.stop()
    assert not watched.thread.is_alive()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_part_that_dies_at_once_is_not_started_in_a_storm() -> None:
    watched = Watched("broken", code="raise SystemExit(3)")
    time.sleep(2.0)
    status = watched["broken"]
    watched.stop()
    assert status is not None
    assert status.reason == "failed with exit code 3"
    assert status.restarts <= 5


def test_parts_end_when_the_supervisor_is_killed() -> None:
    code = (
        "import sys, threading\n"
        "from vedette.bus.memory import MemoryBus\n"
        "from vedette.core.clock import RealClock\n"
        "from vedette.runtime.supervisor import Part, Supervisor\n"
        f"part = Part(name='one', command=(sys.executable, '-c', {SLEEPER!r}), told=b'x')\n"
        "Supervisor([part], MemoryBus(), RealClock()).run()\n"
    )
    above = subprocess.Popen([sys.executable, "-c", code])
    children: list[psutil.Process] = []

    def begun() -> bool:
        children[:] = psutil.Process(above.pid).children()
        return bool(children)

    assert until(begun)
    above.kill()
    above.wait()
    assert until(lambda: not any(child.is_running() for child in children))
