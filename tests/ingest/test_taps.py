"""A packet queue is bounded, drops whole groups of pictures, and says how many."""

from __future__ import annotations

import threading

import pytest

from tests.ingest.reading import numbers, packet
from vedette.core.media import Packet
from vedette.core.ports import PacketInbox, Tap
from vedette.ingest.taps import PacketQueue


def gops(count: int, size: int, *, octets: int = 10) -> list[Packet]:
    """Groups of pictures, numbered through."""
    return [packet(n, key=n % size == 0, octets=octets) for n in range(count * size)]


def fill(queue: PacketQueue, packets: list[Packet]) -> None:
    for one in packets:
        queue.take(one)


def drain(queue: PacketQueue) -> list[int]:
    found = []
    while (one := queue.get(0)) is not None:
        found.append(one)
    return numbers(found)


def is_decodable(found: list[int], size: int) -> bool:
    """Every picture follows the one before it, or is a key picture."""
    return all(n % size == 0 or n - 1 in found for n in found)


def test_what_is_put_in_comes_out_in_order() -> None:
    queue = PacketQueue()
    fill(queue, gops(2, 5))
    assert drain(queue) == list(range(10))
    assert (queue.dropped, queue.closed) == (0, False)


def test_it_is_a_tap_and_an_inbox() -> None:
    tap: Tap = PacketQueue()
    inbox: PacketInbox = PacketQueue()
    tap.take(packet(0, key=True))
    assert inbox.get(0) is None


def test_it_begins_with_a_key_packet() -> None:
    queue = PacketQueue()
    fill(queue, [packet(1), packet(2), packet(3, key=True), packet(4)])
    assert drain(queue) == [3, 4]
    assert queue.dropped == 2


@pytest.mark.parametrize(
    ("room", "size", "left"),
    [
        # The oldest groups go, as many as must.
        (12, 5, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
        (5, 5, [15, 16, 17, 18, 19]),
        # A group that does not fit at all: its beginning is kept, its rest dropped.
        (3, 5, [15, 16, 17]),
        (1, 1, [3]),
    ],
)
def test_when_full_it_drops_whole_groups(room: int, size: int, left: list[int]) -> None:
    queue = PacketQueue(packets=room)
    packets = gops(4, size)
    fill(queue, packets)
    found = drain(queue)
    assert found == left
    assert queue.dropped == len(packets) - len(left)


@pytest.mark.parametrize("size", [1, 4, 7, 25])
@pytest.mark.parametrize("room", [3, 10, 26])
@pytest.mark.parametrize("every", [2, 5, 11])
def test_whatever_a_slow_reader_gets_can_be_decoded(size: int, room: int, every: int) -> None:
    queue = PacketQueue(packets=room)
    found: list[Packet] = []
    for one in gops(20, size):
        queue.take(one)
        if one.pts_us // 40_000 % every == 0 and (got := queue.get(0)) is not None:
            found.append(got)
    rest = drain(queue)
    taken = numbers(found) + rest
    assert is_decodable(taken, size)
    assert taken == sorted(taken)
    assert queue.dropped == 20 * size - len(taken)


def test_bytes_are_bounded_too() -> None:
    queue = PacketQueue(packets=1000, octets=1000)
    fill(queue, gops(4, 5, octets=100))
    assert drain(queue) == list(range(10, 20))


def test_one_packet_larger_than_the_queue_passes_alone() -> None:
    queue = PacketQueue(octets=100)
    fill(queue, [packet(0, key=True, octets=500)])
    assert drain(queue) == [0]


def test_get_waits_for_a_packet_and_not_longer_than_told() -> None:
    queue = PacketQueue()
    assert queue.get(0.01) is None
    threading.Timer(0.05, queue.take, [packet(0, key=True)]).start()
    got = queue.get(5)
    assert got is not None


def test_closing_ends_waiting_and_is_told_once() -> None:
    closed: list[PacketQueue] = []
    queue = PacketQueue(on_close=closed.append)
    fill(queue, gops(1, 3))
    threading.Timer(0.05, queue.close).start()
    while queue.get(5) is not None:
        pass
    queue.close()
    assert queue.closed
    assert queue.get(0) is None
    assert closed == [queue]
    queue.take(packet(0, key=True))
    assert len(queue) == 0, "what comes after is nobody's"


@pytest.mark.parametrize("room", [{"packets": 0}, {"octets": 0}])
def test_a_queue_without_room_is_refused(room: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="hold something"):
        PacketQueue(**room)  # type: ignore[arg-type]  # mypy does not see which key it is
