"""Planes are seen without a copy, colours are right, and only what is asked for is made."""

from __future__ import annotations

import gc
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vedette.core.media import WHOLE, Pixels, Region
from vedette.ingest.picture import DecodedPlanes

FORMATS = [
    "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv440p", "yuv444p", "yuvj444p", "nv12", "nv21",
    "gray", "yuv420p10le", "yuv422p10le", "gray10le", "rgb24", "bgr24", "yuyv422",
]  # fmt: skip


def painted(size: tuple[int, int] = (320, 192)) -> Pixels:
    """RGB uint8[H, W, 3]: four coloured quarters, a little blurred."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (200, 40, 40)
    picture[: height // 2, width // 2 :] = (40, 180, 60)
    picture[height // 2 :, : width // 2] = (50, 60, 190)
    picture[height // 2 :, width // 2 :] = (220, 210, 90)
    return np.asarray(cv2.GaussianBlur(picture, (5, 5), 0), np.uint8)


def as_frame(picture: Pixels, form: str, colorspace: str = "ITU601") -> av.VideoFrame:
    """The picture in a pixel format, with line padding as decoders leave it."""
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    return frame.reformat(format=form, dst_colorspace=colorspace)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(320, 192), (322, 190), (100, 75)])
def test_colours_are_those_that_were_painted(form: str, size: tuple[int, int]) -> None:
    picture = painted(size)
    planes = DecodedPlanes(as_frame(picture, form))
    seen = planes.rgb(WHOLE, None)
    assert seen.shape == (size[1], size[0], 3)
    wanted = picture
    if form.startswith("gray"):
        wanted = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]  # OpenCV's stubs do not say uint8
    inner = (slice(8, -8), slice(8, -8))
    # Seams between the quarters are soft with halved chroma; the areas must be right.
    off = np.abs(seen[inner].astype(int) - wanted[inner].astype(int))
    assert np.median(off) <= 4
    assert np.mean(off > 12) < 0.12


@pytest.mark.parametrize("colorspace", ["ITU601", "ITU709"])
@pytest.mark.parametrize("height", [192, 720])
def test_the_colour_space_that_a_stream_names_is_used(colorspace: str, height: int) -> None:
    picture = painted((320, height))
    frame = as_frame(picture, "yuv420p", colorspace)
    frame.colorspace = {"ITU601": 5, "ITU709": 1}[colorspace]
    seen = DecodedPlanes(frame).rgb(WHOLE, None)
    assert np.median(np.abs(seen.astype(int) - picture.astype(int))) <= 4


@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p", "yuv444p", "nv12", "gray"])
def test_luma_is_the_decoders_own_memory(form: str) -> None:
    frame = as_frame(painted(), form)
    luma = DecodedPlanes(frame).luma()
    own = np.frombuffer(frame.planes[0], np.uint8)  # type: ignore[call-overload]  # a buffer
    assert luma.shape == (192, 320)
    assert luma.__array_interface__["data"][0] == own.__array_interface__["data"][0]
    assert np.shares_memory(luma, own)
    assert not luma.flags.writeable


@pytest.mark.parametrize("form", FORMATS)
def test_luma_of_every_format_is_eight_bits_of_the_right_brightness(form: str) -> None:
    picture = painted()
    luma = DecodedPlanes(as_frame(picture, form)).luma()
    assert luma.shape == (192, 320)
    assert luma.dtype == np.uint8
    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), int)
    assert np.corrcoef(luma.ravel(), gray.ravel())[0, 1] > 0.999


def test_luma_stays_valid_as_long_as_it_is_held() -> None:
    picture = painted()
    planes = DecodedPlanes(as_frame(picture, "yuv420p"))
    luma = planes.luma()
    before = luma.copy()
    del planes
    gc.collect()
    others = [as_frame(255 - picture, "yuv420p") for _ in range(30)]
    assert np.array_equal(luma, before)
    assert len(others) == 30


REGIONS: list[Region] = [
    (0.0, 0.0, 0.5, 0.5),
    (0.25, 0.25, 0.75, 0.75),
    (0.013, 0.31, 0.517, 0.99),
    (0.9, 0.9, 1.0, 1.0),
]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("form", ["yuv420p", "yuvj422p", "nv12", "yuv420p10le"])
def test_a_region_is_the_same_as_cut_from_the_whole(region: Region, form: str) -> None:
    planes = DecodedPlanes(as_frame(painted(), form))
    whole, part = planes.rgb(WHOLE, None), planes.rgb(region, None)
    x1, y1 = round(region[0] * 320), round(region[1] * 192)
    cut = whole[y1 : y1 + part.shape[0], x1 : x1 + part.shape[1]]
    assert part.shape == cut.shape
    assert part.shape[:2] == (round(region[3] * 192) - y1, round(region[2] * 320) - x1)
    # An odd edge moves chroma by half a sample.
    assert np.mean(np.abs(part.astype(int) - cut.astype(int))) < 3


@pytest.mark.parametrize("size", [(416, 416), (64, 48), (33, 77), (320, 192), (1, 1)])
@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p", "nv12", "gray", "yuv444p"])
def test_a_region_comes_in_the_size_asked_for(size: tuple[int, int], form: str) -> None:
    picture = painted()
    seen = DecodedPlanes(as_frame(picture, form)).rgb((0.0, 0.0, 1.0, 1.0), size)
    assert seen.shape == (size[1], size[0], 3)
    assert seen.dtype == np.uint8
    if form != "gray" and min(size) > 30:
        wanted = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), int)
        assert np.median(np.abs(seen.astype(int) - wanted)) <= 4


@pytest.mark.parametrize(
    "region",
    [(-1.0, -1.0, 2.0, 2.0), (0.5, 0.5, 0.5, 0.5), (1.0, 1.0, 1.0, 1.0), (0.9, 0.9, 0.1, 0.1)],
)
def test_a_region_outside_or_empty_is_brought_inside(region: Region) -> None:
    seen = DecodedPlanes(as_frame(painted(), "yuv420p")).rgb(region, None)
    assert seen.shape[0] >= 1
    assert seen.shape[1] >= 1


def test_only_the_region_is_converted() -> None:
    planes = DecodedPlanes(as_frame(painted((1280, 720)), "yuv420p"))
    small = planes.rgb((0.4, 0.4, 0.5, 0.5), None)
    assert small.base is None or small.base.nbytes < 100_000
    assert small.nbytes == 128 * 72 * 3


def test_a_real_picture_looks_as_ffmpeg_shows_it(shared_data: Path) -> None:
    with av.open(str(shared_data / "videos" / "road_vehicles.mp4")) as source:
        frame = next(source.decode(video=0))
    wanted = frame.to_ndarray(format="rgb24").astype(int)
    seen = DecodedPlanes(frame).rgb(WHOLE, None).astype(int)
    assert np.mean(np.abs(seen - wanted)) < 2.5
