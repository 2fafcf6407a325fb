"""Files without the server: everything is kept, also when interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from vedette.cli import main
from vedette.testing.scenes.film import Film


def test_analysing_a_file_leaves_events_tracks_pictures_and_a_video(
    warehouse: Film, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = warehouse.truth.lines[0]
    points = " ".join(f"{x},{y}" for x, y in line.points)
    out = tmp_path / "out"
    clip = str(warehouse.path)
    code = main(["analyze", clip, "--line", f"aisle:{points}", "--out", str(out), "--json"])
    assert code == 0
    summary = json.loads(capsys.readouterr().out)
    truths = [c for c in warehouse.truth.crossings if c.line == line.id]
    events = [json.loads(one) for one in (out / "events.jsonl").read_text().splitlines()]
    assert len(events) == len(truths) == summary["events"]["line-1"]
    for event in events:
        assert (out / "snapshots" / event["snapshot"]).stat().st_size > 1000
    assert (out / "tracks.jsonl").read_text().count("\n") > 50
    with av.open(str(out / "annotated.mp4")) as video:
        assert video.streams.video[0].frames == summary["frames"]
    assert json.loads((out / "summary.json").read_text()) == summary


def test_the_truth_of_a_drawn_scene_is_found(
    warehouse: Film, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = warehouse.write_truth(tmp_path / "truth.json")
    assert main(["eval", str(warehouse.path), "--truth", str(truth), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model"] == "classical"
    crossings = found["lines"][0]
    # People here walk towards the camera: a foot that is seen a little high is seconds off.
    assert crossings["tp"] + crossings["fp"] == len(warehouse.truth.crossings)
    assert found["total"]["tp"] > 0


def test_an_interruption_keeps_what_is_done(warehouse: Film, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "vedette", "analyze", str(warehouse.path), "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (out / "annotated.mp4").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    if process.returncode == 0:
        pytest.skip("this machine was done before it could be interrupted")
    assert process.returncode == 130
    assert "what was done so far is kept" in said
    assert json.loads((out / "summary.json").read_text())["interrupted"]
    with av.open(str(out / "annotated.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) > 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["analyze", "/nowhere.mp4"], "there is no file '/nowhere.mp4'"),
        (["analyze", "CLIP", "--zone", "a:0,0 1,1"], "has 2 points, needs 3"),
        (["analyze", "CLIP", "--line", "a:0,0 1,x"], "wants NAME:X,Y"),
        (["analyze", "CLIP", "--line", "a:0,0 1,7"], "fractions from 0 to 1"),
        (["analyze", "CLIP", "--model", "no-such"], "no-such"),
        (["eval", "CLIP", "--truth", "/nowhere.json"], "/nowhere.json cannot be read"),
        (["run", "--set", "web.prot=1"], "settings.web.prot"),
    ],
)
def test_a_mistake_is_answered_in_one_plain_sentence(
    warehouse: Film, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(warehouse.path) if one == "CLIP" else one for one in arguments])
    assert code == 2
    assert says in capsys.readouterr().err
