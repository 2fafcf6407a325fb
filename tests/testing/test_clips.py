"""Clips are made as cameras make them, and once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testing.conftest import CLIP_FPS, CLIP_FRAMES, numbered
from vedette.core.media import Pixels
from vedette.testing.bitstream import nal_type, split_annexb
from vedette.testing.clips import Clip, Codec, Encoding, cached, encode, load


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_a_clip_holds_every_frame_at_its_time(codec: Codec, clips: dict[Codec, Clip]) -> None:
    clip = clips[codec]
    assert (clip.codec, clip.width, clip.height) == (codec, 320, 192)
    assert [unit.ticks for unit in clip.units] == [4500 * n for n in range(CLIP_FRAMES)]
    assert clip.fps == pytest.approx(CLIP_FPS)
    keys = [index for index, unit in enumerate(clip.units) if unit.key]
    assert keys == (list(range(CLIP_FRAMES)) if codec == "mjpeg" else [0, 10, 20, 30])


@pytest.mark.parametrize(("codec", "sets"), [("h264", [7, 8]), ("hevc", [32, 33, 34])])
def test_parameter_sets_stand_before_key_frames(
    codec: Codec, sets: list[int], clips: dict[Codec, Clip]
) -> None:
    clip = clips[codec]
    kinds = [nal_type(codec, nal) for nal in split_annexb(clip.annexb(10))]
    assert kinds[: len(sets)] == sets
    assert not set(sets) & {nal_type(codec, nal) for nal in split_annexb(clip.annexb(11))}


def test_a_clip_is_drawn_once_per_content(tmp_path: Path) -> None:
    drawn = []

    def frames() -> Iterator[Pixels]:
        drawn.append(1)
        return numbered(frames=3)

    how = Encoding(fps=5)
    first = cached(tmp_path, "a", how, frames)
    assert cached(tmp_path, "a", how, frames) == first
    assert len(drawn) == 1
    assert cached(tmp_path, "b", how, frames) != first
    assert cached(tmp_path, "a", Encoding(fps=10), frames) != first


def test_a_broken_drawing_leaves_nothing_in_the_cache(tmp_path: Path) -> None:
    def frames() -> Iterator[Pixels]:
        yield from numbered(frames=2)
        raise RuntimeError("out of paint")

    with pytest.raises(RuntimeError, match="out of paint"):
        cached(tmp_path, "a", Encoding(), frames)
    assert not list(tmp_path.glob("*.mp4"))


def test_a_codec_that_cannot_be_replayed_is_named(shared_data: Path, tmp_path: Path) -> None:
    assert load(shared_data / "videos" / "worker_zone.mp4").codec == "h264"
    with pytest.raises(ValueError, match="at least one frame"):
        encode(iter(()), tmp_path / "empty.mp4", Encoding())
