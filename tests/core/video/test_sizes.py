"""Sizes are read from real parameter sets, and nonsense is recognised."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from vedette.core.media import Pixels
from vedette.core.video.nal import VideoCodec, nal_type, split
from vedette.core.video.sizes import jpeg_size, sps_size

SIZES = [(64, 64), (320, 180), (640, 360), (768, 432), (1280, 720), (1920, 1080), (426, 240)]


def encoded(encoder: str, size: tuple[int, int], options: dict[str, str]) -> bytes:
    """A key picture as Annex B."""
    context = cast("VideoCodecContext", av.CodecContext.create(encoder, "w"))
    context.width, context.height = size
    context.pix_fmt = options.pop("pix_fmt", "yuv420p")
    context.time_base = Fraction(1, 25)
    context.options = options
    picture: Pixels = np.zeros((size[1], size[0], 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=context.pix_fmt)
    return b"".join(bytes(p) for f in (frame, None) for p in context.encode(f))


def sps_of(codec: VideoCodec, data: bytes) -> bytes:
    wanted = 7 if codec == "h264" else 33
    return next(nal for nal in split(data) if nal_type(codec, nal) == wanted)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("codec", "encoder", "options"),
    [
        ("h264", "libx264", {"preset": "ultrafast"}),
        ("h264", "libx264", {"preset": "medium", "profile": "high"}),
        ("h264", "libx264", {"preset": "ultrafast", "pix_fmt": "yuv422p"}),
        ("h264", "libx264", {"preset": "ultrafast", "pix_fmt": "yuv444p"}),
        ("h264", "libx264", {"preset": "ultrafast", "x264-params": "interlaced=1"}),
        ("hevc", "libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}),
    ],
)
def test_the_size_in_a_parameter_set_is_that_of_the_picture(
    size: tuple[int, int], codec: VideoCodec, encoder: str, options: dict[str, str]
) -> None:
    assert sps_size(codec, sps_of(codec, encoded(encoder, size, dict(options)))) == size


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_cut_or_spoilt_set_gives_no_size_or_a_possible_one(codec: VideoCodec) -> None:
    encoder = "libx264" if codec == "h264" else "libx265"
    options = {} if codec == "h264" else {"x265-params": "log-level=none"}
    whole = sps_of(codec, encoded(encoder, (640, 360), options))
    assert sps_size(codec, whole[:6]) is None
    assert sps_size(codec, b"") is None
    chance = random.Random(3)
    for _ in range(300):
        spoilt = bytearray(whole)
        spoilt[chance.randrange(1, len(spoilt))] ^= 1 << chance.randrange(8)
        found = sps_size(codec, bytes(spoilt))
        assert found is None or (16 <= found.width <= 16384 and 16 <= found.height <= 16384)


def test_the_size_of_a_jpeg_is_in_its_header() -> None:
    jpeg = encoded("mjpeg", (320, 192), {"pix_fmt": "yuvj420p"})
    assert jpeg_size(jpeg) == (320, 192)
    assert jpeg_size(jpeg[:30]) is None
    assert jpeg_size(b"") is None
    assert jpeg_size(b"\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") is None


def test_sizes_of_real_cameras(shared_data: Path) -> None:
    for name, size in (("car_topdown", (768, 432)), ("road_vehicles", (640, 352))):
        with av.open(str(shared_data / "videos" / f"{name}.mp4")) as source:
            data = bytes(source.streams.video[0].codec_context.extradata or b"")
        length = int.from_bytes(data[6:8], "big")
        assert sps_size("h264", data[8 : 8 + length]) == size
