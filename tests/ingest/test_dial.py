"""TLS to cameras: certificates are checked unless told otherwise."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.ingest.reading import origin, take, take_from
from tests.ingest.tls import certificate, wrapped
from vedette.core.errors import StreamSilent, Unreachable
from vedette.ingest.mjpeg import MjpegSource
from vedette.ingest.rtsp.source import RtspSource
from vedette.testing.clips import Clip, Codec
from vedette.testing.http import HttpServer, MjpegPage
from vedette.testing.rtsp import Faults, RtspServer


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("kind", ["rtsp", "http"])
def test_a_certificate_nobody_trusts_is_refused_unless_told_otherwise(
    kind: str, pem: Path, rtsp: RtspServer, http: HttpServer, clips: dict[Codec, Clip]
) -> None:
    rtsp.add("cam", clips["h264"])
    http.add("cam", MjpegPage(clips["mjpeg"]))
    with wrapped(rtsp.port if kind == "rtsp" else http.port, pem) as port:
        url = f"{kind}s://localhost:{port}/cam"
        make = RtspSource if kind == "rtsp" else MjpegSource
        with pytest.raises(Unreachable, match="certificate that this machine does not trust"):
            take_from(make(url=url), 1, origin())
        assert len(take_from(make(url=url, verify_certificate=False), 10, origin())) == 10


@pytest.mark.parametrize("scheme", ["rtsps", "https"])
def test_a_server_without_tls_is_told(scheme: str, http: HttpServer) -> None:
    url = f"{scheme}://localhost:{http.port}/cam"
    make = RtspSource if scheme == "rtsps" else MjpegSource
    with pytest.raises(Unreachable, match="does not speak TLS"):
        take_from(make(url=url), 1, origin())


def test_silence_and_closing_work_through_tls_too(
    pem: Path, rtsp: RtspServer, clips: dict[Codec, Clip]
) -> None:
    mount = rtsp.add("cam", clips["h264"])
    with wrapped(rtsp.port, pem) as port:
        options = RtspSource(url=f"rtsps://localhost:{port}/cam", verify_certificate=False)
        packets = options.open(origin(silent_s=0.6)).packets()
        next(packets)
        mount.inject(Faults(stalled=True))
        with pytest.raises(StreamSilent):
            list(packets)
        source = options.open(origin(silent_s=30))
        threading.Timer(0.3, source.close).start()
        began = time.monotonic()
        take(source, 1000)
        assert time.monotonic() - began < 3
