"""HLS over a real server: every container, dates or none, and playlists that mean harm."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.ingest.reading import numbered, origin, take, take_from
from vedette.core.clock import RealClock
from vedette.core.errors import AddressRefused, SourceError, StreamSilent, StreamUnsupported
from vedette.core.media import Packet
from vedette.ingest.decode import DietDecoder
from vedette.ingest.hls import HlsSource
from vedette.testing.auth import Login
from vedette.testing.clips import Codec, Encoding, encode
from vedette.testing.counter import read_counter
from vedette.testing.http import FilePage, HlsOptions, HlsPage, HttpFaults, HttpServer


class QuickClock(RealClock):
    """Real, but faster, so that playing at pace takes less time."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._began_us = super().now_us()

    def now_us(self) -> int:
        now_us = super().now_us()
        return self._began_us + (now_us - self._began_us) * self._times

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / self._times)


def counts(packets: list[Packet]) -> list[int | None]:
    decoder = DietDecoder(fps=60)
    frames = [frame for one in packets for frame in decoder.decode(one)]
    return [read_counter(frame.luma) for frame in [*frames, *decoder.flush()]]


@pytest.mark.parametrize("container", ["ts", "fmp4"])
@pytest.mark.parametrize("discontinuity", [False, True])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_recording_is_played_whole_and_ends(
    container: str,
    discontinuity: bool,
    codec: Codec,
    http: HttpServer,
    clip_files: dict[Codec, Path],
) -> None:
    options = HlsOptions(
        segment_s=0.4,
        container="ts" if container == "ts" else "fmp4",
        live=False,
        discontinuity=discontinuity,
    )
    http.add("cam", HlsPage({"hi": clip_files[codec]}, options))
    source = HlsSource(url=http.url("cam/hi/index.m3u8"))
    packets = take_from(source, 1000, origin(clock=QuickClock(8)))
    assert counts(packets) == list(range(50))
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {40_000}
    assert len({id(one.format) for one in packets}) == 1
    assert packets[0].format.codec == codec


@pytest.mark.parametrize(
    ("container", "dates", "discontinuity"),
    [("ts", True, False), ("fmp4", True, True), ("ts", False, True), ("fmp4", False, False)],
)
def test_a_live_stream_runs_on_at_its_pace_with_true_times(
    container: str,
    dates: bool,
    discontinuity: bool,
    http: HttpServer,
    clip_files: dict[Codec, Path],
) -> None:
    options = HlsOptions(
        segment_s=0.4,
        container="ts" if container == "ts" else "fmp4",
        program_date_time=dates,
        discontinuity=discontinuity,
    )
    page = HlsPage({"hi": clip_files["h264"]}, options)
    http.add("cam", page)
    packets = take_from(HlsSource(url=http.url("cam/master.m3u8")), 50, origin())
    shown = counts(packets)
    assert None not in shown
    steps = {(b - a) % 50 for a, b in itertools.pairwise([n for n in shown if n is not None])}
    assert steps == {1}, "no picture is lost or shown twice"
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {40_000}
    # Dates tell the time exactly; without them it is known to about a segment.
    tolerance_us = 5_000 if dates else 700_000
    for one, number in zip(packets, shown, strict=True):
        assert number is not None
        told = [page.wall_us(loop, number / 25, "hi") for loop in range(-2, 12)]
        assert min(abs(one.t_us - t) for t in told) <= tolerance_us


def test_a_camera_with_a_plainly_wrong_clock_is_not_believed(
    http: HttpServer, clip_files: dict[Codec, Path]
) -> None:
    options = HlsOptions(segment_s=0.4, wall_offset_s=-86_400)
    http.add("cam", HlsPage({"hi": clip_files["h264"]}, options))
    packets = take_from(HlsSource(url=http.url("cam/hi/index.m3u8")), 5, origin())
    assert abs(packets[0].t_us / 1e6 - time.time()) < 10


@pytest.mark.parametrize(("quality", "width"), [("highest", 320), ("lowest", 128)])
def test_the_quality_asked_for_is_taken(
    quality: str, width: int, http: HttpServer, clip_files: dict[Codec, Path], tmp_path: Path
) -> None:
    small = encode(numbered(50, (128, 96)), tmp_path / "s.mp4", Encoding(fps=25, gop_s=0.48))
    pages = {"lo": small, "hi": clip_files["h264"]}
    http.add("cam", HlsPage(pages, HlsOptions(segment_s=0.4)))
    source = HlsSource(
        url=http.url("cam/master.m3u8"), quality="lowest" if quality == "lowest" else "highest"
    )
    assert take_from(source, 1, origin())[0].format.width == width


