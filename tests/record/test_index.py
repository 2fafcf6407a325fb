"""The index of a file says where each part lies, when it begins, and whether decoding can too."""

from __future__ import annotations

import os
import random
import re
from dataclasses import replace
from pathlib import Path

import av
import pytest

from tests.record.shelf import FPS, START_US, STEP_US, Film, counter_in, record
from vedette.core.errors import Gone, StoreError
from vedette.record.index import FileIndex, Indexes
from vedette.record.reading import LocalFiles


def index(folder: Path, film: Film) -> tuple[bytes, FileIndex]:
    """The only file of a film, and what is known of it."""
    (segment,) = record(folder, film)
    found = Indexes(LocalFiles({"fast": folder})).of(segment)
    return (folder / segment.path).read_bytes(), found


@pytest.mark.parametrize(
    ("film", "mime"),
    [
        (Film(seconds=4), r"avc1\.[0-9a-f]{6}"),
        (Film(seconds=4, codec="hevc"), r"h[ve][cv]1\.1\.6\.L\d+(\.[0-9A-F]+)*"),
        (Film(seconds=4, sound=True), r"avc1\.[0-9a-f]{6},mp4a\.40\.2"),
    ],
)
def test_a_browser_is_told_what_it_must_play(tmp_path: Path, film: Film, mime: str) -> None:
    _, found = index(tmp_path / "archive", film)
    assert re.fullmatch(f'video/mp4; codecs="{mime}"', found.head.mime)


@pytest.mark.parametrize("film", [Film(seconds=4), Film(seconds=4, sound=True)])
def test_parts_cover_the_file_and_its_time(tmp_path: Path, film: Film) -> None:
    content, found = index(tmp_path / "archive", film)
    assert found.parts[0].offset == found.head.size
    for before, after in zip(found.parts, found.parts[1:], strict=False):
        assert after.offset == before.offset + before.size
        assert after.t_us == before.t_us + before.duration_us
    assert found.parts[0].t_us == START_US
    assert found.end_us == START_US + 4_000_000
    assert found.end <= len(content)
    assert max(part.duration_us for part in found.parts) <= 1_000_000
    assert [part.t_us - START_US for part in found.parts if part.key] == [0, 2_000_000]


def test_any_picture_can_be_shown_first(tmp_path: Path) -> None:
    """What a player does: head, then parts from the key part before, then drop what is early."""
    content, found = index(tmp_path / "archive", Film(seconds=8, file_s=8))
    dice = random.Random(5)
    for _ in range(50):
        t_us = START_US + dice.randrange(0, 8 * FPS * STEP_US)
        at = max(n for n, part in enumerate(found.parts) if part.key and part.t_us <= t_us)
        fetched = content[: found.head.size] + content[found.parts[at].offset :]
        path = tmp_path / "fetched.mp4"
        path.write_bytes(fetched)
        first = None
        with av.open(str(path)) as video:
            for frame in video.decode(video=0):
                assert frame.time is not None
                if START_US + round(frame.time * 1e6) + STEP_US > t_us:
                    first = counter_in(frame)
                    break
        assert first == (t_us - START_US) // STEP_US


def test_a_growing_file_is_known_as_far_as_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    (segment,) = record(folder, Film(seconds=4))
    segment = replace(segment, open=True, sha256="", chain="")
    path = folder / segment.path
    content = path.read_bytes()
    indexes = Indexes(LocalFiles({"fast": folder}))
    seen: list[int] = []
    for size in range(len(content) // 6, len(content) + 1, len(content) // 40):
        path.write_bytes(content[:size])
        found = indexes.of(segment)
        assert found.end <= size
        assert found == Indexes(LocalFiles({"fast": folder})).of(segment)
        seen.append(len(found.parts))
    assert seen == sorted(seen)
    assert len(set(seen)) >= 7


def test_what_comes_after_damage_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    (segment,) = record(folder, Film(seconds=4))
    path = folder / segment.path
    content = bytearray(path.read_bytes())
    whole = Indexes(LocalFiles({"fast": folder})).of(segment)
    at = whole.parts[4].offset
    content[at + 8 : at + 64] = bytes(56)
    path.write_bytes(content)
    assert Indexes(LocalFiles({"fast": folder})).of(segment).parts[:3] == whole.parts[:3]
    assert len(Indexes(LocalFiles({"fast": folder})).of(segment).parts) == 4


@pytest.mark.parametrize("content", [b"", b"\0" * 400, b"not a film at all" * 50])
def test_what_is_no_recording_is_said(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "archive"
    (segment,) = record(folder, Film(seconds=4))
    (folder / segment.path).write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        Indexes(LocalFiles({"fast": folder})).of(segment)


@pytest.mark.parametrize(
    "path",
    ["../secret.mp4", "/etc/passwd", "gate/../../secret.mp4", "gate/link.mp4", "gate", "", "pipe"],
)
def test_no_row_leads_out_of_the_archive(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "archive"
    (segment,) = record(folder, Film(seconds=4))
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    (folder / "gate" / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    os.mkfifo(folder / "pipe")
    with pytest.raises(Gone):
        LocalFiles({"fast": folder}).open(replace(segment, path=path))


def test_a_file_is_found_on_the_other_disk(tmp_path: Path) -> None:
    (segment,) = record(tmp_path / "fast", Film(seconds=4))
    (tmp_path / "slow").mkdir()
    (tmp_path / "fast" / "gate").rename(tmp_path / "slow" / "gate")
    files = LocalFiles({"fast": tmp_path / "fast", "slow": tmp_path / "slow"})
    reader = files.open(segment)
    assert reader.size == segment.size
    reader.close()
    reader.close()
