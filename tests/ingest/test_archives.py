"""Recordings of others' devices: searched, fetched, refused, each by its own protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import SecretStr

from vedette.core import plugins
from vedette.core.camera_archive import ArchiveVisit, CameraArchive
from vedette.core.clock import RealClock
from vedette.core.errors import AddressRefused, LoginFailed, SourceError, Unreachable
from vedette.core.media import Packet, Pixels
from vedette.core.ports import Origin
from vedette.core.settings import SourceSettings
from vedette.core.site import Spec
from vedette.testing.archives import (
    DahuaPages,
    HikvisionPages,
    OnvifPages,
    ReplayServer,
    Tape,
)
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Encoding, encode, load
from vedette.testing.counter import draw_counter
from vedette.testing.http.pages import RedirectPage
from vedette.testing.http.server import HttpServer

LOGIN = Login(user="admin", password="s3cret&<", qop=True)
SECOND_US = 1_000_000
KINDS = ("hikvision", "dahua", "onvif_g")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Twelve seconds at ten pictures a second, a key picture every two seconds, counted."""

    def frames() -> Iterator[Pixels]:
        for number in range(120):
            picture = np.full((144, 256, 3), 90, np.uint8)
            picture[60:90, number : number + 30] = 200
            draw_counter(picture, number)
            yield picture

    folder: Path = tmp_path_factory.mktemp("clip")
    return load(encode(frames(), folder / "counted.mp4", Encoding(fps=10)))


@dataclass
class Device:
    """A device of one make, and how to reach it."""

    kind: str
    tape: Tape
    http: HttpServer
    rtsp: ReplayServer
    pages: HikvisionPages | DahuaPages | OnvifPages

    def visit(self, password: str = LOGIN.password, **options: object) -> ArchiveVisit:
        """A visit there."""
        spec = Spec(
            kind=self.kind,
            options={
                "url": f"http://127.0.0.1:{self.http.port}",
                "user": LOGIN.user,
                "rtsp_port": self.rtsp.port,
                **options,  # type: ignore[dict-item]  # tests give what the options take
            },
            secrets={"password": SecretStr(password)},
        )
        archive: CameraArchive = plugins.build("camera_archive", spec)
        return archive.open(origin())


def origin(*, loopback: bool = True) -> Origin:
    allowed = SourceSettings(allow_loopback=loopback)
    return Origin(camera="yard", stream="main", clock=RealClock(), allowed=allowed, silent_s=2.0)


def tape_of(clip: Clip) -> Tape:
    """A minute, up to ten seconds ago, on a device four hours off and 7 s fast."""
    now_us = time.time_ns() // 1000
    return Tape(
        clip=clip,
        began_us=now_us // SECOND_US * SECOND_US - 70 * SECOND_US,
        until_us=now_us // SECOND_US * SECOND_US - 10 * SECOND_US,
        ahead_us=7_000_000,
        zone=ZoneInfo("Asia/Dubai"),
    )


def build(undo: ExitStack, kind: str, tape: Tape) -> Device:
    http = undo.enter_context(HttpServer())
    if kind == "onvif_g":
        rtsp = undo.enter_context(ReplayServer(tape, LOGIN))
        onvif = OnvifPages(tape, LOGIN, "rtsp://10.9.8.7:554/replay/rec1")
        http.add("onvif", onvif)
        return Device(kind, tape, http, rtsp, onvif)
    rtsp = undo.enter_context(ReplayServer(tape, LOGIN))
    pages = HikvisionPages(tape) if kind == "hikvision" else DahuaPages(tape)
    http.add("ISAPI" if kind == "hikvision" else "cgi-bin", pages, LOGIN)
    return Device(kind, tape, http, rtsp, pages)


@pytest.fixture(params=KINDS)
def device(request: pytest.FixtureRequest, clip: Clip) -> Iterator[Device]:
    with ExitStack() as undo:
        yield build(undo, request.param, tape_of(clip))


def expected(tape: Tape, packets: list[Packet]) -> list[tuple[int, bytes]]:
    """(true time, bytes) of what a span holds by the tape."""
    first, last = packets[0].t_us, packets[-1].t_us
    slack = SECOND_US
    return [
        (one.t_us, tape.clip.annexb(one.index))
        for one in tape.pictures((first - slack, last + slack))
    ]


def test_finds_what_there_is_in_our_time(device: Device) -> None:
    span = device.tape.began_us + 5 * SECOND_US, device.tape.began_us + 45 * SECOND_US
    found = device.visit().recordings(span)
    assert found[0].start_us <= span[0] + SECOND_US
    assert found[-1].end_us >= span[1] - SECOND_US
    whole = device.tape.began_us, device.tape.until_us
    # Devices tell whole seconds.
    assert abs(min(one.start_us for one in found) - whole[0]) < 1.6 * SECOND_US
    if device.kind != "onvif_g":
        assert len(found) == 5
        assert found[0].size == 123456


