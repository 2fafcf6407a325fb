"""The HTTP server as FFmpeg and httpx see it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import av
import httpx
import pytest

from tests.testing.conftest import CLIP_FRAMES
from tests.testing.watching import Seen, take, watch
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Codec
from vedette.testing.http import (
    DetectorPage,
    FilePage,
    HlsOptions,
    HlsPage,
    HttpFaults,
    HttpServer,
    MjpegPage,
    RedirectPage,
    StillPage,
)
from vedette.testing.http.segments import Container


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


def in_order(seen: list[Seen]) -> bool:
    """Whether no picture is missing, over the loop's end."""
    return all(
        a.count is not None and b.count is not None and (b.count - a.count) % CLIP_FRAMES == 1
        for a, b in itertools.pairwise(seen)
    )


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("form", ["bare", "dashes"])
def test_mjpeg_comes_at_its_own_pace(
    form: Literal["bare", "dashes"], lengths: bool, clips: dict[Codec, Clip], server: HttpServer
) -> None:
    door = server.add("video", MjpegPage(clips["mjpeg"], form=form, lengths=lengths))
    began = time.monotonic()
    assert in_order(take(watch(server.url("video")), 12))
    assert 0.4 < time.monotonic() - began < 5.0
    assert door.requests == 1


@pytest.mark.parametrize("container", ["ts", "fmp4"])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("entry", ["master.m3u8", "low/index.m3u8"])
def test_live_hls_goes_on_over_the_loop_s_end(
    codec: Codec,
    container: Container,
    entry: str,
    clip_files: dict[Codec, Path],
    server: HttpServer,
) -> None:
    options = HlsOptions(segment_s=0.5, window=6, container=container)
    server.add("cam", HlsPage({"low": clip_files[codec]}, options))
    seen = take(watch(server.url(f"cam/{entry}")), 50)
    assert in_order(seen)
    steps = [b.t_s - a.t_s for a, b in itertools.pairwise(seen)]
    assert steps == pytest.approx([0.05] * 49, abs=0.002)


def test_a_recording_ends(clip_files: dict[Codec, Path], server: HttpServer) -> None:
    options = HlsOptions(segment_s=0.5, live=False)
    server.add("cam", HlsPage({"low": clip_files["h264"]}, options))
    assert [one.count for one in watch(server.url("cam/low/index.m3u8"))] == list(range(40))


def test_times_may_begin_anew_with_each_loop(
    clip_files: dict[Codec, Path], server: HttpServer
) -> None:
    options = HlsOptions(segment_s=0.5, window=6, discontinuity=True)
    server.add("cam", HlsPage({"low": clip_files["h264"]}, options))
    playlist = httpx.get(server.url("cam/low/index.m3u8")).text
    assert "#EXT-X-DISCONTINUITY\n" in playlist
    assert in_order(take(watch(server.url("cam/low/index.m3u8")), 50))


def test_the_window_slides_with_the_camera_s_clock(
    clip_files: dict[Codec, Path], server: HttpServer
) -> None:
    page = HlsPage({"low": clip_files["h264"]}, HlsOptions(segment_s=0.5, window=3))
    server.add("cam", page)
    first = playlist(server)
    time.sleep(0.6)
    second = playlist(server)
    assert len(first.dates) == len(second.dates) == 3
    assert second.sequence - first.sequence in (1, 2)
    newest_end = second.dates[-1].timestamp() + 0.5
    assert -0.05 < time.time() - newest_end < 2.0
    loop, index = divmod(second.sequence, 4)
    expected = page.wall_us(loop, index * 0.5, "low") / 1e6
    assert second.dates[0].timestamp() == pytest.approx(expected, abs=0.002)


def test_dates_may_be_left_out(clip_files: dict[Codec, Path], server: HttpServer) -> None:
    options = HlsOptions(segment_s=0.5, program_date_time=False)
    server.add("cam", HlsPage({"low": clip_files["h264"]}, options))
    assert playlist(server).dates == []


def test_old_segments_are_gone(clip_files: dict[Codec, Path], server: HttpServer) -> None:
    server.add("cam", HlsPage({"low": clip_files["h264"]}, HlsOptions(segment_s=0.5)))
    assert httpx.get(server.url("cam/low/0.ts")).status_code in (200, 404)
    assert httpx.get(server.url("cam/low/999.ts")).status_code == 404
    assert httpx.get(server.url("cam/high/index.m3u8")).status_code == 404


