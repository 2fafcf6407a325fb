"""Slows guessing down: after some failures each further one costs a longer wait."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from vedette.core.clock import Clock, from_seconds
from vedette.core.errors import Throttled

__all__ = ["Throttle", "network_of"]

_MOST_KEYS = 10_000
_FORGET_US = from_seconds(24 * 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failures:
    count: int
    last_us: int
    until_us: int


class Throttle:
    """Counts failures per key in a bounded memory; the least recently used key goes first."""

    def __init__(
        self, clock: Clock, *, free: int = 5, first_s: float = 2.0, longest_s: float = 900.0
    ) -> None:
        self._clock = clock
        self._free, self._first_s, self._longest_s = free, first_s, longest_s
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def attempt(self, key: str) -> None:
        """Count a try as failed before it is made, so that tries at once cannot slip past."""
        now_us = self._clock.now_us()
        with self._lock:
            old = self._failures.get(key)
            if old is None or now_us - old.last_us > _FORGET_US:
                old = _Failures(count=0, last_us=now_us, until_us=0)
            if old.until_us > now_us:
                raise _too_many(old.until_us - now_us)
            until_us = now_us + from_seconds(self._wait_s(old.count + 1))
            self._failures[key] = _Failures(count=old.count + 1, last_us=now_us, until_us=until_us)
            self._failures.move_to_end(key)
            while len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take the last try back: it was a good one."""
        with self._lock:
            old = self._failures.get(key)
            if old is not None:
                self._failures[key] = replace(old, count=max(0, old.count - 1), until_us=0)

    def clear(self, key: str) -> None:
        """Forget all failures: the key has proved itself."""
        with self._lock:
            self._failures.pop(key, None)

    def _wait_s(self, count: int) -> float:
        beyond = count - self._free
        if beyond < 0:
            return 0.0
        return min(self._longest_s, self._first_s * 2.0 ** min(beyond, 30))


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or its /64 where one customer has all of it."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _too_many(left_us: int) -> Throttled:
    return Throttled(
        f"too many failed attempts; try again in {_words(left_us)}",
        retry_after_s=left_us / 1_000_000,
    )


def _words(left_us: int) -> str:
    seconds = max(1, -(-left_us // 1_000_000))
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} minutes"
