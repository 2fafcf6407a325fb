"""`vedette eval mot`, from the command line to the figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vedette.cli import main


@pytest.fixture(name="sequence")
def fixture_sequence(tmp_path: Path) -> Path:
    """Three people walk for ten seconds; the detector misses some and trembles a little."""
    random = np.random.default_rng(6)
    truth, detections = [], []
    for frame in range(1, 101):
        for person in range(3):
            x, y = 100 + 4 * frame * (1 - person % 2 * 2) + person % 2 * 420, 100 + 80 * person
            truth.append(f"{frame},{person + 1},{x},{y},40,100,1,-1,-1,-1")
            if random.random() < 0.9:
                dx, dy = random.normal(0, 1.5, 2)
                box = f"{x + dx:.1f},{y + dy:.1f},40,100"
                detections.append(f"{frame},-1,{box},0.8,-1,-1,-1")
    (tmp_path / "gt.txt").write_text("\n".join(truth))
    (tmp_path / "det.txt").write_text("\n".join(detections))
    (tmp_path / "seqinfo.ini").write_text(
        "[Sequence]\nimWidth=640\nimHeight=480\nframeRate=10\nseqLength=100\n"
    )
    return tmp_path


def run(folder: Path, given: str, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    arguments = ["--gt", str(folder / "gt.txt"), "--det", str(folder / given), "--json"]
    assert main(["eval", "mot", *arguments]) == 0
    said: dict[str, float] = json.loads(capsys.readouterr().out)
    assert set(said) == {"idf1", "mota", "idsw", "hota", "fps"}
    return said


def test_detections_are_tracked_and_scored(
    sequence: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(sequence, "det.txt", capsys)
    assert said["idf1"] > 0.93
    assert said["mota"] > 0.85
    assert said["hota"] > 0.7
    assert said["idsw"] == 0
    assert said["fps"] > 0


def test_tracks_are_scored_as_they_are(sequence: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(sequence, "gt.txt", capsys)
    assert said == {"idf1": 1, "mota": 1, "idsw": 0, "hota": 1, "fps": None}


def test_without_files_it_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "mot"]) == 2
    assert "needs --gt and --det" in capsys.readouterr().err
