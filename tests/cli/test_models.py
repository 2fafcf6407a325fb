"""`vedette models`: what people type, and what they read."""

from __future__ import annotations

import argparse
import json
import pickle
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.detect.nets import answering, convolving, save
from vedette.app import open_database
from vedette.cli import models
from vedette.core.errors import ConfigError, Conflict, ModelError
from vedette.core.settings import Settings
from vedette.core.site import Camera, Spec, Stream


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VEDETTE_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def net(tmp_path: Path) -> Path:
    (tmp_path / "names.txt").write_text("person\nforklift\n")
    return save(convolving(classes=2), tmp_path / "yard.onnx")


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    models.register(parser.add_subparsers())
    args = parser.parse_args(["models", *map(str, words)])
    code: int = args.func(args)
    return code


def test_a_life_of_a_model(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    said = capsys.readouterr().out
    assert "No model is installed; cameras use the detector `classical`" in said
    assert "yolox-nano" in said, "what can be had is shown, too"

    assert run("add", net, "--labels", "names.txt", "--licence", "MIT", "--source", "ours") == 0
    said = capsys.readouterr().out
    assert "Installed yard:1: yolox, 64x64, 2 classes" in said
    assert "Licence: MIT. SHA-256: " in said

    assert run("list") == 0
    [row] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("yard:1")]
    assert row.split()[1:5] == ["default", "yolox", "64x64", "2"]

    assert run("validate", "yard") == 0
    assert "yard is unchanged and runs: yolox, 64x64" in capsys.readouterr().out
    assert run("default", "yard:1") == 0
    assert capsys.readouterr().out == "Default is now yard:1\n"
    assert run("remove", "yard") == 0
    assert capsys.readouterr().out == "Removed yard:1\n"


def test_programs_get_json(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", net, "--labels", "names.txt", "--json") == 0
    added = json.loads(capsys.readouterr().out)
    assert (added["ref"], added["family"], added["names"]) == (
        "yard:1", "yolox", ["person", "forklift"],
    )  # fmt: skip
    assert run("list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [added]
    assert run("validate", "yard", "--json") == 0
    assert json.loads(capsys.readouterr().out)["family"] == "yolox"
    assert run("pull", "--json") == 0
    assert {one["licence"] for one in json.loads(capsys.readouterr().out)} == {"Apache-2.0"}
    assert run("remove", "yard", "--json") == 0
    assert json.loads(capsys.readouterr().out) == ["yard:1"]


def camera(camera_id: str, detector: Spec) -> Camera:
    stream = Stream(source=Spec(kind="synthetic"))
    return Camera(id=camera_id, name=camera_id, streams=(stream,), detector=detector)


def test_what_cameras_use_stays(net: Path, tmp_path: Path) -> None:
    run("add", net, "--labels", "names.txt")
    with closing(open_database(Settings(data_dir=tmp_path / "data"))) as store:
        cameras = (
            camera("gate", Spec(kind="onnx", options={"model": "yard"})),
            camera("hall", Spec(kind="auto")),
            camera("roof", Spec(kind="classical")),
            camera("shed", Spec(kind="onnx", options={"model": "other"})),
        )
        store.site.save(replace(store.site.load(), cameras=cameras), author="test")
    with pytest.raises(Conflict, match=r"yard:1 is in use by camera gate, camera hall$"):
        run("remove", "yard")
    assert run("remove", "yard", "--force") == 0


def test_what_the_settings_name_stays(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", net, "--labels", "names.txt")
    monkeypatch.setenv("VEDETTE_ANALYSE__MODEL", "yard")
    with pytest.raises(Conflict, match=r"in use by the setting analyse\.model"):
        run("remove", "yard")


def test_pickles_are_sent_away_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "yolox_tiny.pth"
    path.write_bytes(pickle.dumps([1]))
    with pytest.raises(ModelError, match=r"is a pickle.*tools/export_onnx\.py -c yolox_tiny\.pth"):
        run("add", path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--size", "640"], "--size wants WIDTHxHEIGHT"),
        (["--labels", "nowhere.txt"], r"nowhere\.txt cannot be read"),
    ],
)
def test_mistakes_are_named(net: Path, words: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        run("add", net, *words)


def test_the_names_of_coco_need_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Finished boxes do not tell how many classes there are."""
    finished = answering({"output0": np.zeros((1, 20, 6), np.float32)})
    run("add", save(finished, tmp_path / "ended.onnx"), "--labels", "coco", "--json")
    assert json.loads(capsys.readouterr().out)["names"][:3] == ["person", "bicycle", "car"]


def test_a_size_may_be_chosen_where_the_model_can(
    net: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("add", net, "--labels", "names.txt", "--size", "96x64", "--name", "wide", "--json")
    assert json.loads(capsys.readouterr().out)["size"] == [96, 64]
    stiff = save(convolving(classes=2, baked=True), tmp_path / "stiff.onnx")
    with pytest.raises(ModelError, match="stiff takes pictures of 64x64 and no others"):
        run("add", stiff, "--labels", "names.txt", "--size", "96x64")
