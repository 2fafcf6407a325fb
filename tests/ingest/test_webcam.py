"""Webcams as far as they go without one: options, refusals, and raw pictures made JPEGs."""

from __future__ import annotations

import itertools
from dataclasses import replace

import av
import pytest
from pydantic import TypeAdapter, ValidationError

from tests.ingest.reading import origin, take_from
from vedette.core.errors import AddressRefused, StreamMissing
from vedette.core.settings import SourceSettings
from vedette.core.video.sizes import jpeg_size
from vedette.ingest.webcam import WebcamSource, raw_units


@pytest.mark.parametrize(
    "device", ["/dev/video0", "/dev/video12", "/dev/v4l/by-id/usb-Logi_C920_1A2B-video-index0"]
)
def test_devices_are_named_by_their_path(device: str) -> None:
    assert TypeAdapter(WebcamSource).validate_python({"device": device}).device == device


@pytest.mark.parametrize(
    "device",
    ["/dev/sda", "/dev/video0/../sda", "/etc/passwd", "video0", "/dev/v4l/by-id/../../sda", "x:y",
     "/dev/video0\n", ""],
)  # fmt: skip
def test_other_paths_are_refused(device: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WebcamSource).validate_python({"device": device})


def test_a_camera_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(StreamMissing, match="no camera /dev/video999"):
        take_from(WebcamSource(device="/dev/video999"), 1, origin())


def test_webcams_can_be_forbidden() -> None:
    where = replace(origin(), allowed=SourceSettings(allow_webcams=False))
    with pytest.raises(AddressRefused, match="allow_webcams"):
        take_from(WebcamSource(), 1, where)


@pytest.mark.parametrize("form", ["yuyv422", "rgb24", "nv12"])
def test_raw_pictures_become_jpegs(form: str) -> None:
    # FFmpeg's own test picture stands in for a camera that sends raw pictures.
    picture = f"testsrc=size=320x240:rate=10:duration=1,format={form}"
    with av.open(picture, format="lavfi") as container:
        units = list(raw_units(container))
    assert len(units) == 10
    assert {jpeg_size(one.data) for one in units} == {(320, 240)}
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(units)} == {100_000}
    assert all(one.key and one.format is units[0].format for one in units)