@pytest.mark.parametrize("via", ["rtsp", "download"])
def test_fetches_every_picture_with_its_time(device: Device, via: str) -> None:
    if via == "download" and device.kind == "onvif_g":
        pytest.skip("ONVIF has no download")
    options = {} if device.kind == "onvif_g" else {"via": via}
    span = device.tape.began_us + 15 * SECOND_US, device.tape.began_us + 22 * SECOND_US
    packets = list(device.visit(**options).fetch(span))
    assert packets[0].key
    assert packets[0].t_us <= span[0] + SECOND_US
    assert packets[-1].t_us >= span[1] - 1.2 * SECOND_US
    known = expected(device.tape, packets)
    # The clip comes again every twelve seconds: the nearest showing is meant.
    late = [
        min((one.t_us - t_us for t_us, data in known if data == one.data), key=abs)
        for one in packets
    ]
    # The clocks' difference is known to half a second; ONVIF's stamps add nothing to that.
    # Files are joined by their own frame rate, to a picture.
    assert max(late) - min(late) < (2_000 if via == "rtsp" else 150_000)
    assert max(map(abs, late)) < 2.6 * SECOND_US
    indexes = [one.index for one in device.tape.pictures(span)]
    assert len(packets) >= len(indexes) - 15


@pytest.mark.parametrize("zone", ["Asia/Dubai", None])
def test_a_zone_that_is_told_gives_the_same_times(clip: Clip, zone: str | None) -> None:
    with ExitStack() as undo:
        device = build(undo, "dahua", replace(tape_of(clip), ahead_us=0))
        span = device.tape.began_us, device.tape.began_us + 30 * SECOND_US
        found = device.visit(time_zone=zone).recordings(span)
        assert abs(found[0].start_us - device.tape.began_us) < SECOND_US


def test_a_wrong_password_is_said(device: Device) -> None:
    with pytest.raises(LoginFailed, match="refuses this user name or password"):
        device.visit("wrong").recordings((device.tape.began_us, device.tape.until_us))


def test_this_machine_is_no_device_unless_allowed(device: Device) -> None:
    spec = Spec(kind=device.kind, options={"url": f"http://127.0.0.1:{device.http.port}"})
    archive: CameraArchive = plugins.build("camera_archive", spec)
    with pytest.raises(AddressRefused, match="this machine itself"):
        archive.open(origin(loopback=False)).recordings((0, 1))


def test_another_host_is_not_followed_to(device: Device) -> None:
    path = {"hikvision": "ISAPI", "dahua": "cgi-bin", "onvif_g": "onvif"}[device.kind]
    device.http.add(path, RedirectPage("http://127.0.0.1:9/elsewhere"))
    with pytest.raises(AddressRefused, match="redirects elsewhere"):
        device.visit().recordings((device.tape.began_us, device.tape.until_us))


def test_a_cut_connection_is_an_error_and_not_an_end(device: Device) -> None:
    device.rtsp.faults.cut_after = 30
    span = device.tape.began_us, device.tape.began_us + 20 * SECOND_US
    with pytest.raises(Unreachable):
        list(device.visit().fetch(span))
    assert len(list(device.visit().fetch(span))) > 180


def test_a_device_without_footage_says_so(device: Device) -> None:
    span = device.tape.began_us - 9_000 * SECOND_US, device.tape.began_us - 8_000 * SECOND_US
    assert device.visit().recordings(span) == ()
    if isinstance(device.pages, DahuaPages):
        assert device.pages.open == 0


def test_what_the_device_has_lost_ends_the_footage(device: Device) -> None:
    lost = device.tape.began_us + 20 * SECOND_US
    device.tape.holes = ((lost, device.tape.until_us),)
    span = device.tape.began_us + 14 * SECOND_US, device.tape.began_us + 30 * SECOND_US
    packets = list(device.visit().fetch(span))
    assert abs(packets[-1].t_us - lost) < 2 * SECOND_US


def test_hikvision_turns_pages(clip: Clip) -> None:
    with ExitStack() as undo:
        device = build(undo, "hikvision", replace(tape_of(clip), file_s=2))
        found = device.visit(track=202).recordings((device.tape.began_us, device.tape.until_us))
        assert isinstance(device.pages, HikvisionPages)
        assert len(found) == 30
        assert device.pages.searches == 10
        assert set(device.pages.tracks) == {"202"}


def test_onvif_asks_for_replay_without_a_rate(clip: Clip) -> None:
    with ExitStack() as undo:
        device = build(undo, "onvif_g", tape_of(clip))
        span = device.tape.began_us, device.tape.began_us + 4 * SECOND_US
        list(device.visit().fetch(span))
        (asked,) = [one for one in device.rtsp.seen if one.method == "PLAY"][-1:]
        assert asked.headers["require"] == "onvif-replay"
        assert asked.headers["rate-control"] == "no"
        assert asked.headers["range"].startswith("clock=")


def test_onvif_without_stamps_counts_from_what_was_asked(clip: Clip) -> None:
    with ExitStack() as undo:
        device = build(undo, "onvif_g", tape_of(clip))
        device.rtsp.faults.without_stamps = True
        span = device.tape.began_us + 4 * SECOND_US, device.tape.began_us + 8 * SECOND_US
        packets = list(device.visit().fetch(span))
        assert packets[0].t_us == span[0]


@pytest.mark.parametrize("body", ["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "no XML", ""])
def test_odd_documents_are_refused(clip: Clip, body: str) -> None:
    from vedette.testing.http.pages import FilePage

    with ExitStack() as undo:
        device = build(undo, "hikvision", tape_of(clip))
        device.http.add("ISAPI", FilePage(body.encode()))
        with pytest.raises(SourceError):
            device.visit().recordings((device.tape.began_us, device.tape.until_us))
