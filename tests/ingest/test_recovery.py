"""A feed on a real server that is killed, silenced, changed and spoilt."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from tests.ingest.reading import origin
from vedette.core.facts import StreamStatus
from vedette.core.media import Packet
from vedette.ingest.decode import DietDecoder
from vedette.ingest.feed import Backoff, Feed
from vedette.ingest.rtsp.source import RtspSource
from vedette.ingest.taps import PacketQueue
from vedette.testing.clips import Clip, Codec
from vedette.testing.rtsp import Faults, Mount, MountOptions, RtspServer

QUICK = Backoff(first_s=0.05, longest_s=0.2)


@pytest.fixture
def mount(rtsp: RtspServer, clips: dict[Codec, Clip]) -> Mount:
    return rtsp.add("cam", clips["h264"], MountOptions(join="burst"))


@pytest.fixture
def feed(rtsp: RtspServer, mount: Mount) -> Iterator[Feed]:
    feed = Feed(RtspSource(url=rtsp.url("cam")), origin(silent_s=1.0), backoff=QUICK)
    feed.start()
    yield feed
    feed.stop()
    assert not feed.alive


def wait_for(feed: Feed, state: str, within_s: float = 10.0) -> StreamStatus:
    until = time.monotonic() + within_s
    while (status := feed.status()).state != state:
        assert time.monotonic() < until, f"still {status.state}: {status.reason}"
        time.sleep(0.01)
    return status


def drain(queue: PacketQueue, seconds: float) -> list[Packet]:
    until, found = time.monotonic() + seconds, []
    while (left := until - time.monotonic()) > 0:
        packet = queue.get(left)
        if packet is not None:
            found.append(packet)
    return found


def test_ten_times_killed_it_is_live_again_each_time(rtsp: RtspServer, feed: Feed) -> None:
    queue = PacketQueue()
    feed.add(queue)
    for life in range(10):
        wait_for(feed, "live")
        rtsp.kill()
        status = wait_for(feed, "failed")
        assert status.reason
        rtsp.restart()
        began = time.monotonic()
        assert wait_for(feed, "live").reconnects == life + 1
        assert time.monotonic() - began < 10
    assert drain(queue, 0.3), "and its taps are still there"


def test_by_default_a_camera_is_live_again_within_ten_seconds() -> None:
    longest = Backoff().longest_s
    assert longest + 1.0 < 10.0, "the wait and a connection"


def test_silence_is_flagged_and_overcome(mount: Mount, feed: Feed) -> None:
    wait_for(feed, "live")
    mount.inject(Faults(stalled=True))
    began = time.monotonic()
    status = wait_for(feed, "silent")
    assert time.monotonic() - began < 3
    assert "no picture" in status.reason
    mount.heal()
    assert wait_for(feed, "live").reason == ""


def test_resolution_and_codec_may_change_under_a_running_feed(
    mount: Mount, feed: Feed, clips: dict[Codec, Clip], small_clip: Clip
) -> None:
    queue, decoder = PacketQueue(), DietDecoder(fps=60)
    feed.add(queue, with_gop=True)
    seen: list[tuple[str, int]] = []
    for clip in (clips["h264"], small_clip, clips["hevc"], clips["mjpeg"], clips["h264"]):
        if mount.clip is not clip:
            mount.switch(clip)
        wanted, until = (clip.codec, clip.width), time.monotonic() + 8
        while not seen or seen[-1] != wanted:
            assert time.monotonic() < until, f"no {wanted} after {seen[-3:]}"
            packet = queue.get(1)
            for frame in decoder.decode(packet) if packet else ():
                assert packet is not None
                seen.append((packet.format.codec, frame.width))
    status = feed.status()
    assert (status.codec, status.width) == ("h264", 320)


def test_any_number_of_taps_share_one_connection(mount: Mount, feed: Feed) -> None:
    queues = [PacketQueue() for _ in range(12)]
    wait_for(feed, "live")
    for queue in queues:
        feed.add(queue, with_gop=True)
    found = [drain(queue, 0.4 if n == 0 else 0.01) for n, queue in enumerate(queues)]
    assert all(len(packets) >= 8 and packets[0].key for packets in found)
    assert (mount.stats.opened, mount.stats.playing) == (1, 1)


def test_a_slow_tap_harms_nobody_else(feed: Feed) -> None:
    slow, quick = PacketQueue(packets=15), PacketQueue()
    feed.add(slow)
    feed.add(quick)
    whole = drain(quick, 2.5)
    late = drain(slow, 0.01)
    assert quick.dropped <= 12, "at most what came before the first key picture"
    assert len(whole) > 45
    assert slow.dropped > 20
    assert late[0].key
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(late)} == {40_000}


@pytest.mark.parametrize("faults", [Faults(corruption=0.3), Faults(loss=0.2)])
def test_spoilt_packets_never_end_a_connection(faults: Faults, mount: Mount, feed: Feed) -> None:
    queue, decoder = PacketQueue(), DietDecoder(fps=60)
    feed.add(queue)
    wait_for(feed, "live")
    mount.inject(faults)
    for packet in drain(queue, 1.2):
        list(decoder.decode(packet))
    status = feed.status()
    assert (status.state, status.reconnects) == ("live", 0)
    if faults.loss:
        assert status.damaged > 0


def test_rates_are_those_of_the_camera(feed: Feed) -> None:
    wait_for(feed, "live")
    queue = PacketQueue()
    feed.add(queue, with_gop=True)
    packets = drain(queue, 2.5)
    status = feed.status()
    assert status.fps == pytest.approx(25.0, abs=0.2)
    octets = sum(len(one.data) for one in packets) / len(packets)
    assert status.bitrate_bps == pytest.approx(octets * 8 * 25, rel=0.2)


def test_the_analysed_rate_over_rtsp_is_true(rtsp: RtspServer, mount: Mount, feed: Feed) -> None:
    queue, decoder = PacketQueue(), DietDecoder(fps=5)
    feed.add(queue, with_gop=True)
    frames = [frame for packet in drain(queue, 2.5) for frame in decoder.decode(packet)]
    rate = (len(frames) - 1) * 1e6 / (frames[-1].pts_us - frames[0].pts_us)
    assert rate == pytest.approx(5.0, abs=0.1)


def test_taps_come_and_go_while_packets_flow(feed: Feed) -> None:
    wait_for(feed, "live")
    ending = threading.Event()
    faults: list[str] = []

    def churn() -> None:
        while not ending.is_set():
            queue = PacketQueue(on_close=feed.remove)
            feed.add(queue, with_gop=True)
            first = queue.get(1.0)
            if first is None or not first.key:
                faults.append("a tap did not begin with a key picture")
            queue.close()

    threads = [threading.Thread(target=churn) for _ in range(4)]
    for one in threads:
        one.start()
    time.sleep(1.0)
    ending.set()
    for one in threads:
        one.join()
    assert faults == []
    assert feed.taps == ()
    assert feed.status().state == "live"
