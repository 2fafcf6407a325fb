"""Sharing one detector: together when it pays, fair always, never for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tests.detect.pictures import frame, look
from vedette.core.errors import ModelError, Unavailable
from vedette.core.media import Detections
from vedette.core.ports import Look
from vedette.detect.batched import Batched

PICTURE = np.zeros((8, 8, 3), np.uint8)


class Recorder:
    """Answers each look with one box whose score is its time; holds calls while told to."""

    name = "recorder"

    def __init__(self) -> None:
        self.batches: list[list[tuple[str, int]]] = []
        self.entered = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.held = False
        self.failure: BaseException | None = None
        self.closed = 0

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        self.batches.append([(one.frame.camera, one.frame.t_us) for one in looks])
        self.entered.release()
        if self.held:
            self.gate.acquire()
        if self.failure is not None:
            raise self.failure
        return [
            Detections(
                box=np.zeros((1, 4), np.float32),
                score=np.array([one.frame.t_us / 1000], np.float32),
                label=np.array(["person"]),
            )
            for one in looks
        ]

    def close(self) -> None:
        self.closed += 1


def at(camera: str, t_us: int = 1) -> Look:
    return look(frame(PICTURE, camera, t_us))


class Callers:
    """Threads that ask, and what became of each."""

    def __init__(self, detector: Batched) -> None:
        self._detector = detector
        self.answers: dict[str, list[Detections]] = {}
        self.failures: dict[str, Exception] = {}
        self._threads: list[threading.Thread] = []

    def ask(self, camera: str, t_us: int = 1) -> None:
        thread = threading.Thread(target=self._ask, args=(camera, t_us), name=f"lane {camera}")
        self._threads.append(thread)
        thread.start()

    def _ask(self, camera: str, t_us: int) -> None:
        try:
            self.answers[camera] = self._detector.detect([at(camera, t_us)])
        except (ModelError, Unavailable, ZeroDivisionError) as error:
            self.failures[camera] = error

    def join(self) -> None:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), f"{thread.name} hangs"


def until(condition: Callable[[], bool]) -> None:
    deadline = threading.Event()
    for _ in range(2000):
        if condition():
            return
        deadline.wait(0.005)
    raise AssertionError("it never came true")


def pending(shared: Batched) -> int:
    return len(shared._pending)


def test_looks_asked_for_during_a_call_share_the_next_one() -> None:
    inner = Recorder()
    inner.held = True
    shared = Batched(inner, wait_s=0.0)
    callers = Callers(shared)
    callers.ask("a")
    inner.entered.acquire()
    for camera in "bcd":
        callers.ask(camera)
    until(lambda: pending(shared) == 3)
    inner.held = False
    inner.gate.release()
    callers.join()
    assert sorted(map(len, inner.batches)) == [1, 3]
    assert set(callers.answers) == set("abcd")
    figures = shared.figures()
    assert (figures.calls, figures.looks, figures.mean_batch) == (2, 4, 2.0)
    assert figures.worst_wait_s > 0


def test_it_waits_a_moment_for_cameras_that_are_active() -> None:
    inner = Recorder()
    shared = Batched(inner, wait_s=1.0)
    barrier = threading.Barrier(4)

    def lane(camera: str) -> None:
        for t_us in range(1, 6):
            barrier.wait()
            [found] = shared.detect([at(camera, t_us)])
            assert found.score[0] == pytest.approx(t_us / 1000)

    threads = [threading.Thread(target=lane, args=(camera,)) for camera in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    # Who is not known to be active yet is not waited for: only the first round is split.
    assert [len(batch) for batch in inner.batches[-4:]] == [4, 4, 4, 4]


def test_a_lone_camera_is_not_kept_waiting() -> None:
    inner = Recorder()
    shared = Batched(inner, wait_s=30.0)
    for t_us in range(20):
        shared.detect([at("a", t_us)])
    assert shared.figures().worst_wait_s < 1.0


def test_a_batch_has_one_look_of_a_camera_and_time_goes_forward() -> None:
    inner = Recorder()
    shared = Batched(inner, wait_s=0.0)
    found = shared.detect([at("a", 1), at("b", 1), at("a", 2), at("a", 3)])
    assert inner.batches == [[("a", 1), ("b", 1)], [("a", 2)], [("a", 3)]]
    assert [round(float(one.score[0]) * 1000) for one in found] == [1, 1, 2, 3]


def test_who_came_first_is_served_first() -> None:
    inner = Recorder()
    inner.held = True
    shared = Batched(inner, wait_s=0.0, most=2)
    callers = Callers(shared)
    callers.ask("a")
    inner.entered.acquire()
    for number, camera in enumerate("bcdef"):
        callers.ask(camera)
        until(lambda expected=number + 1: pending(shared) == expected)  # type: ignore[misc]
    inner.held = False
    inner.gate.release()
    callers.join()
    assert [[camera for camera, _ in batch] for batch in inner.batches] == [
        ["a"], ["b", "c"], ["d", "e"], ["f"],
    ]  # fmt: skip


def test_nothing_asked_is_nothing_done() -> None:
    inner = Recorder()
    assert Batched(inner).detect([]) == []
    assert inner.batches == []


@pytest.mark.parametrize(
    ("failure", "leader", "others"),
    [
        # An error we can explain reaches everybody it concerns.
        (ModelError("the model does not run"), ModelError, ModelError),
        # A fault of the program stays with who ran into it; the others are told, not left.
        (ZeroDivisionError(), ZeroDivisionError, Unavailable),
    ],
)
def test_a_failed_call_leaves_nobody_waiting(
    failure: Exception, leader: type[Exception], others: type[Exception]
) -> None:
    inner = Recorder()
    inner.held = True
    shared = Batched(inner, wait_s=0.0)
    callers = Callers(shared)
    callers.ask("a")
    inner.entered.acquire()
    callers.ask("b")
    callers.ask("c")
    until(lambda: pending(shared) == 2)
    inner.gate.release()
    until(lambda: "a" in callers.answers)
    inner.entered.acquire()
    inner.failure = failure
    inner.gate.release()
    callers.join()
    assert sorted(type(one).__name__ for one in callers.failures.values()) == sorted(
        [leader.__name__, others.__name__]
    )
    inner.failure, inner.held = None, False
    assert len(shared.detect([at("a")])) == 1


def test_closing_wakes_everybody() -> None:
    inner = Recorder()
    inner.held = True
    shared = Batched(inner, wait_s=0.0)
    callers = Callers(shared)
    callers.ask("a")
    inner.entered.acquire()
    callers.ask("b")
    until(lambda: pending(shared) == 1)
    closing = threading.Thread(target=shared.close)
    closing.start()
    until(lambda: "b" in callers.failures)
    assert inner.closed == 0, "closed while it works"
    inner.gate.release()
    callers.join()
    closing.join(10)
    assert isinstance(callers.failures["b"], Unavailable)
    assert "a" in callers.answers
    shared.close()
    assert inner.closed == 1
    with pytest.raises(Unavailable, match="closed"):
        shared.detect([at("a")])


def test_it_bears_the_name_of_what_it_shares() -> None:
    assert Batched(Recorder()).name == "recorder"
