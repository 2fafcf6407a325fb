"""Cameras handed on over RTSP: real camera in, real clients out, one connection to the camera."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from pydantic import SecretStr

from tests.access.conftest import KEY
from tests.ingest.reading import numbered
from vedette.access.restreaming import RestreamDoor, make_key
from vedette.access.roles import Roles, cameras_of
from vedette.core.clock import RealClock
from vedette.core.errors import LoginFailed, SourceError
from vedette.core.media import Packet, pictures_of
from vedette.core.people import User
from vedette.core.ports import Origin
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera, Site, Spec, Stream
from vedette.ingest.rtsp.source import RtspSource
from vedette.live.restream.server import RestreamServer
from vedette.pipeline.feeds import Feeds
from vedette.store import Store, open_store
from vedette.testing.clips import Clip, Codec, Encoding, encode, load
from vedette.testing.counter import read_counter
from vedette.testing.rtsp import RtspServer

LOOPBACK = SourceSettings(allow_loopback=True)


@dataclass(kw_only=True)
class House:
    """Cameras, who may see them, and the server that hands them on."""

    cameras: RtspServer
    store: Store
    server: RestreamServer
    key: str

    def address(self, place: str = "h264", key: str | None = None) -> str:
        """As another system would be told."""
        login = f"vera:{self.key if key is None else key}@"
        return f"rtsp://{login}{self.server.host}:{self.server.port}/{place}"

    def source(self, place: str = "h264", key: str | None = None, **how: str) -> RtspSource:
        """Our own client."""
        url = f"rtsp://{self.server.host}:{self.server.port}/{place}"
        password = SecretStr(self.key if key is None else key)
        return RtspSource(url=url, user="vera", password=password, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[Codec, Clip]:
    """Two seconds of numbered pictures, a key frame every half second."""
    folder = tmp_path_factory.mktemp("clips")
    codecs: tuple[Codec, ...] = ("h264", "hevc")
    how = {codec: Encoding(codec=codec, fps=25.0, gop_s=0.48, quality=20) for codec in codecs}
    return {
        codec: load(encode(numbered(50), folder / f"{codec}.mp4", how[codec])) for codec in codecs
    }


@pytest.fixture
def house(tmp_path: Path, clips: dict[Codec, Clip]) -> Iterator[House]:
    """Two cameras, both restreamed."""
    store = open_store(str(tmp_path / "vedette.db"), KEY)
    vera = User(id="u-vera", name="vera", role="viewer", created_us=1)
    store.users.create(vera, "no password opens this door")
    key = make_key(store.restream_keys, vera, RealClock())
    with RtspServer() as cameras, closing(Feeds(LOOPBACK, 8.0, RealClock())) as feeds:
        site = Site(cameras=tuple(camera(cameras, name, clips[name]) for name in clips))
        feeds.apply(site)
        door = RestreamDoor(
            store.users,
            store.restream_keys,
            RealClock(),
            lambda: site,
            Roles(store.access.roles, store.users, cameras_of(lambda: site)),
        )
        with RestreamServer(feeds, door, "127.0.0.1", 0, recheck_s=0.2) as server:
            yield House(cameras=cameras, store=store, server=server, key=key)
    store.close()


def camera(server: RtspServer, name: str, clip: Clip) -> Camera:
    """A camera that replays a clip, by its codec's name."""
    server.add(name, clip)
    source = Spec(kind="rtsp", options={"url": server.url(name)})
    return Camera(id=name, name=name, streams=(Stream(id="main", source=source),))


def origin() -> Origin:
    """Where our own client says its packets come from."""
    return Origin(camera="copy", stream="main", clock=RealClock(), allowed=LOOPBACK, silent_s=5.0)


def take(source: RtspSource, count: int) -> list[Packet]:
    """The first packets."""
    with closing(source.open(origin())) as play:
        return list(islice(pictures_of(play.packets()), count))


def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait for another thread."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_another_reader_sees_every_picture_in_order(
    house: House, codec: str, transport: str
) -> None:
    options = {"rtsp_transport": transport, "stimeout": "5000000"}
    with av.open(house.address(codec), options=options, timeout=10) as film:
        seen = [
            read_counter(frame.to_ndarray(format="gray").astype(np.uint8))
            for frame in islice(film.decode(video=0), 40)
        ]
    assert None not in seen
    steps = {(b - a) % 50 for a, b in pairwise(seen) if a is not None and b}
    assert steps == {1}


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_our_own_reader_gets_the_camera_s_own_bytes(
    house: House, clips: dict[Codec, Clip], codec: Codec, transport: str
) -> None:
    clip = clips[codec]
    originals = {b"".join(unit.nals): number for number, unit in enumerate(clip.units)}
    got = take(house.source(codec, transport=transport), 30)
    assert got[0].key
    assert got[0].format.width == 320
    assert not any(packet.damaged for packet in got)
    starts = b"\x00\x00\x00\x01"
    numbers = []
    for packet in got:
        body = b"".join(
            nal for nal in packet.data.split(starts) if nal and nal not in clip.parameter_sets
        )
        numbers.append(originals[body])
    assert [(b - a) % 50 for a, b in pairwise(numbers)] == [1] * 29