class Playlist:
    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        tags = [line.partition(":") for line in lines if line.startswith("#EXT")]
        dates = [text for name, _, text in tags if name == "#EXT-X-PROGRAM-DATE-TIME"]
        self.dates = [datetime.fromisoformat(date) for date in dates]
        (self.sequence,) = (int(n) for name, _, n in tags if name == "#EXT-X-MEDIA-SEQUENCE")


def playlist(server: HttpServer) -> Playlist:
    return Playlist(httpx.get(server.url("cam/low/index.m3u8")).text)


def test_a_still_is_guarded_by_digest(clips: dict[Codec, Clip], server: HttpServer) -> None:
    page = MjpegPage(clips["mjpeg"])
    login = Login(user="guard", password="secret", qop=True)
    door = server.add("snapshot.jpg", StillPage(page.still), login)
    assert httpx.get(server.url("snapshot.jpg")).status_code == 401
    wrong = httpx.DigestAuth("guard", "wrong")
    assert httpx.get(server.url("snapshot.jpg"), auth=wrong).status_code == 401
    right = httpx.DigestAuth("guard", "secret")
    answer = httpx.get(server.url("snapshot.jpg"), auth=right)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8")
    assert (door.requests, door.refused) == (1, 4)


@pytest.mark.parametrize("as_form", [True, False])
def test_a_detector_takes_a_picture_and_gives_boxes(
    as_form: bool, clips: dict[Codec, Clip], server: HttpServer
) -> None:
    jpeg = clips["mjpeg"].units[0].nals[0]
    page = DetectorPage(lambda picture: [[10, 20, 30, 40, 0.9, "person"], len(picture)])
    server.add("detect", page)
    url = server.url("detect")
    if as_form:
        answer = httpx.post(url, files={"image": ("a.jpg", jpeg, "image/jpeg")})
    else:
        answer = httpx.post(url, content=jpeg, headers={"Content-Type": "image/jpeg"})
    assert answer.json() == [[10, 20, 30, 40, 0.9, "person"], len(jpeg)]
    assert page.pictures == [jpeg]
    assert httpx.post(url, content=b"no picture").status_code == 415
    assert httpx.get(url).status_code == 405


def test_a_redirect_leads_to_the_stream(clips: dict[Codec, Clip], server: HttpServer) -> None:
    server.add("video", MjpegPage(clips["mjpeg"]))
    server.add("old", RedirectPage(server.url("video")))
    assert in_order(take(watch(server.url("old")), 3))


def test_pages_misbehave_on_request(server: HttpServer) -> None:
    door = server.add("page", FilePage(b"x" * 1000))
    url = server.url("page")
    assert httpx.get(server.url("nothing")).status_code == 404
    door.inject(HttpFaults(status=503))
    assert httpx.get(url).status_code == 503
    door.inject(HttpFaults(silent=True))
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(url, timeout=0.2)
    door.inject(HttpFaults(cut_after=100))
    with pytest.raises(httpx.RemoteProtocolError, match="100"):
        httpx.get(url)
    door.inject(HttpFaults(delay_s=0.2))
    began = time.monotonic()
    assert httpx.get(url).status_code == 200
    assert time.monotonic() - began >= 0.2
    door.heal()
    assert len(httpx.get(url).content) == 1000


def test_a_stream_stalls_and_is_cut(clips: dict[Codec, Clip], server: HttpServer) -> None:
    door = server.add("video", MjpegPage(clips["mjpeg"]))
    stream = watch(server.url("video"), timeout_s=0.4)
    take(stream, 2)
    door.inject(HttpFaults(stalled=True))
    with pytest.raises(av.error.ExitError):
        take(stream, 30)
    door.heal()
    again = watch(server.url("video"))
    take(again, 2)
    door.cut()
    with pytest.raises(OSError, match="Input/output"):
        take(again, 30)


def test_a_stopped_server_drops_all_and_comes_back(clips: dict[Codec, Clip]) -> None:
    server = HttpServer()
    server.start()
    server.add("video", MjpegPage(clips["mjpeg"]))
    stream, url = watch(server.url("video")), server.url("video")
    take(stream, 2)
    server.stop()
    with pytest.raises(OSError, match="Input/output"):
        take(stream, 30)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    server.start()
    assert server.url("video") == url
    assert take(watch(url), 2)
    server.stop()
    server.stop()
