"""What `auto` and `onnx` take: the settings' model, the default, or `classical`."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.detect.nets import convolving, save
from tests.detect.pictures import frame, look
from tests.detect.squares import drawn
from vedette.core.clock import SimulatedClock
from vedette.core.errors import ConfigError, ModelError, NotFound
from vedette.core.plugins import build, schemas
from vedette.core.ports import DetectorPlace
from vedette.core.site import Spec
from vedette.detect.auto import Auto
from vedette.detect.batched import Batched
from vedette.detect.models import Addition, ModelFolder
from vedette.detect.onnx import Onnx
from vedette.detect.trial import try_here

CLASSES = ("person", "car")
ORT = "(onnxruntime cpu)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two models are installed; `first` is marked as default, `second` is newer."""
    clock = SimulatedClock()
    models = ModelFolder(tmp_path / "models", clock, try_here)
    for seed, name in ((1, "first"), (2, "second")):
        net = save(convolving(classes=2, seed=seed), tmp_path / f"{name}.onnx")
        models.add(Addition(path=net, names=CLASSES))
        clock.sleep(1)
    models.make_default("first")
    return tmp_path / "models"


def test_without_a_model_it_is_classical_and_says_so(tmp_path: Path) -> None:
    with capture_logs() as logs:
        detector = Auto().open(DetectorPlace(models=tmp_path / "models"))
    assert detector.name == "classical"
    [said] = [one for one in logs if one["event"] == "detector chosen"]
    assert said["detector"] == "classical"
    detector.close()


def test_the_default_model_is_taken_and_named(folder: Path) -> None:
    with capture_logs() as logs:
        detector = Auto().open(DetectorPlace(models=folder))
    assert detector.name == f"first {ORT}"
    assert logs[-1]["detector"] == detector.name
    assert Batched(detector).name == detector.name
    assert len(detector.detect([look(frame(drawn((64, 64), [])))])) == 1


def test_what_the_settings_name_comes_first(folder: Path) -> None:
    assert Auto().open(DetectorPlace(models=folder, model="second")).name == f"second {ORT}"
    assert Auto().open(DetectorPlace(models=folder, model="second:1")).name == f"second {ORT}"
    with pytest.raises(NotFound, match="no model 'third'; installed: first, second"):
        Auto().open(DetectorPlace(models=folder, model="third"))


def test_a_file_may_be_named_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    path = save(convolving(classes=80, seed=5), tmp_path / "mine.onnx")
    detector = Auto().open(DetectorPlace(models=folder, model=str(path)))
    assert detector.name == f"mine {ORT}"
    with pytest.raises(ModelError, match="there is no model file"):
        Auto().open(DetectorPlace(models=folder, model="./nowhere.onnx"))
    (tmp_path / "evil.onnx").write_bytes(b"\x80\x04]\x94.")
    with pytest.raises(ModelError, match="is not an ONNX file"):
        Auto().open(DetectorPlace(models=folder, model=str(tmp_path / "evil.onnx")))


def test_onnx_takes_the_model_it_names_or_the_default(folder: Path, tmp_path: Path) -> None:
    place = DetectorPlace(models=folder)
    assert Onnx().open(place).name == f"first {ORT}"
    assert Onnx(model="second").open(place).name == f"second {ORT}"
    with pytest.raises(ModelError, match="no model is installed"):
        Onnx().open(DetectorPlace(models=tmp_path / "empty"))


def test_a_camera_cannot_name_a_file(folder: Path, tmp_path: Path) -> None:
    """Cameras are edited over the network: they name what is installed, never a path."""
    path = save(convolving(classes=80), tmp_path / "mine.onnx")
    with pytest.raises(NotFound):
        Onnx(model=str(path)).open(DetectorPlace(models=folder))
    with pytest.raises(NotFound):
        Onnx(model="../../mine").open(DetectorPlace(models=folder))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"provider": "cuda"}, "no CUDAExecutionProvider"),
        ({"labels": ["helmet"]}, "the model has no class helmet"),
    ],
)
def test_what_cannot_be_is_said_when_opening(
    folder: Path, options: dict[str, object], said: str
) -> None:
    plugin = Onnx(**options)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=said):
        plugin.open(DetectorPlace(models=folder))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"min_score": 1.5}, "min_score"),
        ({"provider": "tpu"}, "provider"),
        ({"modell": "x"}, "modell: there is no such option"),
    ],
)
def test_wrong_options_are_named(options: dict[str, float | str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        build("detector", Spec(kind="onnx", options={**options}))


def test_every_option_is_in_words() -> None:
    for info in schemas("detector"):
        if info.kind in ("auto", "onnx", "remote"):
            properties = info.schema["properties"]
            assert isinstance(properties, dict)
            bare = [
                name
                for name, about in properties.items()
                if isinstance(about, dict) and not about.get("description")
            ]
            assert bare == []
            assert info.summary


def test_openvino_runs_the_same_model(folder: Path) -> None:
    pytest.importorskip("openvino")
    detector = Onnx(provider="openvino").open(DetectorPlace(models=folder))
    assert detector.name == "first (openvino cpu)"
    assert len(detector.detect([look(frame(drawn((64, 64), [])))])) == 1
