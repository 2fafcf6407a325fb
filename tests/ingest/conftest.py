"""Clips whose every picture carries its number, and servers that replay them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.reading import numbered
from vedette.testing.clips import Clip, Codec, Encoding, encode, load
from vedette.testing.http import HttpServer
from vedette.testing.rtsp import RtspServer

FPS = 25.0
PICTURES = 50


@pytest.fixture(scope="session")
def clip_files(tmp_path_factory: pytest.TempPathFactory) -> dict[Codec, Path]:
    """One file of two seconds at 25 pictures a second per codec, a key picture each half second."""
    folder = tmp_path_factory.mktemp("clips")
    codecs: tuple[Codec, ...] = ("h264", "hevc", "mjpeg")
    return {
        codec: encode(
            numbered(PICTURES),
            folder / f"{codec}.mp4",
            Encoding(codec=codec, fps=FPS, gop_s=0.48, quality=6 if codec == "mjpeg" else 26),
        )
        for codec in codecs
    }


@pytest.fixture(scope="session")
def clips(clip_files: dict[Codec, Path]) -> dict[Codec, Clip]:
    """The same in memory."""
    return {codec: load(path) for codec, path in clip_files.items()}


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """H.264 of another size."""
    path = tmp_path_factory.mktemp("small") / "small.mp4"
    return load(encode(numbered(50, (160, 96)), path, Encoding(fps=FPS, gop_s=0.48)))


@pytest.fixture
def rtsp() -> Iterator[RtspServer]:
    """An RTSP server on loopback."""
    with RtspServer() as server:
        yield server


@pytest.fixture
def http() -> Iterator[HttpServer]:
    """An HTTP server on loopback."""
    with HttpServer() as server:
        yield server
