"""The folder of models: versions, what is refused, and what happens to what is in use."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.detect.nets import answering, convolving, save
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Conflict, ModelError, NotFound
from vedette.detect.models import Addition, Installed, ModelFolder
from vedette.detect.opening import ModelFile, check_file
from vedette.detect.trial import try_here, try_model

CLASSES = ("person", "forklift")


@pytest.fixture
def models(tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "models", SimulatedClock(), try_here)


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return save(convolving(classes=2), tmp_path / "in" / "Yard Net.onnx")


def other(tmp_path: Path, seed: int) -> Path:
    return save(convolving(classes=2, seed=seed), tmp_path / "in" / f"net{seed}.onnx")


def unused(one: Installed) -> tuple[str, ...]:
    return ()


def test_an_added_model_says_what_it_is(models: ModelFolder, net: Path) -> None:
    one = models.add(Addition(path=net, names=CLASSES, licence="MIT", source="our own"))
    about = one.manifest
    assert one.ref == "yard_net:1"
    assert (about.family, about.size, about.names) == ("yolox", (64, 64), CLASSES)
    assert (about.licence, about.source) == ("MIT", "our own")
    assert len(about.sha256) == 64
    assert about.size_bytes == net.stat().st_size
    assert about.call_ms > 0
    assert (one.folder / "model.onnx").read_bytes() == net.read_bytes()
    assert models.list() == (one,)
    assert models.default() == one
    assert models.validate("yard_net").family == "yolox"


def test_a_second_file_of_a_name_is_its_next_version_and_can_be_rolled_back(
    models: ModelFolder, tmp_path: Path
) -> None:
    models.add(Addition(path=other(tmp_path, 1), name="yard", names=CLASSES))
    second = models.add(Addition(path=other(tmp_path, 2), name="yard", names=CLASSES))
    assert second.ref == "yard:2"
    assert models.find("yard").ref == "yard:2"
    assert models.find("yard:1").ref == "yard:1"
    assert models.make_default("yard:1").default
    assert models.find("yard").ref == "yard:1"
    assert models.default() == models.find("yard:1")
    third = models.add(Addition(path=other(tmp_path, 3), name="yard", names=CLASSES))
    assert (third.ref, models.find("yard").ref) == ("yard:3", "yard:3")


def test_the_default_is_the_marked_one_else_the_newest(tmp_path: Path) -> None:
    clock = SimulatedClock()
    models = ModelFolder(tmp_path / "models", clock, try_here)
    assert models.default() is None
    for number, name in enumerate(("b", "a"), 1):
        models.add(Addition(path=other(tmp_path, number), name=name, names=CLASSES))
        clock.sleep(60)
    assert models.default() == models.find("a")
    models.make_default("b")
    assert models.default() == models.find("b")
    # What only helps is never chosen by itself.
    models.remove("b", unused)
    models.remove("a", unused)
    models.add(Addition(path=other(tmp_path, 9), name="helper", names=CLASSES, helper=True))
    assert models.default() is None


def test_the_same_file_is_not_installed_twice(models: ModelFolder, net: Path) -> None:
    models.add(Addition(path=net, names=CLASSES))
    with pytest.raises(Conflict, match="installed already, as yard_net:1"):
        models.add(Addition(path=net, names=CLASSES))


def test_a_model_in_use_is_not_removed(models: ModelFolder, net: Path) -> None:
    models.add(Addition(path=net, names=CLASSES))
    with pytest.raises(Conflict, match="yard_net:1 is in use by camera gate, camera yard"):
        models.remove("yard_net", lambda one: ("camera gate", "camera yard"))
    assert models.find("yard_net:1").current


def test_removing_leaves_no_file_and_other_versions_alone(
    models: ModelFolder, tmp_path: Path
) -> None:
    for number in (1, 2):
        models.add(Addition(path=other(tmp_path, number), name="yard", names=CLASSES))
    models.make_default("yard:2")
    assert models.remove("yard:2", unused) == ("yard:2",)
    assert models.find("yard").ref == "yard:1"
    assert models.remove("yard", unused) == ("yard:1",)
    assert list((tmp_path / "models").iterdir()) == []
    with pytest.raises(NotFound, match="no model 'yard'; installed: none"):
        models.remove("yard", unused)


def test_a_file_that_was_changed_on_disk_is_noticed(models: ModelFolder, net: Path) -> None:
    one = models.add(Addition(path=net, names=CLASSES))
    with (one.folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match="yard_net:1 has changed on disk"):
        models.validate("yard_net")


def test_a_manifest_that_was_broken_by_hand_names_its_fault(models: ModelFolder, net: Path) -> None:
    one = models.add(Addition(path=net, names=CLASSES))
    path = one.folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "blue"}))
    with pytest.raises(ModelError, match=r"model\.json.*colour: there is no such option"):
        models.list()


def test_a_half_made_version_does_not_count(models: ModelFolder, net: Path) -> None:
    one = models.add(Addition(path=net, names=CLASSES))
    shutil.copytree(one.folder, one.folder.parent / ".new-broken")
    assert [found.ref for found in models.list()] == ["yard_net:1"]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("YOLOX Nano (416)", "yolox_nano__416_"),
        ("../../etc/passwd", "etc_passwd"),
        (".hidden", "hidden"),
    ],
)
def test_names_cannot_lead_out_of_the_folder(
    models: ModelFolder, net: Path, tmp_path: Path, name: str, stored: str
) -> None:
    one = models.add(Addition(path=net, name=name, names=CLASSES))
    assert one.manifest.name == stored
    assert one.folder.is_relative_to(tmp_path / "models")


@pytest.mark.parametrize("name", ["...", "ä" * 80])
def test_what_cannot_be_a_name_is_refused(models: ModelFolder, net: Path, name: str) -> None:
    with pytest.raises(ModelError, match="cannot be a model's name"):
        models.add(Addition(path=net, name=name, names=CLASSES))


class TestRefusals:
    """What is not plain ONNX never gets as far as being opened."""

    @pytest.mark.parametrize(
        ("file", "command"),
        [
            ("yolox_s.pth", "export_onnx.py -c yolox_s.pth --output-name yolox_s.onnx"),
            ("yolo11n.pt", "yolo export model=yolo11n.pt format=onnx"),
            ("rf-detr-nano.pth", r"RFDETRNano\(pretrain_weights='rf-detr-nano.pth'\)\.export"),
            ("dfine_n.pth", "export_onnx.py -r dfine_n.pth"),
            ("mine.pkl", r"torch\.onnx\.export"),
            ("mine.joblib", r"torch\.onnx\.export"),
        ],
    )
    def test_pickles_are_refused_with_the_way_out(
        self, models: ModelFolder, tmp_path: Path, file: str, command: str
    ) -> None:
        path = tmp_path / file
        path.write_bytes(pickle.dumps({"weights": [1, 2, 3]}))
        with pytest.raises(ModelError, match=rf"is a pickle, .*{command}"):
            models.add(Addition(path=path))
        assert models.list() == ()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is not an ONNX file"),
            (pickle.dumps([1, 2]), "is not an ONNX file"),
            (b"PK\x03\x04" + b"\0" * 64, "is not an ONNX file"),
            (b"<html>not found</html>", "is not an ONNX file"),
            (b"\x08\x09", "there is no graph in it"),
            (np.random.default_rng(1).bytes(4000), "is not an ONNX file"),
        ],
        ids=["empty", "renamed pickle", "zip", "html", "no graph", "noise"],
    )
    def test_what_only_looks_like_onnx_is_refused(
        self, tmp_path: Path, content: bytes, said: str
    ) -> None:
        path = tmp_path / "net.onnx"
        path.write_bytes(content)
        with pytest.raises(ModelError, match=said):
            check_file(path)

    def test_a_file_cut_short_is_refused(self, tmp_path: Path, net: Path) -> None:
        path = tmp_path / "cut.onnx"
        path.write_bytes(net.read_bytes()[:-100])
        with pytest.raises(ModelError, match="is not an ONNX file: it is cut short"):
            check_file(path)

    @pytest.mark.parametrize("where", ["../outside.bin", "/etc/passwd", "a/../../outside.bin"])
    def test_weights_outside_the_models_folder_are_refused(
        self, tmp_path: Path, where: str
    ) -> None:
        (tmp_path / "outside.bin").write_bytes(bytes(4096))
        path = with_weights_elsewhere(tmp_path / "in" / "net.onnx", where)
        with pytest.raises(ModelError, match="outside its own folder"):
            check_file(path)

    def test_weights_beside_the_model_come_along(self, models: ModelFolder, tmp_path: Path) -> None:
        path = with_weights_elsewhere(tmp_path / "in" / "net.onnx", "net.data")
        with pytest.raises(ModelError, match=r"wants its weights from net\.data, which is not"):
            check_file(path)
        (path.parent / "net.data").write_bytes(bytes(4 * 20 * 6))
        one = models.add(Addition(path=path, names=CLASSES))
        assert (one.folder / "net.data").is_file()
        assert models.validate("net").family == "yolo"

    def test_a_link_out_of_the_folder_is_outside(self, tmp_path: Path) -> None:
        (tmp_path / "secret.bin").write_bytes(bytes(4 * 20 * 6))
        path = with_weights_elsewhere(tmp_path / "in" / "net.onnx", "net.data")
        (path.parent / "net.data").symlink_to(tmp_path / "secret.bin")
        with pytest.raises(ModelError, match="outside its own folder"):
            check_file(path)

    def test_operators_that_load_foreign_code_are_refused(self, tmp_path: Path) -> None:
        node = helper.make_node("EPContext", ["images"], ["output"], domain="com.microsoft")
        graph = helper.make_graph(
            [node],
            "engine",
            [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 84, 6])],
        )
        path = save(helper.make_model(graph), tmp_path / "engine.onnx")
        with pytest.raises(ModelError, match="uses EPContext, which loads foreign code"):
            check_file(path)

    def test_the_wrong_digest_is_refused(self, models: ModelFolder, net: Path) -> None:
        with pytest.raises(ModelError, match="is not the file expected: SHA-256 is"):
            models.add(Addition(path=net, names=CLASSES, sha256="0" * 64))

    def test_classes_without_names_are_asked_for(self, models: ModelFolder, net: Path) -> None:
        with pytest.raises(ModelError, match=r"knows 2 classes and does not say which.*--labels"):
            models.add(Addition(path=net))

    def test_too_few_names_are_refused(self, models: ModelFolder, net: Path) -> None:
        with pytest.raises(ModelError, match="knows 2 classes, but 1 names are given"):
            models.add(Addition(path=net, names=("person",)))

    def test_a_model_that_is_no_detector_is_refused_with_its_shapes(
        self, models: ModelFolder, tmp_path: Path
    ) -> None:
        net = save(answering({"fc": np.zeros((1, 256), np.float32)}), tmp_path / "face.onnx")
        with pytest.raises(ModelError, match=r"answers fc \[1, 256\]"):
            models.add(Addition(path=net))


def with_weights_elsewhere(path: Path, where: str) -> Path:
    """A model of 20 finished boxes that keeps them in another file."""
    model = answering({"output0": np.zeros((1, 20, 6), np.float32)})
    [tensor] = [one for one in model.graph.initializer if one.name == "output0_answer"]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=where)
    return save(model, path)


class TestNames:
    """Where class names come from, in this order."""

    def test_from_the_files_own_metadata(self, models: ModelFolder, tmp_path: Path) -> None:
        net = answering(
            {"output0": np.zeros((1, 20, 6), np.float32)},
            metadata={"names": "{0: 'Person', 1: 'motorbike', 2: 'hi vis'}"},
        )
        one = models.add(Addition(path=save(net, tmp_path / "net.onnx")))
        assert one.manifest.names == ("person", "motorcycle", "hi vis")

    def test_from_a_list_beside_the_file(self, models: ModelFolder, net: Path) -> None:
        net.with_suffix(".txt").write_text("person\nfork_lift\n")
        assert models.add(Addition(path=net)).manifest.names == ("person", "fork lift")

    def test_of_coco_where_the_number_fits(self, models: ModelFolder, tmp_path: Path) -> None:
        net = save(convolving(classes=80), tmp_path / "net.onnx")
        names = models.add(Addition(path=net)).manifest.names
        assert (names[0], names[2], len(names)) == ("person", "car", 80)

    def test_a_spare_last_class_has_none(self, models: ModelFolder, tmp_path: Path) -> None:
        net = answering(
            {
                "dets": np.full((1, 9, 4), 0.5, np.float32),
                "labels": np.full((1, 9, 3), -9, np.float32),
            }
        )
        path = save(net, tmp_path / "net.onnx")
        one = models.add(Addition(path=path, names=("person", "forklift")))
        assert one.manifest.names == ("person", "forklift", "")


class TestTrials:
    """A stranger's model is run by a child that may die of it."""

    def test_the_child_answers_what_this_process_would(self, net: Path) -> None:
        model = ModelFile(path=net, title="net", names=CLASSES)
        child, here = try_model(model), try_here(model)
        assert replace(child, call_ms=0.0) == replace(here, call_ms=0.0)

    def test_the_child_knows_none_of_our_secrets(
        self, net: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VEDETTE_STORE_KEY", "secret")
        seen: list[dict[str, str]] = []
        run = subprocess.run

        def spying(*words: object, **about: object) -> subprocess.CompletedProcess[bytes]:
            seen.append(dict(about["env"]))  # type: ignore[call-overload]  # as it was called
            return run(*words, **about)  # type: ignore[call-overload,no-any-return]  # passed on

        monkeypatch.setattr(subprocess, "run", spying)
        try_model(ModelFile(path=net, title="net", names=CLASSES))
        [environment] = seen
        assert "PATH" in environment
        assert "VEDETTE_STORE_KEY" not in environment

    def test_a_model_that_does_not_run_says_why(self, tmp_path: Path) -> None:
        broken = convolving(classes=2)
        [shape] = [one for one in broken.graph.initializer if one.name == "shape8"]
        shape.CopyFrom(onnx.numpy_helper.from_array(np.array([1, 7, 65], np.int64), "shape8"))
        path = save(broken, tmp_path / "broken.onnx")
        with pytest.raises(ModelError, match=r"Reshape|reshape"):
            try_model(ModelFile(path=path, title="broken", names=CLASSES))

    def test_a_model_that_takes_for_ever_is_ended(self, tmp_path: Path) -> None:
        path = save(looping(), tmp_path / "endless.onnx")
        with pytest.raises(ModelError, match="endless did not answer within 3 s"):
            try_model(ModelFile(path=path, title="endless"), seconds=3)

    def test_a_model_that_eats_all_memory_is_ended(self, tmp_path: Path) -> None:
        path = save(swelling(), tmp_path / "huge.onnx")
        with pytest.raises(ModelError, match=r"(?i)memory|alloc|ended its process"):
            try_model(ModelFile(path=path, title="huge"))

    def test_answers_that_are_no_numbers_are_refused(self, tmp_path: Path) -> None:
        answers = np.zeros((1, 20, 6), np.float32)
        answers[0, 0] = (1, 1, np.nan, 9, 0.9, 0)
        path = save(answering({"output0": answers}), tmp_path / "nan.onnx")
        with pytest.raises(ModelError, match="answers numbers that are not numbers"):
            try_here(ModelFile(path=path, title="nan", names=("person",)))

    def test_scores_above_one_mean_another_family(self, tmp_path: Path) -> None:
        answers = np.zeros((1, 20, 6), np.float32)
        answers[0, 0] = (1, 1, 9, 9, 7.5, 0)
        path = save(answering({"output0": answers}), tmp_path / "raw.onnx")
        with pytest.raises(ModelError, match="scores above 1: it is of another family"):
            try_here(ModelFile(path=path, title="raw", names=("person",)))

    def test_a_class_beyond_the_names_is_refused(self, tmp_path: Path) -> None:
        answers = np.zeros((1, 20, 6), np.float32)
        answers[0, 0] = (1, 1, 9, 9, 0.9, 5)
        path = save(answering({"output0": answers}), tmp_path / "many.onnx")
        with pytest.raises(ModelError, match="answers class 5, but 1 are named"):
            try_here(ModelFile(path=path, title="many", names=("person",)))


def looping() -> onnx.ModelProto:
    """Counts to 2^62."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["still"]),
            helper.make_node("Add", ["at", "at"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("at", TensorProto.FLOAT, [1, 3, 64, 64]),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, [1, 3, 64, 64]),
        ],
    )
    return _whole(
        [
            helper.make_node("Constant", [], ["turns"], value_int=1 << 62),
            helper.make_node("Loop", ["turns", "", "images"], ["output"], body=body),
        ]
    )


def swelling() -> onnx.ModelProto:
    """Wants 64 GiB for one tensor."""
    return _whole(
        [
            helper.make_node("Constant", [], ["shape"], value_ints=[1 << 34]),
            helper.make_node("ConstantOfShape", ["shape"], ["vast"]),
            helper.make_node("ReduceMax", ["vast"], ["highest"], keepdims=1),
            helper.make_node("Add", ["images", "highest"], ["output"]),
        ]
    )


def _whole(nodes: list[onnx.NodeProto]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model
