"""A cut begins with the picture asked for, ends with the last, and says when they were taken."""

from __future__ import annotations

import random
from pathlib import Path

import av
import pytest

from tests.record.shelf import FPS, START_US, STEP_US, Film, heard, record, shown
from vedette.core.errors import Gone, NotFound
from vedette.core.footage import Segment, Span
from vedette.record.cut import Cut, plan_cuts
from vedette.record.reading import LocalFiles

FILMS = {
    "h264": Film(),
    "hevc": Film(codec="hevc"),
    "b-frames": Film(reordered=True),
    "sound": Film(sound=True),
}


def cut(segments: list[Segment], folder: Path, span: Span) -> tuple[Cut, ...]:
    """All files of the span."""
    return plan_cuts(segments, LocalFiles({"fast": folder}), span)


def written(one: Cut, folder: Path) -> Path:
    """A cut as a file."""
    path = folder.parent / "cut.mp4"
    path.write_bytes(b"".join(one.read(LocalFiles({"fast": folder}))))
    assert path.stat().st_size == one.size
    return path


@pytest.mark.parametrize("name", FILMS)
def test_the_pictures_are_those_asked_for(tmp_path: Path, name: str) -> None:
    folder, film = tmp_path / "archive", FILMS[name]
    segments = record(folder, film)
    dice = random.Random(7)
    last = film.seconds * FPS
    for _ in range(50 if name == "h264" else 12):
        begin_us = START_US + dice.randrange(0, last * STEP_US - 3 * STEP_US)
        until_us = begin_us + dice.randrange(2 * STEP_US, 5_000_000)
        (one,) = cut(segments, folder, (begin_us, until_us))
        numbers, times = shown(written(one, folder))
        first = (begin_us - START_US) // STEP_US
        end = min(last, -(-(until_us - START_US) // STEP_US))
        assert numbers == list(range(first, end)), (begin_us - START_US, until_us - begin_us)
        assert abs(one.start_us - (START_US + first * STEP_US)) <= 12
        assert times[0] == pytest.approx(0, abs=0.001)
        assert times == pytest.approx([n / FPS for n in range(end - first)], abs=0.001)
        assert one.frames == end - first


def test_sound_stays_with_the_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(sound=True))
    # from the silent half of second 3 over a file border into second 9
    (one,) = cut(segments, folder, (START_US + 3_500_000, START_US + 9_000_000))
    assert one.sound
    pieces = heard(written(one, folder))
    assert pieces[0][0] == pytest.approx(0, abs=0.07)
    for at_s, loudness in pieces:
        phase = (at_s + 0.5) % 1.0
        if 0.15 < phase < 0.40:
            assert loudness > 0.1, at_s
        if 0.65 < phase < 0.90:
            assert loudness < 0.1, at_s


def test_a_file_can_be_fetched_from_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(sound=True))
    (one,) = cut(segments, folder, (START_US + 1_234_567, START_US + 9_876_543))
    files = LocalFiles({"fast": folder})
    whole = b"".join(one.read(files))
    dice = random.Random(1)
    for _ in range(40):
        start = dice.randrange(one.size)
        end = dice.randrange(start, one.size + 10)
        assert b"".join(one.read(files, start, end)) == whole[start:end]


def test_a_hole_between_files_stays_in_the_times(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    later = START_US + 4_000_000 + 7_000_000
    segments += record(folder, Film(seconds=4, first=500), start_us=later)
    (one,) = cut(segments, folder, (START_US + 3_000_000, later + 1_000_000))
    numbers, times = shown(written(one, folder))
    assert numbers == [*range(30, 40), *range(500, 510)]
    assert times[10] == pytest.approx(8.0, abs=0.001)


@pytest.mark.parametrize("hole_s", [31, 3600])
def test_a_long_hole_begins_another_file(tmp_path: Path, hole_s: int) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    later = START_US + 4_000_000 + hole_s * 1_000_000
    segments += record(folder, Film(seconds=4, first=500), start_us=later)
    found = cut(segments, folder, (START_US, later + 4_000_000))
    assert [one.start_us for one in found] == [START_US, later]


def test_another_format_begins_another_file(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    segments += record(
        folder, Film(seconds=4, first=40, width=192, height=128), start_us=START_US + 4_000_000
    )
    first, second = cut(segments, folder, (START_US + 1_000_000, START_US + 6_000_000))
    assert (first.width, second.width) == (320, 192)
    assert shown(written(first, folder))[0] == list(range(10, 40))
    assert shown(written(second, folder))[0] == list(range(40, 60))


def test_sound_that_comes_later_does_not_divide(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    segments += record(folder, Film(seconds=4, first=40, sound=True), start_us=START_US + 4_000_000)
    (one,) = cut(segments, folder, (START_US + 2_000_000, START_US + 8_000_000))
    path = written(one, folder)
    assert shown(path)[0] == list(range(20, 80))
    loud = [at_s for at_s, loudness in heard(path) if loudness > 0.1]
    assert loud[0] == pytest.approx(2.0, abs=0.15)


def test_a_span_that_begins_in_a_hole_begins_with_the_next_footage(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    (one,) = cut(segments, folder, (START_US - 5_000_000, START_US + 1_000_000))
    assert one.start_us == START_US
    assert shown(written(one, folder))[0] == list(range(10))


def test_a_span_without_footage_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    with pytest.raises(NotFound, match="no footage"):
        cut(segments, folder, (START_US + 60_000_000, START_US + 70_000_000))


def test_a_growing_file_is_cut_as_far_as_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    (segment,) = record(folder, Film(seconds=4))
    path = folder / segment.path
    path.write_bytes(path.read_bytes()[: segment.size * 2 // 3])
    (one,) = cut([segment], folder, (START_US, START_US + 4_000_000))
    numbers = shown(written(one, folder))[0]
    assert numbers == list(range(len(numbers)))
    assert 15 <= len(numbers) < 40


def test_a_recording_that_vanished_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    (one,) = cut(segments, folder, (START_US, START_US + 1_000_000))
    (folder / segments[0].path).unlink()
    with pytest.raises(Gone):
        b"".join(one.read(LocalFiles({"fast": folder})))
    with pytest.raises(Gone):
        cut(segments, folder, (START_US, START_US + 1_000_000))


def test_it_plays_from_its_beginning(tmp_path: Path) -> None:
    """All tables stand before the media, as browsers want it."""
    folder = tmp_path / "archive"
    segments = record(folder, Film(seconds=4))
    (one,) = cut(segments, folder, (START_US + 500_000, START_US + 2_000_000))
    path = written(one, folder)
    content = path.read_bytes()
    assert content[4:8] == b"ftyp"
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(path)) as video:
        assert video.streams.video[0].frames == 20
