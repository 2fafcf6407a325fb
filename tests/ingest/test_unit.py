"""A format stays the same object until the stream really changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading import numbered
from vedette.core.video.nal import VideoCodec, join, nal_type, split
from vedette.ingest.unit import JpegFormat, SameFormat, Unit, VideoFormat
from vedette.testing.clips import Clip, Codec, Encoding, encode, load


def in_band(clip: Clip) -> list[bytes]:
    return [clip.annexb(index) for index in range(len(clip.units))]


def bare(clip: Clip, index: int) -> bytes:
    """A picture without its parameter sets."""
    return join(clip.units[index].nals)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_stream_that_repeats_its_sets_has_one_format(
    codec: VideoCodec, clips: dict[Codec, Clip]
) -> None:
    form = VideoFormat(codec)
    found = []
    for data in in_band(clips[codec]):
        assert form.take(data) is not None
        found.append(form.format)
    assert all(one is found[0] for one in found)
    assert found[0] is not None
    assert (found[0].codec, found[0].width, found[0].height) == (codec, 320, 192)
    kinds = [nal_type(codec, nal) for nal in split(found[0].extradata)]
    assert kinds == ([7, 8] if codec == "h264" else [32, 33, 34])


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_key_pictures_get_the_sets_they_lack_and_others_stay_as_they_are(
    codec: VideoCodec, clips: dict[Codec, Clip]
) -> None:
    clip = clips[codec]
    form = VideoFormat(codec, clip.parameter_sets)
    assert form.format is not None
    key = form.take(bare(clip, 0))
    assert key == (form.format.extradata + bare(clip, 0), True)
    assert form.take(bare(clip, 1)) == (bare(clip, 1), False)
    assert form.take(clip.annexb(0)) == (clip.annexb(0), True), "nothing is put in twice"


def test_pictures_before_any_parameter_set_are_nobodys(clips: dict[Codec, Clip]) -> None:
    form = VideoFormat("h264")
    assert form.take(bare(clips["h264"], 0)) is None
    assert form.take(clips["h264"].annexb(0)) is not None


def test_another_resolution_is_another_format(clips: dict[Codec, Clip], tmp_path: Path) -> None:
    other = load(encode(numbered(3, (256, 128)), tmp_path / "o.mp4", Encoding(fps=25)))
    form = VideoFormat("h264")
    form.take(clips["h264"].annexb(0))
    before = form.format
    form.take(other.annexb(0))
    after = form.format
    assert before is not None
    assert after is not None
    assert (after.width, after.height) == (256, 128)
    assert before.extradata not in after.extradata


def test_a_damaged_set_changes_nothing(clips: dict[Codec, Clip]) -> None:
    clip = clips["h264"]
    form = VideoFormat("h264")
    form.take(clip.annexb(0))
    before = form.format
    form.take(join([b"\x67\x64\x00", *clip.units[0].nals]))
    assert form.format is before


def test_jpegs_of_one_size_have_one_format(clips: dict[Codec, Clip]) -> None:
    form = JpegFormat()
    first = form.take(clips["mjpeg"].annexb(0))
    assert first is not None
    assert form.take(clips["mjpeg"].annexb(1)) is first
    assert form.take(b"not a picture") is first


def test_equal_formats_of_several_pieces_become_the_same_object(clips: dict[Codec, Clip]) -> None:
    def unit() -> Unit:
        form = VideoFormat("h264", clips["h264"].parameter_sets).format
        assert form is not None
        return Unit(pts_us=0, dts_us=0, duration_us=0, key=True, format=form, data=b"")

    same = SameFormat()
    first, second = same.keep(unit()), same.keep(unit())
    assert first.format is second.format
