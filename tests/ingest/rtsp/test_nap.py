"""Naps are as long as a camera takes over a picture, and no longer."""

from __future__ import annotations

import pytest

from vedette.ingest.rtsp import nap as nap_module
from vedette.ingest.rtsp.nap import Nap


class Time:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(nap_module, "time", time)
    return time


def pictures(nap: Nap, time: Time, count: int, spread_s: float, bursts: int) -> int:
    """A camera that sends each picture in bursts over some time; how many reads that took."""
    reads = 0
    for _ in range(count):
        began = time.now
        while True:
            reads += 1
            came = min(bursts, 1 + int((time.now - began) / spread_s * (bursts - 1) + 1e-9))
            nap.read(ended=came == bursts)
            if came == bursts:
                break
            following = began + came / (bursts - 1) * spread_s
            time.now = max(time.now, following)
        time.now = began + 0.04
    return reads


def test_a_spread_picture_is_read_in_few_goes(time: Time) -> None:
    nap = Nap()
    assert pictures(nap, time, 1, 0.018, 8) == 8
    pictures(nap, time, 50, 0.018, 8)
    assert pictures(nap, time, 100, 0.018, 8) <= 400
    assert max(time.slept) <= 0.015


def test_a_picture_that_comes_at_once_is_not_slept_over(time: Time) -> None:
    nap = Nap()
    for _ in range(100):
        nap.read(ended=True)
        time.now += 0.04
    assert time.slept == []


def test_a_camera_that_becomes_quick_is_not_slept_over_for_long(time: Time) -> None:
    nap = Nap()
    pictures(nap, time, 100, 0.018, 8)
    time.slept.clear()
    pictures(nap, time, 100, 0.001, 2)
    assert len(time.slept) < 60
    assert time.slept == sorted(time.slept, reverse=True)
