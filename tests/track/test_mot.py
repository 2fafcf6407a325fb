"""MOT files, and sequences tracked from them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from vedette.core.errors import ConfigError
from vedette.track.follow import follow
from vedette.track.mot import detections_of, has_ids, labelled_of, read_rows, sequence_of
from vedette.track.two_stage import TwoStage

DETECTIONS = "1,-1,10,20,30,60,0.9\n1,-1,100,20,30,60,0.8\n3,-1,14,20,30,60,0.9\n"


def test_detections_are_read_as_fractions(tmp_path: Path) -> None:
    (tmp_path / "det.txt").write_text(DETECTIONS)
    (tmp_path / "seqinfo.ini").write_text(
        "[Sequence]\nimWidth=200\nimHeight=100\nframeRate=5\nseqLength=4\n"
    )
    rows = read_rows(tmp_path / "det.txt")
    sequence = sequence_of(tmp_path / "det.txt", rows)
    assert (sequence.width_px, sequence.height_px, sequence.fps) == (200, 100, 5.0)
    pictures = detections_of(rows, sequence)
    assert [len(one) for one in pictures] == [2, 0, 1, 0]
    assert pictures[0].box[0] == pytest.approx([0.05, 0.2, 0.2, 0.8])
    assert not has_ids(rows)


def test_without_seqinfo_the_boxes_say_the_size(tmp_path: Path) -> None:
    rows = read_rows(_write(tmp_path, DETECTIONS))
    sequence = sequence_of(tmp_path / "a.txt", rows)
    assert (sequence.width_px, sequence.height_px, sequence.frames) == (130, 80, 3)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1,5,0,0,9,9,1,-1,-1,-1\n1,6,0,0,9,9,0,-1,-1,-1\n", [5]),  # 0: not to be counted
        ("1,5,0,0,9,9,1,1,0.8\n1,6,0,0,9,9,1,12,1\n", [5]),  # a reflection is no pedestrian
        ("1 5 0 0 9 9 1\n1 6 0 0 9 9 1\n", [5, 6]),
        ("1,5,0,0,9,9,1,4.5,5.5,0\n", [5]),  # world coordinates of 2015
    ],
)
def test_truth_of_all_years(tmp_path: Path, text: str, ids: list[int]) -> None:
    rows = read_rows(_write(tmp_path, text))
    assert has_ids(rows)
    assert labelled_of(rows)[1].ids.tolist() == ids


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1,2,3\n", "expected lines of frame, id"),
        ("1,-1,0,0,9,9,1\n1,-1\n", "expected lines of frame, id"),
        ("frame,id\n", "is not a MOT file"),
    ],
)
def test_what_is_no_mot_file_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        read_rows(_write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.txt cannot be read"):
        read_rows(tmp_path / "gone.txt")


def test_scores_of_other_scales_become_shares(tmp_path: Path) -> None:
    text = "".join(f"1,-1,{x},0,9,9,{x / 10 - 0.5}\n" for x in range(0, 400, 10))
    rows = read_rows(_write(tmp_path, text))
    [picture] = detections_of(rows, sequence_of(tmp_path / "a.txt", rows))
    assert picture.score.min() == 0
    assert picture.score.max() == 1
    assert np.all(np.diff(picture.score) >= 0)


def test_following_counts_a_track_from_its_first_sighting(tmp_path: Path) -> None:
    text = "".join(f"{n},-1,{10 + n},20,30,60,0.5\n" for n in range(1, 21))
    rows = read_rows(_write(tmp_path, text))
    pictures = detections_of(rows, sequence_of(tmp_path / "a.txt", rows))
    followed = follow(TwoStage(), pictures, 10.0, time.perf_counter)
    assert [one.ids.tolist() for one in followed.found] == [[0]] * 20
    assert [one.ids.tolist() for one in followed.live] == [[]] * 2 + [[0]] * 18
    assert len(followed.took_s) == 20


def _write(folder: Path, text: str) -> Path:
    file = folder / "a.txt"
    file.write_text(text)
    return file
