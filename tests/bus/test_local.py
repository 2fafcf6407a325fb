"""The local bus and the packet sockets, over real Unix sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vedette.bus.broker import Broker
from vedette.bus.local import LocalBus
from vedette.bus.memory import MemoryBus
from vedette.bus.packets import PacketServer, RemotePackets
from vedette.core.errors import NotFound, Unavailable
from vedette.core.facts import Picture, SiteChanged, StreamStatus
from vedette.core.media import Packet, StreamFormat
from vedette.core.ports import PacketInbox


def until(true: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether something came true in time."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    one = Broker(tmp_path / "bus")
    one.start()
    yield one
    one.close()


@pytest.fixture
def joined(broker: Broker) -> Iterator[tuple[LocalBus, LocalBus]]:
    one, two = LocalBus(broker.path), LocalBus(broker.path)
    assert one.wait_connected(5) and two.wait_connected(5)
    yield one, two
    one.close()
    two.close()


def test_a_message_is_heard_in_the_other_process(joined: tuple[LocalBus, LocalBus]) -> None:
    one, two = joined
    heard = two.subscribe(SiteChanged)
    said = SiteChanged(revision=7)

    def came() -> bool:
        one.publish(said)  # the subscription travels too, so the first may be too early
        return heard.get(0.1) == said

    assert until(came)


def test_a_message_is_heard_here_once(joined: tuple[LocalBus, LocalBus]) -> None:
    one, _ = joined
    heard = one.subscribe(SiteChanged)
    one.publish(SiteChanged(revision=1))
    assert heard.get(1) == SiteChanged(revision=1)
    assert heard.get(0.2) is None


def test_only_what_was_subscribed_comes(joined: tuple[LocalBus, LocalBus]) -> None:
    one, two = joined
    pictures = two.subscribe(Picture)
    picture = Picture(ticket="t", camera="c", t_us=1, width=2, height=1, jpeg=b"\xff\xd8\x00")

    def came() -> bool:
        one.publish(SiteChanged(revision=1))
        one.publish(picture)
        return pictures.get(0.1) == picture

    assert until(came)


def test_the_bus_comes_back_when_the_broker_does(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "bus")
    broker.start()
    one, two = LocalBus(broker.path), LocalBus(broker.path)
    heard = two.subscribe(SiteChanged)
    assert one.wait_connected(5) and two.wait_connected(5)
    broker.close()
    again = Broker(tmp_path / "bus")
    again.start()

    def came() -> bool:
        one.publish(SiteChanged(revision=2))
        return heard.get(0.1) is not None

    assert until(came)
    one.close()
    two.close()
    again.close()


def test_something_that_is_no_message_is_refused(joined: tuple[LocalBus, LocalBus]) -> None:
    with pytest.raises(TypeError, match="not a message"):
        joined[0].publish("hello")


def test_a_full_inbox_drops_the_oldest_and_counts() -> None:
    bus = MemoryBus()
    inbox = bus.subscribe(SiteChanged, depth=2)
    for revision in range(5):
        bus.publish(SiteChanged(revision=revision))
    assert inbox.dropped == 3
    assert inbox.get(0) == SiteChanged(revision=3)


def test_a_closed_subscription_wakes_its_reader() -> None:
    inbox = MemoryBus().subscribe(StreamStatus)
    reader = threading.Thread(target=inbox.get)
    reader.start()
    inbox.close()
    reader.join(2)
    assert not reader.is_alive()


class _Inbox:
    """An inbox with packets that are there already."""

    def __init__(self, packets: list[Packet]) -> None:
        self.packets = packets
        self.closed = False
        self.dropped = 0

    def get(self, timeout_s: float | None = None) -> Packet | None:
        if self.packets:
            return self.packets.pop(0)
        time.sleep(0.01)
        return None

    def close(self) -> None:
        self.closed = True


def _packet(number: int, form: StreamFormat) -> Packet:
    return Packet(
        camera="cam",
        stream="main",
        t_us=1_700_000_000_000_000 + number,
        pts_us=number,
        duration_us=40_000,
        key=number % 2 == 0,
        damaged=number == 3,
        format=form,
        data=bytes([number]) * 1000,
    )


def test_packets_cross_processes_as_they_were(tmp_path: Path) -> None:
    first = StreamFormat(codec="h264", width=640, height=360, extradata=b"\x00\x01")
    second = StreamFormat(codec="hevc", width=1920, height=1080, extradata=b"\x02")
    sent = [_packet(n, first if n < 3 else second) for n in range(6)]
    inbox = _Inbox(list(sent))

    def watch(camera: str, stream: str) -> PacketInbox:
        if (camera, stream) != ("cam", "main"):
            raise NotFound("no such stream")
        return inbox

    server = PacketServer(tmp_path / "packets", watch)
    server.start()
    hub = RemotePackets(lambda _: tmp_path / "packets")
    reader = hub.watch("cam", "main")
    got: list[Packet] = []

    def all_there() -> bool:
        packet = reader.get(1)
        if packet is not None:
            got.append(packet)
        return len(got) == len(sent)

    assert until(all_there)
    assert got == sent
    assert got[0].format is got[2].format, "a format stays the same object while nothing changes"
    reader.close()
    assert until(lambda: inbox.closed), "the server notices that its reader has gone"

    nobody = hub.watch("other", "main")
    assert until(lambda: nobody.get(1) is None and nobody.closed)
    server.close()
    with pytest.raises(Unavailable):
        hub.watch("cam", "main")
