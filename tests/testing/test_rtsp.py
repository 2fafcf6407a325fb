"""The RTSP server as FFmpeg sees it when the camera is well."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from tests.testing.conftest import CLIP_FRAMES, numbered
from tests.testing.watching import Seen, take, watch
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Codec, Encoding, encode, load
from vedette.testing.rtsp import MountOptions, RtspServer, Wire


@pytest.fixture
def server() -> Iterator[RtspServer]:
    with RtspServer() as server:
        yield server


def steady(seen: list[Seen]) -> bool:
    """Whether each picture follows the one before, in number and in time, over the loop's end."""
    return all(
        b.count is not None
        and a.count is not None
        and (b.count - a.count) % CLIP_FRAMES == 1
        and abs(b.t_s - a.t_s - 0.05) < 0.002
        for a, b in itertools.pairwise(seen)
    )


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_a_clip_loops_without_a_gap(
    codec: Codec, transport: str, clips: dict[Codec, Clip], server: RtspServer
) -> None:
    server.add("cam", clips[codec], MountOptions(offset_s=1.4))
    seen = take(watch(server.url("cam"), transport=transport), 20)
    assert steady(seen)
    assert {(one.width, one.height) for one in seen} == {(320, 192)}


@pytest.mark.parametrize(
    "login",
    [
        Login(user="guard", password="p@ss:/word", scheme="basic"),
        Login(user="guard", password="p@ss:/word"),
        Login(user="guard", password="secret", qop=True),
        # Each nonce serves two requests: the client must take a new one in mid-dialogue.
        Login(user="guard", password="secret", nonce_uses=2),
    ],
    ids=["basic", "digest", "digest with qop", "digest going stale"],
)
def test_a_guarded_camera_wants_the_password(
    login: Login, clips: dict[Codec, Clip], server: RtspServer
) -> None:
    mount = server.add("cam", clips["h264"], MountOptions(login=login))
    with pytest.raises(av.error.HTTPUnauthorizedError):
        take(watch(server.url("cam")), 1)
    assert mount.stats.opened == 0
    assert take(watch(server.url("cam", login=True)), 1)


def test_a_wrong_password_is_refused(clips: dict[Codec, Clip], server: RtspServer) -> None:
    server.add("cam", clips["h264"], MountOptions(login=Login(user="guard", password="right")))
    address = server.url("cam").replace("rtsp://", "rtsp://guard:wrong@")
    with pytest.raises(av.error.HTTPUnauthorizedError):
        take(watch(address), 1)


@pytest.mark.parametrize(
    "wire",
    [
        Wire(parameter_sets_in_sdp=False),
        Wire(parameter_sets_in_band=False),
        Wire(aggregate=True, parameter_sets_in_sdp=False),
    ],
    ids=["in band only", "in the SDP only", "in one packet"],
)
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_parameter_sets_may_come_in_any_way(
    codec: Codec, wire: Wire, clips: dict[Codec, Clip], server: RtspServer
) -> None:
    server.add("cam", clips[codec], MountOptions(wire=wire, join="start"))
    assert steady(take(watch(server.url("cam")), 12))


def test_one_connection_is_counted_as_one(clips: dict[Codec, Clip], server: RtspServer) -> None:
    mount = server.add("cam", clips["mjpeg"])
    first, second = watch(server.url("cam")), watch(server.url("cam"))
    take(first, 1)
    assert (mount.stats.connections, mount.stats.playing, mount.stats.opened) == (1, 1, 1)
    take(second, 1)
    assert (mount.stats.connections, mount.stats.playing, mount.stats.opened) == (2, 2, 2)
    del first, second
    wait_until(lambda: mount.stats.connections == 0)
    assert mount.stats.playing == 0


def test_viewers_share_the_camera_s_clock(clips: dict[Codec, Clip], server: RtspServer) -> None:
    mount = server.add("cam", clips["mjpeg"], MountOptions(wall_offset_s=3600.0))
    newest = take(watch(server.url("cam")), 3)[-1]
    now_us = round((time.time() + 3600.0) * 1e6)
    loop, t_s = mount.loop_at(now_us)
    assert mount.wall_us(loop, t_s) == pytest.approx(now_us, abs=20)
    assert newest.count is not None
    behind_s = (t_s - newest.count * 0.05) % clips["mjpeg"].duration_s
    assert behind_s < 1.0


def test_rtp_time_may_wrap(clips: dict[Codec, Clip], server: RtspServer) -> None:
    soon = 2**32 - 90_000
    server.add("cam", clips["mjpeg"], MountOptions(timestamp_base=soon))
    assert steady(take(watch(server.url("cam")), 30))


def test_paced_packets_make_the_same_pictures(clips: dict[Codec, Clip], server: RtspServer) -> None:
    server.add("cam", clips["mjpeg"], MountOptions(pace_s=0.02))
    assert steady(take(watch(server.url("cam")), 10))


def test_a_camera_changes_its_resolution(
    clips: dict[Codec, Clip], server: RtspServer, tmp_path: Path
) -> None:
    how = Encoding(fps=20, gop_s=0.5, preset="ultrafast")
    large = load(encode(numbered((640, 360)), tmp_path / "large.mp4", how))
    mount = server.add("cam", clips["h264"])
    stream = watch(server.url("cam"))
    before = take(stream, 2)
    mount.switch(large)
    after = take(itertools.dropwhile(lambda one: one.width == 320, stream), 12)
    assert {one.width for one in after} == {640}
    assert after[0].count == 0
    assert after[0].t_s > before[-1].t_s
    assert steady(after)
    assert mount.stats.opened == 1


def test_a_camera_that_changes_its_codec_hangs_up(
    clips: dict[Codec, Clip], server: RtspServer
) -> None:
    mount = server.add("cam", clips["h264"])
    stream = watch(server.url("cam"))
    take(stream, 2)
    mount.switch(clips["hevc"])
    assert len(list(stream)) < CLIP_FRAMES
    assert steady(take(watch(server.url("cam")), 2))


def wait_until(true: object, patience_s: float = 3.0) -> None:
    """Poll what another thread is about to make true."""
    assert callable(true)
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
