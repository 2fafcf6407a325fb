"""HTTP cameras that send pictures in one endless answer."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from pydantic import SecretStr

from tests.ingest.reading import origin, take, take_from
from vedette.core.errors import SourceError, StreamSilent, StreamUnsupported, Unreachable
from vedette.ingest.decode import DietDecoder
from vedette.ingest.mjpeg import MjpegSource, Parts
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Codec
from vedette.testing.counter import read_counter
from vedette.testing.http import FilePage, HttpFaults, HttpServer, MjpegPage

PICTURES = [b"\xff\xd8" + bytes([n]) * 50 + b"\xff\xd9" for n in range(5)]


def body(*, lengths: bool, newline: bytes = b"\r\n") -> bytes:
    parts = []
    for one in PICTURES:
        head = b"--edge" + newline + b"Content-Type: image/jpeg" + newline
        if lengths:
            head += b"content-length: %d" % len(one) + newline
        parts.append(head + newline + one + newline)
    return b"".join([*parts, b"--edge"])


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
@pytest.mark.parametrize("step", [1, 7, 64, 10_000])
def test_parts_are_found_however_the_bytes_arrive(lengths: bool, newline: bytes, step: int) -> None:
    whole, parts = body(lengths=lengths, newline=newline), Parts(b"--edge")
    found = [p for at in range(0, len(whole), step) for p in parts.take(whole[at : at + step])]
    assert found == PICTURES


def test_something_that_is_no_part_is_given_up() -> None:
    with pytest.raises(SourceError, match="something else"):
        list(Parts(b"--edge").take(b"--edge" + b"x" * 20_000))
    with pytest.raises(SourceError, match="without an end"):
        list(Parts(b"--edge").take(bytes(40_000_000)))


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("form", ["bare", "dashes"])
def test_a_camera_is_read_and_decoded(
    lengths: bool, form: str, http: HttpServer, clips: dict[Codec, Clip]
) -> None:
    page = MjpegPage(clips["mjpeg"], lengths=lengths, form="dashes" if form == "dashes" else "bare")
    http.add("cam", page, Login(user="operator", password="geheim", qop=True))
    source = MjpegSource(url=http.url("cam"), user="operator", password=SecretStr("geheim"))
    packets = take_from(source, 10, origin())
    assert all(p.key and not p.damaged and p.format is packets[0].format for p in packets)
    decoder = DietDecoder(fps=60)
    frames = [frame for p in packets for frame in decoder.decode(p)]
    assert [read_counter(frame.luma) for frame in frames] == list(range(10))
    assert all(b.t_us > a.t_us for a, b in itertools.pairwise(packets))


def test_a_cut_picture_is_marked_damaged(http: HttpServer, clips: dict[Codec, Clip]) -> None:
    jpegs = [clips["mjpeg"].annexb(0), clips["mjpeg"].annexb(1)[:-200], clips["mjpeg"].annexb(2)]
    parts = b"".join(b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + one + b"\r\n" for one in jpegs)
    http.add("cam", FilePage(parts + b"--b--\r\n", "multipart/x-mixed-replace; boundary=b"))
    packets = take_from(MjpegSource(url=http.url("cam")), 3, origin())
    assert [p.damaged for p in packets] == [False, True, False]
    decoder = DietDecoder(fps=60)
    assert [list(decoder.decode(p)) for p in packets], "damage is no exception"


def test_a_page_that_is_no_stream_is_told(http: HttpServer) -> None:
    http.add("cam", FilePage(b"<html>", "text/html; charset=utf-8"))
    with pytest.raises(StreamUnsupported, match="sends text/html, not a stream of JPEG"):
        take_from(MjpegSource(url=http.url("cam")), 1, origin())


def test_a_stream_that_ends_is_an_error(http: HttpServer, clips: dict[Codec, Clip]) -> None:
    http.add("cam", MjpegPage(clips["mjpeg"])).inject(HttpFaults(cut_after=60_000))
    with pytest.raises(Unreachable, match="ended the stream"):
        take_from(MjpegSource(url=http.url("cam")), 1000, origin())


def test_a_stalled_stream_is_silent(http: HttpServer, clips: dict[Codec, Clip]) -> None:
    door = http.add("cam", MjpegPage(clips["mjpeg"]))
    packets = MjpegSource(url=http.url("cam")).open(origin(silent_s=0.4)).packets()
    next(packets)
    door.inject(HttpFaults(stalled=True))
    with pytest.raises(StreamSilent):
        list(packets)


def test_close_from_another_thread_ends_it_without_an_error(
    http: HttpServer, clips: dict[Codec, Clip]
) -> None:
    door = http.add("cam", MjpegPage(clips["mjpeg"]))
    source = MjpegSource(url=http.url("cam")).open(origin(silent_s=30))
    door.inject(HttpFaults(stalled=True))
    threading.Timer(0.3, source.close).start()
    began = time.monotonic()
    assert len(take(source, 1000)) <= 1
    assert time.monotonic() - began < 5
