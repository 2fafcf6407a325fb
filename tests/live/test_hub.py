"""Viewers share one reading of a stream; a slow one loses pictures, the others do not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from tests.live.film import clip, packets
from vedette.core.media import Packet
from vedette.live.hub import LiveHub
from vedette.live.queue import Chunk, Drop, State, ViewerQueue
from vedette.live.wrapping import Wrapping
from vedette.testing.packets import PacketShelf

T = TypeVar("T")


@pytest.fixture
def film(tmp_path: Path) -> list[Packet]:
    """Thirty pictures, a key frame in every ten."""
    return packets(clip(tmp_path))


def run(scene: Callable[[], Awaitable[T]]) -> T:
    """Play a scene in a loop of its own."""

    async def bounded() -> T:
        return await asyncio.wait_for(scene(), 10)

    return asyncio.run(bounded())


async def take(queue: ViewerQueue, count: int) -> list[Chunk]:
    """The next pictures."""
    chunks: list[Chunk] = []
    while len(chunks) < count:
        one = await queue.next()
        assert isinstance(one, Chunk), one
        chunks.append(one)
    return chunks


def test_a_viewer_begins_at_the_last_key_frame(film: list[Packet]) -> None:
    async def scene() -> list[Chunk]:
        shelf = PacketShelf()
        for packet in film[:15]:
            shelf.put(packet)
        async with LiveHub(shelf).view("gate", "main") as viewer:
            return await take(viewer, 5)

    chunks = run(scene)
    assert [chunk.t_us for chunk in chunks] == [packet.t_us for packet in film[10:15]]
    assert chunks[0].key


def test_many_viewers_share_one_reading_and_the_same_bytes(film: list[Packet]) -> None:
    shelf = PacketShelf()
    hub = LiveHub(shelf)

    async def scene() -> None:
        shelf.put(film[0])
        async with hub.view("gate", "main") as first:
            await take(first, 1)
            async with hub.view("gate", "main") as second:
                assert hub.watched() == {("gate", "main"): 2}
                shelf.put(film[1])
                (one,) = await take(first, 1)
                two = await take(second, 2)
                assert two[1] is one
                assert two[0].t_us == film[0].t_us

    run(scene)
    assert shelf.watches == 1


def test_when_the_last_viewer_leaves_the_reading_ends(film: list[Packet]) -> None:
    shelf = PacketShelf()
    hub = LiveHub(shelf)

    async def scene() -> None:
        shelf.put(film[0])
        async with hub.view("gate", "main") as viewer:
            await take(viewer, 1)
            assert shelf.watching == 1
        assert shelf.watching == 0

    run(scene)
    assert hub.watched() == {}


def test_a_change_of_format_begins_a_new_timeline(film: list[Packet], tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    other = packets(clip(second, "hevc"), start_us=film[-1].t_us + 100_000)

    async def scene() -> list[Chunk]:
        shelf = PacketShelf()
        shelf.add("gate")
        async with LiveHub(shelf).view("gate", "main") as viewer:
            for packet in [*film[:3], *other[:3]]:
                shelf.put(packet)
            return await take(viewer, 6)

    openings = [chunk.opening for chunk in run(scene)]
    assert openings[0] is openings[2]
    assert [one.codec for one in openings] == ["h264"] * 3 + ["hevc"] * 3


def test_pictures_of_a_new_format_wait_for_their_key_frame(film: list[Packet]) -> None:
    changed = replace(film[0].format, width=320)

    async def scene() -> list[Chunk]:
        shelf = PacketShelf()
        shelf.add("gate")
        async with LiveHub(shelf).view("gate", "main") as viewer:
            for packet in film[:5]:
                shelf.put(packet)
            for packet in film[5:12]:
                shelf.put(replace(packet, format=changed))
            return await take(viewer, 7)

    chunks = run(scene)
    assert [chunk.t_us for chunk in chunks[5:]] == [film[10].t_us, film[11].t_us]
    assert chunks[5].opening.width == 320


def test_a_clock_that_jumps_back_begins_a_new_timeline(film: list[Packet]) -> None:
    async def scene() -> list[Chunk]:
        shelf = PacketShelf()
        shelf.add("gate")
        async with LiveHub(shelf).view("gate", "main") as viewer:
            for packet in film[:10]:
                shelf.put(packet)
            for packet in film[10:]:
                shelf.put(replace(packet, t_us=packet.t_us - 3600_000_000))
            return await take(viewer, 20)

    chunks = run(scene)
    assert chunks[9].opening is not chunks[10].opening
    assert chunks[10].opening.base_t_us < chunks[10].t_us


def test_jpegs_pass_as_they_are(tmp_path: Path) -> None:
    film = packets(clip(tmp_path, "mjpeg"))

    async def scene() -> list[Chunk]:
        shelf = PacketShelf()
        shelf.add("gate")
        async with LiveHub(shelf).view("gate", "main") as viewer:
            for packet in film[:3]:
                shelf.put(packet)
            return await take(viewer, 3)

    chunks = run(scene)
    assert chunks[0].opening.mime == "image/jpeg"
    for chunk, packet in zip(chunks, film, strict=False):
        assert int.from_bytes(chunk.payload[:8], "big") == packet.t_us
        assert chunk.payload[8:] == packet.data


def test_an_unknown_stream_is_said_to_be_so() -> None:
    async def scene() -> object:
        async with LiveHub(PacketShelf()).view("gate", "main") as viewer:
            return await viewer.next()

    told = run(scene)
    assert isinstance(told, State)
    assert told.state == "failed"
    assert "gate/main" in told.reason


def test_a_codec_no_browser_shows_is_said_to_be_so(film: list[Packet]) -> None:
    async def scene() -> object:
        shelf = PacketShelf()
        shelf.put(replace(film[0], format=replace(film[0].format, codec="vp9")))
        async with LiveHub(shelf).view("gate", "main") as viewer:
            return await viewer.next()

    told = run(scene)
    assert isinstance(told, State)
    assert told.state == "unsupported"


class Timepiece:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def chunks_of(film: list[Packet]) -> list[Chunk]:
    """The film as a viewer gets it."""
    wrapping = Wrapping()
    wrapped = [wrapping.wrap(packet) for packet in film]
    return [chunk for chunk in wrapped if chunk is not None]


def test_a_slow_viewer_skips_to_the_next_key_frame_and_is_told(film: list[Packet]) -> None:
    async def scene() -> None:
        clock = Timepiece()
        queue = ViewerQueue(clock)
        film_chunks = chunks_of(film)
        for chunk in film_chunks[:15]:
            queue.offer(chunk)
        # Nothing is read for three seconds.
        clock.now_s = 3.0
        for chunk in film_chunks[15:]:
            queue.offer(chunk)
        told = await queue.next()
        assert told == Drop(dropped=15)
        rest = await take(queue, 10)
        assert [chunk.t_us for chunk in rest] == [packet.t_us for packet in film[20:]]
        assert rest[0].key
        # Those that hung on what was dropped are counted as well.
        assert queue.dropped == 20

    run(scene)


def test_a_long_greeting_is_not_taken_for_slowness(film: list[Packet]) -> None:
    async def scene() -> None:
        queue = ViewerQueue(Timepiece())
        for index, chunk in enumerate(chunks_of(film)):
            # One group of three seconds, all at once.
            queue.offer(replace(chunk, key=index == 0))
        assert len(await take(queue, 30)) == 30
        assert queue.dropped == 0

    run(scene)


def test_what_waits_is_bounded_in_bytes_too(film: list[Packet]) -> None:
    async def scene() -> None:
        queue = ViewerQueue(Timepiece())
        large = [replace(chunk, payload=bytes(4 << 20)) for chunk in chunks_of(film)]
        for chunk in large[:9]:
            queue.offer(chunk)
        assert await queue.next() == Drop(dropped=4)
        assert queue.dropped == 9

    run(scene)


def test_who_joins_between_key_frames_has_lost_nothing(film: list[Packet]) -> None:
    async def scene() -> None:
        queue = ViewerQueue(Timepiece())
        for chunk in chunks_of(film)[5:12]:
            queue.offer(chunk)
        assert [one.t_us for one in await take(queue, 2)] == [film[10].t_us, film[11].t_us]
        assert queue.dropped == 0

    run(scene)


class Collapsing(PacketShelf):
    """A hub with a mistake in it."""

    def watch(self, camera: str, stream: str) -> NoReturn:
        raise RuntimeError("a mistake of ours")


def test_a_reading_that_collapses_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    async def scene() -> None:
        hub = LiveHub(Collapsing())
        for _ in range(2):
            # The second time there is a new attempt, not the one that is dead.
            async with hub.view("gate", "main") as viewer:
                told = await viewer.next()
                assert isinstance(told, State)
                assert told.state == "failed"
        assert hub.watched() == {}
        for thread in threading.enumerate():
            if thread.name == "live-gate-main":
                thread.join()

    run(scene)
