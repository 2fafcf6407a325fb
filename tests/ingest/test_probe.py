"""The connection test: true figures, or words a person understands, always in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pydantic import JsonValue, SecretStr

from vedette.core.facts import ProbeResult
from vedette.core.settings import SourceSettings
from vedette.core.site import Spec
from vedette.ingest.probe import length_s, probe
from vedette.ingest.survey import survey
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Codec
from vedette.testing.http import FilePage, HlsOptions, HlsPage, HttpServer, MjpegPage
from vedette.testing.rtsp import Faults, MountOptions, RtspServer

LOOPBACK = SourceSettings(allow_loopback=True)
PATIENT_S = 20.0
"""A child's start takes seconds where many tests run at once; how long is not what is tested."""
USER = Login(user="operator", password="geheim-x7")


def spec(kind: str, password: str = "", **options: JsonValue) -> Spec:
    secrets = {"password": SecretStr(password)} if password else {}
    return Spec(kind=kind, options=options, secrets=secrets)


def is_of_the_clip(found: ProbeResult, codec: str) -> bool:
    return (
        found.ok
        and (found.codec, found.width, found.height) == (codec, 320, 192)
        and abs(found.fps - 25.0) < 0.3
    )


@pytest.mark.parametrize("codec", ["h264", "mjpeg"])
def test_rtsp_is_measured(codec: Codec, rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    mount = rtsp.add("cam", clips[codec], MountOptions(login=USER))
    found = probe(
        spec("rtsp", "geheim-x7", url=rtsp.url("cam"), user="operator"), LOOPBACK, PATIENT_S
    )
    assert is_of_the_clip(found, codec)
    sent = sum(len(clips[codec].annexb(n)) for n in range(50)) * 8 / 2
    assert found.bitrate_bps == pytest.approx(sent, rel=0.15)
    if codec != "mjpeg":
        assert found.key_interval_s == pytest.approx(0.48, abs=0.1)
    assert found.seconds < PATIENT_S
    assert "25.0 pictures a second" in found.message
    assert mount.stats.opened == 1


def test_http_is_measured(
    http: HttpServer, clips: dict[Codec, Clip], clip_files: dict[Codec, Path]
) -> None:
    http.add("m", MjpegPage(clips["mjpeg"]))
    http.add("h", HlsPage({"hi": clip_files["h264"]}, HlsOptions(segment_s=0.4)))
    assert is_of_the_clip(probe(spec("mjpeg", url=http.url("m")), LOOPBACK, PATIENT_S), "mjpeg")
    assert is_of_the_clip(
        probe(spec("hls", url=http.url("h/master.m3u8")), LOOPBACK, PATIENT_S), "h264"
    )


@pytest.mark.parametrize(
    ("make", "allowed", "code", "says"),
    [
        (lambda url: spec("rtsp", "wrong", url=url, user="operator"), LOOPBACK,
         "login_failed", "refuses this user name or password"),
        (lambda url: spec("rtsp", url=url), LOOPBACK,
         "login_failed", "wants a user name"),
        (lambda url: spec("rtsp", "geheim-x7", url=url + "x", user="operator"), LOOPBACK,
         "stream_missing", "no stream at /camx"),
        (lambda url: spec("rtsp", url=url), SourceSettings(),
         "address_refused", "this machine itself"),
        (lambda url: spec("rtsp", url="rtsp://169.254.169.254/x"), LOOPBACK,
         "address_refused", "link-local"),
        (lambda url: spec("rtsp", url="rtsp://camera.invalid/x"), LOOPBACK,
         "unreachable", "no host of the name camera.invalid"),
        (lambda url: spec("rtsp", url="rtsp://127.0.0.1:1/x"), LOOPBACK,
         "unreachable", "nothing listens on that port"),
        (lambda url: spec("rtsp", url="rtsp://operator:geheim-x7@cam/x"), LOOPBACK,
         "config", "their own fields"),
        (lambda url: spec("rtsp", uri=url), LOOPBACK, "config", "no such option"),
        (lambda url: spec("telepathy"), LOOPBACK, "plugin", "there is no source 'telepathy'"),
        (lambda url: spec("file", path="/etc/passwd"), LOOPBACK,
         "address_refused", "file_roots"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_words(
    make: Callable[[str], Spec],
    allowed: SourceSettings,
    code: str,
    says: str,
    rtsp: RtspServer,
    clips: dict[Codec, Clip],
) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(login=USER))
    found = survey(make(rtsp.url("cam")), allowed, time.monotonic() + 10)
    assert (found.ok, found.code) == (False, code)
    assert says in found.message
    assert "geheim" not in found.message
    assert found.seconds < 5


def test_the_childs_words_come_through(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(login=USER))
    found = probe(spec("rtsp", "wrong", url=rtsp.url("cam"), user="operator"), LOOPBACK, PATIENT_S)
    assert (found.ok, found.code) == (False, "login_failed")
    assert "refuses this user name or password" in found.message
    refused = probe(spec("rtsp", url=rtsp.url("cam")), SourceSettings(), PATIENT_S)
    assert (refused.ok, refused.code) == (False, "address_refused")


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        (Faults(silent=True), "is connected, but does not answer"),
        (Faults(stalled=True), "is connected, but sends no pictures"),
    ],
)
def test_silence_is_told_in_time(
    faults: Faults, says: str, rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips["h264"]).inject(faults)
    began = time.monotonic()
    found = survey(spec("rtsp", url=rtsp.url("cam")), LOOPBACK, began + 4.6)
    assert time.monotonic() - began < 5.0
    assert (found.ok, found.code) == (False, "stream_silent")
    assert says in found.message


def test_a_codec_we_do_not_read_is_named(http: HttpServer) -> None:
    http.add("page", FilePage(b"<html>", "text/html"))
    found = survey(spec("mjpeg", url=http.url("page")), LOOPBACK, time.monotonic() + 10)
    assert (found.ok, found.code) == (False, "stream_unsupported")
    assert "text/html" in found.message


def test_a_child_that_hangs_is_killed(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    rtsp.add("cam", clips["h264"]).inject(Faults(silent=True))
    began = time.monotonic()
    found = probe(spec("rtsp", url=rtsp.url("cam")), LOOPBACK, timeout_s=0.2)
    assert time.monotonic() - began < 2.0
    assert (found.ok, found.code) == (False, "unavailable")
    left = [p for p in psutil.Process().children(recursive=True) if "probe" in str(p.cmdline())]
    assert left == []


def test_a_file_has_a_length_and_a_camera_none(clip_files: dict[Codec, Path]) -> None:
    assert length_s(spec("file", path=str(clip_files["h264"]))) == pytest.approx(2.0, abs=0.1)
    assert length_s(spec("file", path=str(clip_files["h264"]), loop=True)) is None
    assert length_s(spec("rtsp", url="rtsp://cam/x")) is None
