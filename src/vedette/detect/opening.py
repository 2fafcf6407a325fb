"""From a model file to something that can be asked: checks, network, family, class names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from vedette.core.errors import ModelError
from vedette.detect.families.family import Family, Preparation, Signature, Size, channels_last
from vedette.detect.families.registry import family_of, infer
from vedette.detect.finder import FinderSetting, NetworkFinder, signature_of
from vedette.detect.labels import default_names, read_names
from vedette.detect.loosen import loosened
from vedette.detect.networks.network import Network
from vedette.detect.networks.ort import OrtNetwork
from vedette.detect.options import Asking
from vedette.detect.protobuf import read_skeleton

__all__ = [
    "ModelDescription",
    "ModelFile",
    "Place",
    "Provider",
    "check_file",
    "open_finder",
    "open_network",
    "understand",
]

Provider = Literal["cpu", "cuda", "tensorrt", "openvino"]

_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib", ".ckpt", ".bin", ".pdparams", ".npy")
_BATCH_ON_GPU = 8
# They load engines or libraries from files of their own choosing.
_FOREIGN_KINDS = frozenset({"EPContext", "PyOp", "PythonOp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDescription:
    """What is known of a model; empty means find out."""

    title: str
    family: str = ""
    names: tuple[str, ...] = ()
    preparation: Preparation | None = None
    size: Size | None = None
    """Input size of a model that leaves it free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile(ModelDescription):
    """A model on disk."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What runs a model, on how many threads."""

    provider: Provider = "cpu"
    threads: int = 1
    loosen: bool = True
    """Whether to let a model take pictures of any size if it turns out that it can."""


def check_file(path: Path) -> tuple[str, ...]:
    """Refuse what is not plain ONNX; answers the files of weights it needs beside itself."""
    if path.suffix.lower() in _PICKLES:
        raise ModelError(
            f"{path.name} is a pickle, which can run anything when it is loaded; export it to ONNX "
            f"where you trust it and add that: {_export_command(path)}"
        )
    if not path.is_file():
        raise ModelError(f"there is no model file {path}")
    if path.suffix.lower() == ".tflite":
        return _check_tflite(path)
    skeleton = read_skeleton(path)
    foreign = sorted(skeleton.kinds & _FOREIGN_KINDS)
    if foreign:
        raise ModelError(f"{path.name} uses {', '.join(foreign)}, which loads foreign code")
    folder = path.parent.resolve()
    for name in sorted(skeleton.external):
        beside = (folder / name).resolve()
        if Path(name).is_absolute() or not beside.is_relative_to(folder):
            raise ModelError(f"{path.name} wants weights from {name}, outside its own folder")
        if not beside.is_file():
            raise ModelError(f"{path.name} wants its weights from {name}, which is not there")
    return tuple(sorted(skeleton.external))


