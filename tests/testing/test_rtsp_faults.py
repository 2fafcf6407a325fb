"""Every way in which a camera can fail, made on purpose."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator

import av
import pytest

from tests.testing.watching import take, watch
from vedette.testing.clips import Clip, Codec
from vedette.testing.rtsp import Faults, Mount, MountOptions, RtspServer


@pytest.fixture
def server() -> Iterator[RtspServer]:
    with RtspServer() as server:
        yield server


@pytest.fixture
def mount(server: RtspServer, clips: dict[Codec, Clip]) -> Mount:
    return server.add("cam", clips["h264"])


def test_an_unknown_path_is_not_found(server: RtspServer, mount: Mount) -> None:
    with pytest.raises(av.error.HTTPNotFoundError):
        take(watch(server.url("cam") + "2"), 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, av.error.HTTPNotFoundError),
        (401, av.error.HTTPUnauthorizedError),
        (503, av.error.HTTPServerError),
    ],
)
def test_a_camera_answers_with_a_status(
    status: int, error: type[Exception], server: RtspServer, mount: Mount
) -> None:
    mount.inject(Faults(status=status))
    with pytest.raises(error):
        take(watch(server.url("cam")), 1)
    mount.heal()
    assert take(watch(server.url("cam")), 1)


def test_a_refused_connection_fails_at_once(server: RtspServer, mount: Mount) -> None:
    stream = watch(server.url("cam"))
    take(stream, 1)
    server.refuse()
    began = time.monotonic()
    with pytest.raises(ConnectionRefusedError):
        take(watch(server.url("cam")), 1)
    assert time.monotonic() - began < 3.0
    assert take(stream, 5), "open connections go on"
    server.accept()
    assert take(watch(server.url("cam")), 1)


@pytest.mark.parametrize("whole_server", [True, False])
def test_a_silent_camera_accepts_and_never_answers(
    whole_server: bool, server: RtspServer, mount: Mount
) -> None:
    server.silent = whole_server
    mount.inject(Faults(silent=not whole_server))
    with pytest.raises((av.error.ExitError, av.error.InvalidDataError)):
        take(watch(server.url("cam"), timeout_s=0.5), 1)
    assert mount.stats.described == 0


def test_a_stalled_camera_holds_the_connection(server: RtspServer, mount: Mount) -> None:
    stream = watch(server.url("cam"), timeout_s=0.7)
    take(stream, 2)
    mount.inject(Faults(stalled=True))
    with pytest.raises(av.error.ExitError):
        take(stream, 60)
    assert mount.stats.opened == 1


def test_after_a_stall_pictures_come_again(server: RtspServer, mount: Mount) -> None:
    stream = watch(server.url("cam"))
    take(stream, 2)
    mount.inject(Faults(stalled=True))
    sent = mount.stats.frames
    time.sleep(0.3)
    assert mount.stats.frames <= sent + 1
    mount.heal()
    assert len(take(stream, 15)) == 15


def test_cut_connections_end_the_stream(server: RtspServer, mount: Mount) -> None:
    stream = watch(server.url("cam"))
    take(stream, 2)
    mount.cut()
    assert len(list(stream)) < 40
    assert take(watch(server.url("cam")), 1)


def test_a_killed_server_comes_back_on_its_port(server: RtspServer, mount: Mount) -> None:
    for _ in range(3):
        stream, address = watch(server.url("cam")), server.url("cam")
        take(stream, 1)
        server.kill()
        assert mount.stats.connections == 0
        with pytest.raises(ConnectionRefusedError):
            take(watch(address), 1)
        server.restart()
        assert server.url("cam") == address
    assert take(watch(server.url("cam")), 1)


def test_lost_packets_cost_pictures_and_nothing_else(
    server: RtspServer, clips: dict[Codec, Clip]
) -> None:
    mount = server.add("lossy", clips["mjpeg"])
    mount.inject(Faults(loss=0.1))
    counts = [one.count for one in take(watch(server.url("lossy")), 15)]
    sent = mount.stats.frames
    assert sent > len(counts)
    steps = [(b - a) % 40 for a, b in itertools.pairwise(counts) if a and b]
    assert max(steps) > 1, "some pictures are missing"


def test_corrupt_packets_are_really_corrupt(
    server: RtspServer, clips: dict[Codec, Clip], mount: Mount
) -> None:
    good = {clips["h264"].annexb(index) for index in range(40)}
    mount.inject(Faults(corruption=0.5))
    with av.open(server.url("cam"), options={"rtsp_transport": "tcp"}, timeout=(5, 5)) as source:
        packets = source.demux(video=0)
        received = [bytes(next(packets)) for _ in range(20)]
    assert 3 <= sum(packet not in good for packet in received) <= 20


def test_answers_may_be_slow(server: RtspServer, mount: Mount) -> None:
    mount.inject(Faults(delay_s=0.15))
    began = time.monotonic()
    take(watch(server.url("cam")), 1)
    assert time.monotonic() - began > 4 * 0.15, "OPTIONS, DESCRIBE, SETUP and PLAY each wait"


def test_who_sends_no_sign_of_life_is_dropped(server: RtspServer, clips: dict[Codec, Clip]) -> None:
    server.add("strict", clips["h264"], MountOptions(session_timeout_s=1, enforce_timeout=True))
    with socket.create_connection((server.host, server.port), timeout=5) as line:
        line.sendall(f"DESCRIBE {server.url('strict')} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        assert b"200 OK" in line.recv(65536)
        began = time.monotonic()
        assert line.recv(65536) == b""
        assert 0.8 < time.monotonic() - began < 4.0


def test_a_slow_reader_loses_pictures_not_the_server_its_memory(
    server: RtspServer, clips: dict[Codec, Clip]
) -> None:
    mount = server.add("cam", clips["mjpeg"], MountOptions(join="start"))
    with socket.create_connection((server.host, server.port)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = server.url("cam")
        for sequence, request in enumerate((f"SETUP {url}/track0", f"PLAY {url}"), start=1):
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            line.sendall(f"{request} RTSP/1.0\r\nCSeq: {sequence}\r\n{transport}\r\n".encode())
        time.sleep(0.5)
        assert mount.stats.playing == 1
        assert mount.stats.octets < 8 << 20
