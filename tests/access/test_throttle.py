"""Guessing gets slower and slower, in bounded memory."""

from __future__ import annotations

import threading

import pytest

from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Throttled


def fail(throttle: Throttle, times: int, key: str = "ada") -> None:
    for _ in range(times):
        throttle.attempt(key)


def test_the_first_failures_cost_nothing(clock: SimulatedClock) -> None:
    fail(Throttle(clock, free=5), 5)


def test_each_further_failure_doubles_the_wait(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=3, first_s=2.0, longest_s=10.0)
    fail(throttle, 3)
    for wait_s in (2.0, 4.0, 8.0, 10.0, 10.0):
        with pytest.raises(Throttled) as refused:
            throttle.attempt("ada")
        assert refused.value.retry_after_s == pytest.approx(wait_s)
        clock.sleep(wait_s)
        throttle.attempt("ada")


def test_one_key_does_not_slow_another(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=1)
    fail(throttle, 1)
    throttle.attempt("bob")


def test_success_clears_the_account(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=2)
    fail(throttle, 2)
    throttle.clear("ada")
    fail(throttle, 2)


def test_a_good_try_is_taken_back_but_earlier_bad_ones_count(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=3)
    fail(throttle, 2)
    throttle.attempt("ada")
    throttle.forgive("ada")
    throttle.attempt("ada")
    with pytest.raises(Throttled):
        throttle.attempt("ada")


def test_failures_are_forgotten_after_a_day(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=3)
    fail(throttle, 3)
    clock.sleep(25 * 3600)
    fail(throttle, 3)


def test_tries_at_once_cannot_slip_past(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=5)
    passed: list[int] = []
    start = threading.Barrier(16)

    def attack(number: int) -> None:
        start.wait()
        try:
            throttle.attempt("ada")
        except Throttled:
            return
        passed.append(number)

    threads = [threading.Thread(target=attack, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 5


def test_memory_is_bounded_and_the_oldest_goes_first(clock: SimulatedClock) -> None:
    throttle = Throttle(clock, free=1)
    fail(throttle, 1, "first")
    for number in range(10_000):
        throttle.attempt(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    throttle.attempt("first")
    with pytest.raises(Throttled):
        throttle.attempt("10.0.39.15")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        # one customer has all of a /64
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
