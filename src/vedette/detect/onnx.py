"""The `onnx` detector: an installed ONNX model, its inputs packed with regions."""

from __future__ import annotations

from vedette.core.clock import RealClock
from vedette.core.errors import ModelError
from vedette.core.ports import DetectorPlace
from vedette.core.value import plugin
from vedette.detect.models import ModelFolder
from vedette.detect.opening import ModelFile, Place, Provider, open_finder
from vedette.detect.options import (
    Asking,
    Labels,
    MinScore,
    ObjectPx,
    Occupants,
    Overlap,
    Relook,
)
from vedette.detect.packed import Packed
from vedette.detect.pieces import Packing

__all__ = ["Onnx", "open_model"]


@plugin
class Onnx:
    """Finds what an installed ONNX model knows: people, vehicles, animals and more."""

    model: str = ""
    """Name of an installed model, or name:version; empty takes the default one."""
    labels: Labels = ()
    min_score: MinScore = 0.1
    overlap: Overlap = 0.5
    provider: Provider = "cpu"
    """What runs the model; all but `cpu` want their own packages and hardware."""
    object_px: ObjectPx = 128
    relook: Relook = True
    occupants: Occupants = False

    def open(self, place: DetectorPlace) -> Packed:
        """Load the model."""
        models = ModelFolder(place.models, RealClock())
        chosen = models.find(self.model) if self.model else models.default()
        if chosen is None:
            raise ModelError("no model is installed; `vedette models pull` or `add` installs one")
        return open_model(chosen.file(), self, place)


def open_model(model: ModelFile, how: Onnx, place: DetectorPlace) -> Packed:
    """A detector of a model file."""
    asking = Asking(labels=how.labels, min_score=how.min_score, overlap=how.overlap)
    finder = open_finder(model, asking, Place(provider=how.provider, threads=place.threads))
    packing = Packing(object_px=how.object_px, relook=how.relook)
    return Packed(finder, packing, occupants=how.occupants)