def _check_tflite(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        if file.read(8)[4:] != b"TFL3":
            raise ModelError(f"{path.name} is not a TFLite file")
    return ()


def _export_command(path: Path) -> str:
    name = path.name.lower()
    exports: Mapping[str, str] = {
        "yolox": f"python tools/export_onnx.py -c {path.name} --output-name {path.stem}.onnx",
        "rf-detr": f"RFDETRNano(pretrain_weights='{path.name}').export()",
        "rfdetr": f"RFDETRNano(pretrain_weights='{path.name}').export()",
        "dfine": f"python tools/deployment/export_onnx.py -r {path.name}",
        "rtdetr": f"python tools/export_onnx.py -r {path.name}",
        "nanodet": f"python tools/export_onnx.py --model_path {path.name}",
        "yolo": f"yolo export model={path.name} format=onnx",
    }
    for word, command in exports.items():
        if word in name:
            return command
    return (
        'python -c "import torch; torch.onnx.export(model, torch.zeros(1, 3, 640, 640), '
        f"'{path.stem}.onnx')\""
    )


def open_network(model: Path | bytes, place: Place) -> Network:
    """Load a file, or what would stand in one, into whatever runs it there."""
    tflite = isinstance(model, Path) and model.suffix.lower() == ".tflite"
    if place.provider == "openvino" or tflite:
        from vedette.detect.networks.openvino import OpenVinoNetwork  # an extra

        return OpenVinoNetwork(model, threads=place.threads)
    return OrtNetwork(model, provider=place.provider, threads=place.threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one run told of a model."""

    signature: Signature
    family: Family
    names: tuple[str, ...]


def understand(network: Network, model: ModelDescription) -> Understood:
    """Family and class names of a loaded model; runs it once."""
    asked = family_of(model.family) if model.family else None
    signature = signature_of(network, model.size or (asked.size if asked else (640, 640)))
    family = asked or infer(signature)
    names = _names(network, model, family.classes(signature), family.spare)
    return Understood(signature=signature, family=family, names=names)


def _names(
    network: Network, model: ModelDescription, count: int | None, spare: int
) -> tuple[str, ...]:
    names = model.names or _carried(network)
    if not names and isinstance(model, ModelFile):
        names = _beside(model.path)
    if not names and count is not None:
        names = default_names(count) or ()
    if not names:
        raise ModelError(
            f"{model.title} knows {count or 'some'} classes and does not say which; give their "
            "names, one a line, in a file (--labels FILE)"
        )
    missing = 0 if count is None else count - len(names)
    if not 0 <= missing <= spare:
        raise ModelError(f"{model.title} knows {count} classes, but {len(names)} names are given")
    return names + ("",) * missing


def _carried(network: Network) -> tuple[str, ...]:
    text = network.metadata.get("names", "")
    return read_names(text) if text else ()


def _beside(path: Path) -> tuple[str, ...]:
    beside = path.with_suffix(".txt")
    return read_names(beside.read_text(encoding="utf-8")) if beside.is_file() else ()


def open_finder(model: ModelFile, asking: Asking, place: Place) -> NetworkFinder:
    """A model ready to be asked; it has run once."""
    network = open_network(model.path, place)
    known = understand(network, model)
    if place.provider in ("cpu", "openvino") and place.loosen:
        network, known = _loosened(model, network, known, place)
    if model.size and model.size != known.signature.size:
        width, height = known.signature.size
        raise ModelError(f"{model.title} takes pictures of {width}x{height} and no others")
    setting = FinderSetting(
        title=model.title,
        signature=known.signature,
        asking=asking,
        preparation=model.preparation,
        batch=_BATCH_ON_GPU if place.provider in ("cuda", "tensorrt") else 1,
    )
    return NetworkFinder(network, known.family, known.names, setting)


def _loosened(
    model: ModelFile, network: Network, known: Understood, place: Place
) -> tuple[Network, Understood]:
    """The same with its size free, where trying shows that the answers stay what they were."""
    image = known.signature.image
    fixed = next(one for one in network.inputs if one.name == image.name)
    if model.path.suffix != ".onnx" or None in fixed.shape[2:] or channels_last(fixed):
        return network, known
    freed = loosened(model.path)
    if freed is None or read_skeleton(model.path).external:
        return network, known
    try:
        loose = open_network(freed, place)
        if not _answers_agree(network, loose, known.signature):
            return network, known
        width, height = known.signature.size
        for size in ((width, height // 64 * 32), (width // 64 * 32, height)):
            if not known.family.fits(signature_of(loose, size)):
                return network, known
        sized = replace(known, signature=signature_of(loose, model.size or known.signature.size))
    except ModelError:
        return network, known  # it has its size built in
    network.close()
    return loose, sized


def _answers_agree(network: Network, loose: Network, signature: Signature) -> bool:
    noise = np.random.default_rng(1)
    feeds = {
        one.name: (noise.random(one.sides) * 255).astype(one.dtype) for one in signature.inputs
    }
    before, after = network.run(feeds), loose.run(feeds)
    return all(
        before[name].shape == after[name].shape
        and np.allclose(before[name], after[name], rtol=1e-3, atol=1e-3)
        for name in before
    )