def test_times_are_those_at_which_pictures_were_taken(house: House) -> None:
    before_us = time.time_ns() // 1000
    got = take(house.source(), 60)
    steps = [b.pts_us - a.pts_us for a, b in pairwise(got)]
    assert abs(sum(steps) / len(steps) - 40_000) < 4_000
    assert abs(got[-1].t_us - time.time_ns() // 1000) < 1_000_000
    assert got[0].t_us > before_us - 2_000_000


def test_twenty_clients_cost_one_connection_to_the_camera(house: House) -> None:
    got: list[int] = []

    def watch() -> None:
        got.append(len(take(house.source(), 30)))

    clients = [threading.Thread(target=watch) for _ in range(20)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(20)
    assert got == [30] * 20
    assert house.cameras.mount("h264").stats.opened == 1
    until(lambda: house.server.clients == 0)


def test_who_comes_sees_a_picture_at_once(house: House) -> None:
    take(house.source(), 5)
    began = time.monotonic()
    first = take(house.source(), 1)
    assert first[0].key
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("place", "key", "status"),
    [
        ("h264", "wrong", 401),
        ("h264", "", 401),
        ("none", None, 404),
        ("h264/none", None, 404),
        ("h264/main/more", None, 404),
        ("", None, 404),
    ],
)
def test_what_may_not_be_is_refused(house: House, place: str, key: str | None, status: int) -> None:
    refused = LoginFailed if status == 401 else SourceError
    with pytest.raises(refused):
        take(house.source(place, key), 1)


def test_a_stream_may_be_named(house: House) -> None:
    assert take(house.source("h264/main"), 1)[0].key


def talk(house: House, *requests: str) -> list[str]:
    """First lines of the answers to requests as typed."""
    with socket.create_connection((house.server.host, house.server.port), 5) as line:
        lines = []
        for number, request in enumerate(requests, start=1):
            line.sendall(f"{request}\r\nCSeq: {number}\r\n\r\n".encode())
            lines.append(line.recv(4096).decode().partition("\r\n")[0])
        return lines


def test_nothing_is_told_without_a_login(house: House) -> None:
    base = f"rtsp://{house.server.host}/h264"
    answers = talk(
        house,
        f"OPTIONS {base} RTSP/1.0",
        f"DESCRIBE {base} RTSP/1.0",
        # whether a camera is there is not told either
        "DESCRIBE rtsp://x/none RTSP/1.0",
        f"SETUP {base}/track0 RTSP/1.0\r\nTransport: RTP/AVP/TCP;interleaved=0-1",
        f"PLAY {base} RTSP/1.0",
    )
    assert answers == ["RTSP/1.0 200 OK", *["RTSP/1.0 401 Unauthorized"] * 4]


def test_guessing_is_slowed_down(house: House) -> None:
    wrong = "Authorization: Basic dmVyYTp3cm9uZw=="
    asked = f"DESCRIBE rtsp://x/h264 RTSP/1.0\r\n{wrong}"
    answers = talk(house, *[asked] * 8)
    assert answers[0] == "RTSP/1.0 401 Unauthorized"
    assert answers[-1] == "RTSP/1.0 429 Too Many Requests"


@pytest.mark.parametrize("taken", ["key", "account"])
def test_who_loses_the_right_is_cut_off(house: House, taken: str) -> None:
    with closing(house.source().open(origin())) as play:
        packets = play.packets()
        next(packets)
        if taken == "key":
            house.store.restream_keys.drop("u-vera")
        else:
            vera = house.store.users.get("u-vera")
            house.store.users.update(
                User(id=vera.id, name=vera.name, role=vera.role, enabled=False, created_us=1)
            )
        with pytest.raises(SourceError):
            for _ in packets:
                pass
    until(lambda: house.server.clients == 0)


def test_a_stalled_client_costs_the_others_nothing(house: House) -> None:
    basic = "Authorization: Basic " + base64.b64encode(f"vera:{house.key}".encode()).decode()
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect((house.server.host, house.server.port))
        for number, request in enumerate(
            (
                f"DESCRIBE rtsp://x/h264 RTSP/1.0\r\n{basic}",
                "SETUP rtsp://x/h264/track0 RTSP/1.0\r\nTransport: RTP/AVP/TCP;interleaved=0-1",
                "PLAY rtsp://x/h264 RTSP/1.0",
            ),
            start=1,
        ):
            line.sendall(f"{request}\r\nCSeq: {number}\r\n\r\n".encode())
            time.sleep(0.3)
            assert line.recv(2048).startswith(b"RTSP/1.0 200")
        # From here on it reads nothing.
        got = take(house.source(), 75)
    steps = [b.pts_us - a.pts_us for a, b in pairwise(got)]
    assert max(steps) < 60_000
    assert house.cameras.mount("h264").stats.skipped == 0


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01" + bytes(600), b"A" * 40_000, b"GET / HTTP/1.1\r\n\r\n"]
)
def test_junk_is_hung_up_on(house: House, junk: bytes) -> None:
    with socket.create_connection((house.server.host, house.server.port), 5) as line:
        line.sendall(junk)
        line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            assert line.recv(100) == b""
    assert take(house.source(), 1)