def test_the_login_goes_with_every_request(http: HttpServer, clip_files: dict[Codec, Path]) -> None:
    page = HlsPage({"hi": clip_files["h264"]}, HlsOptions(segment_s=0.4))
    http.add("cam", page, Login(user="operator", password="geheim", scheme="basic"))
    source = HlsSource(
        url=http.url("cam/master.m3u8"), user="operator", password=SecretStr("geheim")
    )
    assert len(take_from(source, 15, origin())) == 15


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("file:///etc/passwd", AddressRefused),
        ("concat:a.ts|file:///etc/passwd", AddressRefused),
        ("http://169.254.169.254/latest/meta-data", AddressRefused),
        ("//169.254.169.254/x.ts", AddressRefused),
        ("gopher://10.0.0.1/x", AddressRefused),
        ("data:video/mp2t;base64,AAAA", AddressRefused),
        # An address on our own server, but the bytes are a playlist that names a file.
        ("nested.m3u8", StreamUnsupported),
    ],
)
@pytest.mark.parametrize("place", ["segment", "head", "variant"])
def test_a_playlist_leads_nowhere_we_may_not_go(
    uri: str, error: type[SourceError], place: str, http: HttpServer
) -> None:
    texts = {
        "segment": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{uri}\n#EXT-X-ENDLIST\n",
        "head": f'#EXTM3U\n#EXT-X-MAP:URI="{uri}"\n#EXTINF:2,\na.m4s\n#EXT-X-ENDLIST\n',
        "variant": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{uri}\n",
    }
    nested = b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    http.add("cam/index.m3u8", FilePage(texts[place].encode()))
    http.add("cam/nested.m3u8", FilePage(nested))
    http.add("cam/a.m4s", FilePage(b"x" * 100))
    wanted = AddressRefused if place == "variant" else error
    with pytest.raises(wanted):
        take_from(HlsSource(url=http.url("cam/index.m3u8")), 1, origin())


def test_a_playlist_that_stands_still_is_silent(
    http: HttpServer, clip_files: dict[Codec, Path]
) -> None:
    http.add("cam", FilePage(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:1\n"))
    with pytest.raises(StreamSilent, match="no new segment"):
        take_from(HlsSource(url=http.url("cam")), 1, origin(silent_s=0.5))


def test_segments_that_are_gone_are_gaps(http: HttpServer, clip_files: dict[Codec, Path]) -> None:
    options = HlsOptions(segment_s=0.4, live=False)
    page = HlsPage({"hi": clip_files["h264"]}, options)
    http.add("cam", page)
    http.add("cam/hi/1.ts", FilePage(b"")).inject(HttpFaults(status=404))
    source = HlsSource(url=http.url("cam/hi/index.m3u8"))
    packets = take_from(source, 1000, origin(clock=QuickClock(8)))
    assert counts(packets) == [*range(12), *range(24, 50)]
    assert packets[12].pts_us - packets[11].pts_us == 13 * 40_000, "the gap keeps its length"


def test_a_spoilt_segment_is_a_gap_and_the_stream_goes_on(
    http: HttpServer, clip_files: dict[Codec, Path]
) -> None:
    page = HlsPage({"hi": clip_files["h264"]}, HlsOptions(segment_s=0.4, live=False))
    http.add("cam", page)
    http.add("cam/hi/1.ts", FilePage(b"<html>gateway error</html>" * 100))
    source = HlsSource(url=http.url("cam/hi/index.m3u8"))
    packets = take_from(source, 1000, origin(clock=QuickClock(8)))
    assert counts(packets) == [*range(12), *range(24, 50)]


@pytest.mark.parametrize("spoilt", [["0"], ["1", "2", "3"]])
def test_a_stream_of_something_else_is_told(
    spoilt: list[str], http: HttpServer, clip_files: dict[Codec, Path]
) -> None:
    page = HlsPage({"hi": clip_files["h264"]}, HlsOptions(segment_s=0.4, live=False))
    http.add("cam", page)
    for number in spoilt:
        http.add(f"cam/hi/{number}.ts", FilePage(b"<html>gateway error</html>" * 100))
    source = HlsSource(url=http.url("cam/hi/index.m3u8"))
    with pytest.raises(StreamUnsupported, match="not a video"):
        take_from(source, 1000, origin(clock=QuickClock(8)))


def test_close_from_another_thread_ends_it_without_an_error(
    http: HttpServer, clip_files: dict[Codec, Path]
) -> None:
    http.add("cam", HlsPage({"hi": clip_files["h264"]}, HlsOptions(segment_s=0.4)))
    source = HlsSource(url=http.url("cam/master.m3u8")).open(origin())
    threading.Timer(0.3, source.close).start()
    began = time.monotonic()
    take(source, 10_000)
    assert time.monotonic() - began < 3
