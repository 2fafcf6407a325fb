"""RTSP against a real server: all codecs, both transports, every login, every fault."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import pytest
from pydantic import SecretStr

from tests.ingest.reading import origin, take, take_from
from vedette.core.errors import (
    AddressRefused,
    LoginFailed,
    StreamMissing,
    StreamSilent,
    StreamUnsupported,
    Unreachable,
    VedetteError,
)
from vedette.core.media import Packet, pictures_of
from vedette.ingest.decode import DietDecoder
from vedette.ingest.rtsp.source import RtspPlay, RtspSource
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Codec
from vedette.testing.counter import read_counter
from vedette.testing.rtsp import Faults, MountOptions, RtspServer, Wire

TRANSPORTS: tuple[Literal["tcp", "udp"], ...] = ("tcp", "udp")
USER = Login(user="operator", password="p:@/ä")


def counts(packets: list[Packet]) -> list[int | None]:
    decoder = DietDecoder(fps=60)
    return [read_counter(frame.luma) for one in packets for frame in decoder.decode(one)]


def are_consecutive(found: list[int | None]) -> bool:
    known = [n for n in found if n is not None]
    return None not in found and {(b - a) % 50 for a, b in itertools.pairwise(known)} == {1}


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_codec_over_every_transport(
    codec: Codec, transport: Literal["tcp", "udp"], rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips[codec], MountOptions(join="burst"))
    source = RtspSource(url=rtsp.url("cam"), transport=transport)
    packets = take_from(source, 18, origin())
    assert packets[0].key
    assert (packets[0].format.codec, packets[0].format.width) == (codec, 320)
    assert all(one.format is packets[0].format and not one.damaged for one in packets)
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {40_000}
    assert all(b.t_us > a.t_us for a, b in itertools.pairwise(packets))
    assert abs(packets[-1].t_us / 1e6 - time.time()) < 2
    assert are_consecutive(counts(packets))


@pytest.mark.parametrize(
    "wire",
    [
        Wire(parameter_sets_in_sdp=False),
        Wire(parameter_sets_in_band=False),
        Wire(aggregate=True),
    ],
)
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_parameter_sets_wherever_a_camera_puts_them(
    wire: Wire, codec: Codec, rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips[codec], MountOptions(join="burst", wire=wire))
    packets = take_from(RtspSource(url=rtsp.url("cam")), 13, origin())
    assert packets[0].key
    assert packets[0].data.startswith(packets[0].format.extradata)
    assert len(counts(packets)) == 13


@pytest.mark.parametrize("scheme", ["basic", "digest"])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", [True, False])
def test_every_login(
    scheme: Literal["basic", "digest"],
    algorithm: Literal["MD5", "SHA-256"],
    qop: bool,
    rtsp: RtspServer,
    clips: dict[Codec, Clip],
) -> None:
    login = Login(user="operator", password="p:@/ä", scheme=scheme, algorithm=algorithm, qop=qop)
    rtsp.add("cam", clips["h264"], MountOptions(login=login))
    source = RtspSource(url=rtsp.url("cam"), user="operator", password=SecretStr("p:@/ä"))
    assert len(take_from(source, 2, origin())) == 2


def test_a_nonce_that_runs_out_is_renewed(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    login = Login(user="operator", password="p:@/ä", nonce_uses=1)
    rtsp.add("cam", clips["h264"], MountOptions(login=login))
    source = RtspSource(url=rtsp.url("cam"), user="operator", password=SecretStr("p:@/ä"))
    assert len(take_from(source, 2, origin())) == 2


def test_the_session_is_kept_alive(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    login = Login(user="operator", password="p:@/ä", nonce_uses=5)
    options = MountOptions(login=login, session_timeout_s=2, enforce_timeout=True)
    rtsp.add("cam", clips["h264"], options)
    source = RtspSource(url=rtsp.url("cam"), user="operator", password=SecretStr("p:@/ä"))
    assert len(take_from(source, 25 * 3, origin())) == 25 * 3


@pytest.mark.parametrize(
    ("user", "password", "path", "faults", "error", "says"),
    [
        ("operator", "wrong", "cam", Faults(), LoginFailed, "refuses this user name or password"),
        ("", "", "cam", Faults(), LoginFailed, "wants a user name and a password"),
        ("operator", "p:@/ä", "other", Faults(), StreamMissing, "no stream at /other"),
        ("operator", "p:@/ä", "cam", Faults(status=404), StreamMissing, "no stream at /cam"),
        ("operator", "p:@/ä", "cam", Faults(status=403), LoginFailed, "forbids"),
        ("operator", "p:@/ä", "cam", Faults(status=453), VedetteError, "no room"),
        ("operator", "p:@/ä", "cam", Faults(status=503), Unreachable, "status 503"),
        ("operator", "p:@/ä", "cam", Faults(silent=True), StreamSilent, "does not answer"),
        ("operator", "p:@/ä", "cam", Faults(stalled=True), StreamSilent, "sends no pictures"),
    ],
)
def test_faults_are_told_in_words(
    user: str,
    password: str,
    path: str,
    faults: Faults,
    error: type[VedetteError],
    says: str,
    rtsp: RtspServer,
    clips: dict[Codec, Clip],
) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(login=USER)).inject(faults)
    url = f"rtsp://{rtsp.host}:{rtsp.port}/{path}"
    source = RtspSource(url=url, user=user, password=SecretStr(password))
    with pytest.raises(error, match=says) as caught:
        take_from(source, 1, origin(silent_s=0.6))
    assert not password or password not in str(caught.value)


def test_a_camera_that_offers_one_transport_only_is_told(
    rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(transports=("udp",)))
    with pytest.raises(StreamUnsupported, match="try the other"):
        take_from(RtspSource(url=rtsp.url("cam")), 1, origin())
    assert take_from(RtspSource(url=rtsp.url("cam"), transport="udp"), 1, origin())


def test_a_camera_that_hangs_up_is_an_error(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    mount = rtsp.add("cam", clips["h264"])
    packets = RtspSource(url=rtsp.url("cam")).open(origin()).packets()
    next(packets)
    mount.cut()
    with pytest.raises(Unreachable, match="ended the connection"):
        list(packets)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_stream_that_stalls_is_silent_in_time(
    transport: Literal["tcp", "udp"], rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    mount = rtsp.add("cam", clips["h264"])
    source = RtspSource(url=rtsp.url("cam"), transport=transport)
    packets = source.open(origin(silent_s=1.0)).packets()
    next(packets)
    mount.inject(Faults(stalled=True))
    began = time.monotonic()
    with pytest.raises(StreamSilent):
        list(packets)
    assert time.monotonic() - began < 3.0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_lost_packets_are_marked_and_cost_pictures_only(
    transport: Literal["tcp", "udp"], rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    mount = rtsp.add("cam", clips["h264"], MountOptions(join="burst"))
    mount.inject(Faults(loss=0.05))
    packets = take_from(RtspSource(url=rtsp.url("cam"), transport=transport), 30, origin())
    assert 0 < sum(one.damaged for one in packets) < 30
    decoder = DietDecoder(fps=60)
    assert [frame for one in packets for frame in decoder.decode(one)]


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_flipped_bits_never_end_the_stream(
    codec: Codec, rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    mount = rtsp.add("cam", clips[codec], MountOptions(join="burst"))
    mount.inject(Faults(corruption=0.3))
    packets = take_from(RtspSource(url=rtsp.url("cam")), 25, origin())
    decoder = DietDecoder(fps=60)
    for one in packets:
        for frame in decoder.decode(one):
            assert frame.luma.shape == (frame.height, frame.width)


def test_a_new_resolution_in_the_middle_is_a_new_format(
    rtsp: RtspServer, clips: dict[Codec, Clip], small_clip: Clip
) -> None:
    mount = rtsp.add("cam", clips["h264"], MountOptions(join="burst"))
    source = RtspSource(url=rtsp.url("cam")).open(origin())
    decoder, sizes, widths = DietDecoder(fps=60), [], []
    for count, one in enumerate(pictures_of(source.packets())):
        if count == 10:
            mount.switch(small_clip)
        if count == 35:
            source.close()
        widths.append(one.format.width)
        sizes += [frame.width for frame in decoder.decode(one)]
    assert sorted(set(widths)) == sorted(set(sizes)) == [160, 320]
    assert widths == sorted(widths, reverse=True), "changed once"
    assert decoder.failed == 0


def test_time_stamps_that_wrap_do_not_jump(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(join="burst", timestamp_base=0xFFFF_FFFF - 40_000))
    packets = take_from(RtspSource(url=rtsp.url("cam")), 30, origin())
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {40_000}


def test_leaving_tells_the_camera(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    mount = rtsp.add("cam", clips["h264"])
    take_from(RtspSource(url=rtsp.url("cam")), 3, origin())
    until = time.monotonic() + 2
    while mount.stats.connections and time.monotonic() < until:
        time.sleep(0.01)
    assert (mount.stats.connections, mount.stats.opened) == (0, 1)


@pytest.mark.parametrize("faults", [Faults(), Faults(stalled=True), Faults(silent=True)])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_close_from_another_thread_ends_it_soon_and_without_an_error(
    faults: Faults,
    transport: Literal["tcp", "udp"],
    rtsp: RtspServer,
    clips: dict[Codec, Clip],
) -> None:
    rtsp.add("cam", clips["h264"]).inject(faults)
    source = RtspSource(url=rtsp.url("cam"), transport=transport).open(origin(silent_s=30))
    threading.Timer(0.3, source.close).start()
    began = time.monotonic()
    take(source, 10_000)
    assert time.monotonic() - began < 2.0


@contextmanager
def scripted(*answers: str) -> Iterator[int]:
    """A camera that gives these answers, one a request, to each who connects; its port."""
    ending = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.05)
        port = door.getsockname()[1]

        def serve() -> None:
            while not ending.is_set():
                with suppress(TimeoutError):
                    line, _ = door.accept()
                    with line:
                        _recite(line, [one.replace("PORT", str(port)) for one in answers])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield port
        ending.set()
        thread.join(5)


def _recite(line: socket.socket, answers: list[str]) -> None:
    line.settimeout(5)
    for answer in answers:
        request = line.recv(4096).decode()
        if not request:
            return
        number = request.split("CSeq: ")[1].split("\r\n")[0]
        line.sendall(answer.replace("CSEQ", number).encode())


def moved(to: str) -> str:
    return f"RTSP/1.0 302 Found\r\nCSeq: CSEQ\r\nLocation: {to}\r\n\r\n"


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("rtsp://169.254.169.254/x", "link-local"),
        ("rtsp://[::ffff:169.254.169.254]/x", "link-local"),
        ("http://10.0.0.1/x", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused(to: str, says: str) -> None:
    with scripted(moved(to)) as port, pytest.raises(AddressRefused, match=says):
        take_from(RtspSource(url=f"rtsp://127.0.0.1:{port}/x"), 1, origin())


def test_a_redirect_to_an_allowed_place_is_followed_without_the_login(
    rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips["h264"])
    rtsp.add("guarded", clips["h264"], MountOptions(login=USER))
    secret = SecretStr("p:@/ä")
    with scripted(moved(rtsp.url("cam"))) as port:
        source = RtspSource(url=f"rtsp://127.0.0.1:{port}/x", user="operator", password=secret)
        assert take_from(source, 1, origin())
    with scripted(moved(rtsp.url("guarded"))) as port:
        source = RtspSource(url=f"rtsp://127.0.0.1:{port}/x", user="operator", password=secret)
        with pytest.raises(LoginFailed, match="wants a user name"):
            take_from(source, 1, origin())


def test_circles_of_redirects_end() -> None:
    with scripted(moved("rtsp://127.0.0.1:PORT/x")) as port:
        source = RtspSource(url=f"rtsp://127.0.0.1:{port}/x")
        with pytest.raises(VedetteError, match="in circles"):
            take_from(source, 1, origin())


def test_a_camera_cannot_smuggle_lines_into_our_requests() -> None:
    seen: list[str] = []
    sdp = (
        "v=0\r\nm=video 0 RTP/AVP 26\r\n"
        "a=control:rtsp://x/ RTSP/1.0\x0b\x0cInjected: yes\x85more\r\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(5)

        def serve() -> None:
            line, _ = door.accept()
            with line:
                for body in ("", sdp, ""):
                    seen.append(line.recv(4096).decode())
                    number = len(seen)
                    line.sendall(
                        f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nContent-Base: rtsp://y/\x01 z/\r\n"
                        f"Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()
                    )

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"rtsp://127.0.0.1:{door.getsockname()[1]}/x"
        with pytest.raises(VedetteError):
            take_from(RtspSource(url=url), 1, origin(silent_s=1))
        thread.join(5)
    lines = [line for request in seen for line in request.split("\r\n")]
    assert len(seen) == 3
    assert not any(line.startswith("Injected") for line in lines)
    assert next(line for line in lines if line.startswith("SETUP")).count(" ") == 2


def test_a_name_that_changes_its_address_does_not_get_past_the_check(
    rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips["h264"])
    answers = iter([["203.0.113.9"], ["127.0.0.1"]])
    options = RtspSource(url=f"rtsp://rebound.example:{rtsp.port}/cam")
    where = origin(loopback=False, silent_s=0.5)

    def attempt() -> list[Packet]:
        return take(RtspPlay(options, where, resolver=lambda host, port: next(answers)), 1)

    with pytest.raises(Unreachable):
        attempt()
    with pytest.raises(AddressRefused):
        attempt()
    assert rtsp.mount("cam").stats.described == 0
