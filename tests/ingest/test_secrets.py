"""A camera's password is in no log, no error, no process list and no text of any object."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from pathlib import Path

import psutil
import pytest
from pydantic import JsonValue, SecretStr
from structlog.testing import capture_logs

from tests.ingest.reading import origin
from vedette.core import plugins
from vedette.core.errors import VedetteError
from vedette.core.settings import SourceSettings
from vedette.core.site import Spec
from vedette.ingest.feed import Backoff, Feed
from vedette.ingest.probe import probe
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Codec
from vedette.testing.http import HlsPage, HttpServer, MjpegPage
from vedette.testing.rtsp import Faults, MountOptions, RtspServer

PASSWORD = "tr0ub4dor&3/x"
ENCODED = "tr0ub4dor%263%2Fx"
USER = Login(user="operator", password=PASSWORD, scheme="basic")


def spec(kind: str, url: str, password: str = PASSWORD) -> Spec:
    options: dict[str, JsonValue] = {"url": url, "user": "operator"}
    return Spec(kind=kind, options=options, secrets={"password": SecretStr(password)})


def is_clean(text: str) -> bool:
    import base64

    basic = base64.b64encode(f"operator:{PASSWORD}".encode()).decode()
    return not any(one in text for one in (PASSWORD, ENCODED, basic, "tr0ub"))


def fails_at(one: Spec) -> str:
    """Everything a failed attempt leaves to be read."""
    opener = plugins.build("source", one)
    try:
        for _ in opener.open(origin(silent_s=0.5)).packets():
            pass
    except VedetteError as error:
        return "".join(traceback.format_exception(error)) + repr(error) + repr(opener)
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("kind", ["rtsp", "mjpeg", "hls"])
@pytest.mark.parametrize("fault", ["refused", "cut", "missing", "nobody"])
def test_errors_do_not_tell_it(
    kind: str, fault: str, rtsp: RtspServer, http: HttpServer, clips: dict[Codec, Clip],
    clip_files: dict[Codec, Path],
) -> None:  # fmt: skip
    rtsp.add("cam", clips["h264"], MountOptions(login=USER))
    page = MjpegPage(clips["mjpeg"])
    door = http.add("cam", page if kind == "mjpeg" else HlsPage({"hi": clip_files["h264"]}), USER)
    url = rtsp.url("cam") if kind == "rtsp" else http.url("cam")
    wrong = PASSWORD + "tr0ub" if fault == "refused" else PASSWORD
    if fault == "missing":
        url += "/other" if kind != "rtsp" else "x"
        door.inject(door.faults.__class__(status=404))
    if fault == "cut":
        door.inject(door.faults.__class__(cut_after=1))
        rtsp.mount("cam").inject(Faults(stalled=True))
    if fault == "nobody":
        url = url.replace(f":{rtsp.port}", ":1").replace(f":{http.port}", ":1")
    assert is_clean(fails_at(spec(kind, url, wrong)))


def test_logs_and_statuses_do_not_tell_it(
    rtsp: RtspServer, clips: dict[Codec, Clip], caplog: pytest.LogCaptureFixture
) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(login=USER))
    caplog.set_level(logging.DEBUG)
    told = []
    with capture_logs() as logs:
        for password in (PASSWORD, PASSWORD + "tr0ub"):
            opener = plugins.build("source", spec("rtsp", rtsp.url("cam"), password))
            feed = Feed(opener, origin(silent_s=1), backoff=Backoff(first_s=0.05))
            feed.start()
            until = time.monotonic() + 5
            while feed.status().state == "connecting" and time.monotonic() < until:
                time.sleep(0.01)
            told.append(str(feed.status()))
            rtsp.kill()
            time.sleep(0.2)
            told.append(str(feed.status()) + repr(feed) + repr(vars(feed)))
            feed.stop()
            rtsp.restart()
    assert "'failed'" in str(told)
    assert is_clean(str(told) + str(logs) + caplog.text)


def test_the_process_list_does_not_tell_it(rtsp: RtspServer, clips: dict[Codec, Clip]) -> None:
    rtsp.add("cam", clips["h264"], MountOptions(login=USER))
    seen: list[str] = []
    ending = threading.Event()

    def look() -> None:
        while not ending.is_set():
            for child in psutil.Process().children(recursive=True):
                try:
                    seen.append(" ".join(child.cmdline()) + str(child.environ()))
                except psutil.Error:
                    continue
            time.sleep(0.02)

    looker = threading.Thread(target=look)
    looker.start()
    allowed = SourceSettings(allow_loopback=True)
    found = probe(spec("rtsp", rtsp.url("cam")), allowed, timeout_s=20)
    ending.set()
    looker.join()
    assert found.ok
    assert any("vedette.ingest.probe" in one for one in seen)
    assert is_clean(str(seen) + str(found))


@pytest.mark.parametrize(
    "url", [f"rtsp://operator:{PASSWORD}@cam/x", f"rtsp://cam:{PASSWORD}/x", f"x{PASSWORD}"]
)
def test_a_password_put_into_the_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(VedetteError) as caught:
        plugins.build("source", spec("rtsp", url))
    assert is_clean("".join(traceback.format_exception(caught.value)))
