"""One connection, many taps, and a stream that is always tried again; on a simulated clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from structlog.testing import capture_logs

from tests.ingest.reading import FORM, numbers, origin, packet
from vedette.core.clock import SimulatedClock, from_seconds
from vedette.core.errors import LoginFailed, SourceError, StreamSilent, Unreachable
from vedette.core.media import Packet, Sound, SoundFormat
from vedette.core.ports import Origin
from vedette.ingest.feed import Backoff, Feed
from vedette.ingest.taps import PacketQueue

Script = Callable[["Camera"], Iterator[Packet | Sound]]


@dataclass
class Camera:
    """A source whose lives are written down beforehand."""

    clock: SimulatedClock
    lives: list[Script]
    opened: list[int] = field(default_factory=list)
    closed: int = 0

    def open(self, origin: Origin) -> Camera:
        self.opened.append(self.clock.now_us())
        return self

    def packets(self) -> Iterator[Packet | Sound]:
        life = self.lives.pop(0)
        yield from life(self)

    def close(self) -> None:
        self.closed += 1


@dataclass
class Collector:
    """A tap that keeps what it gets."""

    got: list[Packet] = field(default_factory=list)
    fails_at: int | None = None

    def take(self, packet: Packet) -> None:
        if self.fails_at == len(self.got):
            raise OSError("disk full")
        self.got.append(packet)


def playing(count: int, *, gop: int = 5, then: Exception | None = None) -> Script:
    """So many pictures at 25 a second, then the end or an error."""

    def life(camera: Camera) -> Iterator[Packet | Sound]:
        for number in range(count):
            camera.clock.sleep(0.04)
            yield packet(number, key=number % gop == 0, octets=1000)
        if then is not None:
            raise then

    return life


def failing(error: Exception) -> Script:
    return playing(0, then=error)


GONE = Unreachable("cam ended the stream")


def feed_of(*lives: Script, backoff: Backoff | None = None) -> tuple[Feed, Camera, SimulatedClock]:
    clock = SimulatedClock()
    camera = Camera(clock, [*lives])
    feed = Feed(
        camera,
        origin(clock=clock, silent_s=8),
        backoff=backoff or Backoff(),
        chance=random.Random(1),
    )
    return feed, camera, clock


def test_every_tap_gets_every_packet_of_the_one_connection() -> None:
    feed, camera, _ = feed_of(playing(10))
    taps = [Collector() for _ in range(5)]
    for tap in taps:
        feed.add(tap)
    feed.run()
    assert all(numbers(tap.got) == list(range(10)) for tap in taps)
    assert len(camera.opened) == camera.closed == 1


def test_a_file_played_to_its_end_is_over_and_says_so() -> None:
    feed, _, _ = feed_of(playing(3))
    feed.run()
    status = feed.status()
    assert (status.state, status.reason) == ("stopped", "played to its end")
    assert (status.packets, status.reconnects) == (3, 0)


def test_a_tap_that_fails_is_removed_and_the_others_go_on() -> None:
    feed, _, _ = feed_of(playing(10))
    bad, good = Collector(fails_at=4), Collector()
    feed.add(bad)
    feed.add(good)
    with capture_logs() as logs:
        feed.run()
    assert (len(bad.got), len(good.got)) == (4, 10)
    assert feed.taps == (good,)
    assert [log["event"] for log in logs] == ["tap removed: it failed"]


def test_a_tap_may_come_in_the_middle_and_begin_with_the_current_gop() -> None:
    late, plain = Collector(), Collector()

    def life(camera: Camera) -> Iterator[Packet | Sound]:
        for number in range(13):
            if number == 9:
                feed.add(late, with_gop=True)
                feed.add(plain)
            yield packet(number, key=number % 5 == 0)

    feed, _, _ = feed_of(life)
    feed.run()
    assert numbers(late.got) == [5, 6, 7, 8, 9, 10, 11, 12]
    assert numbers(plain.got) == [9, 10, 11, 12]


def test_a_tap_may_leave_in_the_middle() -> None:
    tap = Collector()

    def life(camera: Camera) -> Iterator[Packet | Sound]:
        for number in range(6):
            if number == 3:
                feed.remove(tap)
            yield packet(number, key=True)

    feed, _, _ = feed_of(life)
    feed.add(tap)
    feed.run()
    assert numbers(tap.got) == [0, 1, 2]


def test_a_gop_too_large_to_keep_is_not_given() -> None:
    clock = SimulatedClock()
    feed = Feed(Camera(clock, [playing(9)]), origin(clock=clock), gop_octets=3_500)
    feed.run()
    tap = Collector()
    feed.add(tap, with_gop=True)
    # Of the second group of four pictures three would fit, but not all that came.
    assert tap.got == []


def test_a_slow_tap_loses_only_its_own_packets_and_by_whole_gop() -> None:
    slow, quick = PacketQueue(packets=7), Collector()
    feed, _, _ = feed_of(playing(23))
    feed.add(slow)
    feed.add(quick)
    feed.run()
    assert len(quick.got) == 23
    left = []
    while (one := slow.get(0)) is not None:
        left.append(one)
    assert numbers(left) == [20, 21, 22]
    assert feed.status().dropped == slow.dropped == 20


def test_after_a_failure_it_waits_longer_each_time_and_up_to_the_longest() -> None:
    backoff = Backoff(first_s=0.5, longest_s=8.0)
    feed, camera, _ = feed_of(*[failing(GONE)] * 9, playing(1), backoff=backoff)
    feed.run()
    waits = [(b - a) / 1e6 for a, b in zip(camera.opened, camera.opened[1:], strict=False)]
    wanted = [0.5, 1, 2, 4, 8, 8, 8, 8, 8]
    assert all(whole / 2 <= wait <= whole + 0.01 for wait, whole in zip(waits, wanted, strict=True))
    assert len(set(waits)) == len(waits), "jitter"


def test_after_ten_seconds_of_life_the_wait_is_short_again() -> None:
    lives = [*[failing(GONE)] * 5, playing(25 * 11, then=GONE), playing(1)]
    feed, camera, _ = feed_of(*lives)
    feed.run()
    lived_until = camera.opened[5] + from_seconds(11)
    assert camera.opened[6] - lived_until < from_seconds(0.51)


def test_a_short_life_does_not_shorten_the_wait() -> None:
    lives = [*[failing(GONE)] * 5, playing(25, then=GONE), playing(1)]
    feed, camera, _ = feed_of(*lives)
    feed.run()
    assert camera.opened[6] - camera.opened[5] > from_seconds(1 + 4)


def test_a_refused_login_is_not_tried_again_at_once() -> None:
    # Cameras lock out who tries a wrong password too often.
    feed, camera, _ = feed_of(failing(LoginFailed("no")), playing(1))
    feed.run()
    assert camera.opened[1] - camera.opened[0] >= from_seconds(30)


def test_broken_code_of_a_source_costs_a_life_and_says_which() -> None:
    feed, _, _ = feed_of(failing(KeyError("secret-in-a-key")), playing(1))
    with capture_logs() as logs:
        feed.run()
    assert feed.status().packets == 1
    assert logs[0]["error"] == "KeyError"
    assert "secret-in-a-key" not in str(logs)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreachable("nobody answers"), "failed"),
        (StreamSilent("not a word"), "silent"),
        (SourceError("something"), "failed"),
    ],
)
def test_status_says_in_words_why_a_stream_is_not_live(error: SourceError, state: str) -> None:
    seen = []

    def watcher(camera: Camera) -> Iterator[Packet]:
        seen.append(feed.status())
        yield packet(0, key=True)
        seen.append(feed.status())

    feed, _, clock = feed_of(playing(3, then=error), watcher)
    clock_sleep = clock.sleep

    def sleep(seconds: float) -> None:
        seen.append(feed.status())
        clock_sleep(seconds)

    feed.origin.clock.sleep = sleep  # type: ignore[method-assign]  # looks in while it waits
    feed.run()
    waiting = [one for one in seen if one.state == state]
    assert waiting and all(one.reason == error.message for one in waiting)
    assert [one.state for one in seen][-1] == "live"
    assert (seen[-1].reason, seen[-1].reconnects) == ("", 1)


def test_attempts_in_vain_are_one_trouble_since_the_last_picture() -> None:
    seen = []

    def look(camera: Camera) -> Iterator[Packet]:
        seen.append(feed.status())
        raise GONE
        yield

    feed, _, clock = feed_of(playing(3, then=GONE), look, look, look, playing(1))
    began_us = clock.now_us()
    feed.run()
    assert {one.since_us - began_us for one in seen} == {from_seconds(3 * 0.04)}


def test_the_same_failure_is_logged_once() -> None:
    feed, _, _ = feed_of(*[failing(GONE)] * 6, playing(3))
    with capture_logs() as logs:
        feed.run()
    assert [log["event"] for log in logs] == ["stream lost", "stream is back"]
    assert structlog.get_config() is not None


def test_rates_are_measured_on_the_streams_clock() -> None:
    feed, _, clock = feed_of(playing(25 * 8))
    feed.run()
    status = feed.status()
    assert status.fps == pytest.approx(25.0, abs=0.01)
    assert status.bitrate_bps == pytest.approx(25 * 1000 * 8, rel=0.01)
    assert (status.codec, status.width, status.height) == (FORM.codec, FORM.width, FORM.height)
    clock.sleep(20)
    assert feed.status().fps == 0.0


def test_a_stream_that_falls_silent_is_called_so_even_if_its_source_says_nothing() -> None:
    def life(camera: Camera) -> Iterator[Packet | Sound]:
        yield packet(0, key=True)
        camera.clock.sleep(8.5)
        status = feed.status()
        assert status.state == "silent"
        assert "no picture for 8 seconds" in status.reason

    feed, _, _ = feed_of(life)
    feed.run()
    assert feed.status().packets == 1


def test_damaged_packets_are_counted_and_handed_on() -> None:
    def life(camera: Camera) -> Iterator[Packet | Sound]:
        one = packet(0, key=True)
        yield Packet(**{name: getattr(one, name) for name in one.__slots__} | {"damaged": True})

    feed, _, _ = feed_of(life)
    tap = Collector()
    feed.add(tap)
    feed.run()
    assert feed.status().damaged == len(tap.got) == 1


def test_stop_ends_a_thread_and_may_be_called_twice() -> None:
    def endless(camera: Camera) -> Iterator[Packet]:
        number = 0
        while not camera.closed:
            yield packet(number, key=True)
            number += 1

    feed, _, _ = feed_of(endless)
    feed.start()
    with pytest.raises(RuntimeError, match="starts once"):
        feed.start()
    feed.stop()
    feed.stop()
    assert not feed.alive
    assert (feed.status().state, feed.status().reason) == ("stopped", "")


@dataclass
class Listener(Collector):
    """A tap that hears, as long as nothing breaks."""

    heard: list[Sound] = field(default_factory=list)
    deaf_at: int | None = None

    def hear(self, sound: Sound) -> None:
        if self.deaf_at == len(self.heard):
            raise ValueError("that is no sound")
        self.heard.append(sound)


def sounding(count: int) -> Script:
    """Pictures, each followed by what was heard with it."""
    form = SoundFormat(codec="pcm_alaw", rate_hz=8_000, channels=1)

    def life(camera: Camera) -> Iterator[Packet | Sound]:
        for one in playing(count)(camera):
            yield one
            yield Sound(
                camera=one.camera,
                stream=one.stream,
                t_us=one.t_us,
                pts_us=one.pts_us,
                duration_us=40_000,
                format=form,
                data=bytes(320),
            )

    return life


def test_sound_goes_to_those_who_hear_and_costs_nobody_a_picture() -> None:
    clock = SimulatedClock()
    deaf, hears, breaks = Collector(), Listener(), Listener(deaf_at=3)
    feed = Feed(Camera(clock, [sounding(10)]), origin(clock=clock))
    for tap in (deaf, hears, breaks):
        feed.add(tap)
    with capture_logs():
        feed.run_once()
    assert [len(tap.got) for tap in (deaf, hears, breaks)] == [10, 10, 10]
    assert (len(hears.heard), len(breaks.heard)) == (10, 3)
    late = Listener()
    feed.add(late, with_gop=True)
    assert [one.t_us for one in late.heard][-5:] == [one.t_us for one in hears.heard][-5:]
