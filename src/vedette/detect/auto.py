"""The `auto` detector: the best that this machine has."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import structlog

from vedette.core.clock import RealClock
from vedette.core.plugins import build
from vedette.core.ports import Detector, DetectorPlace
from vedette.core.site import Spec
from vedette.core.value import plugin
from vedette.detect.models import ModelFolder
from vedette.detect.onnx import Onnx, open_model
from vedette.detect.opening import ModelFile, check_file
from vedette.detect.options import Labels, MinScore
from vedette.detect.packed import Packed

__all__ = ["Auto"]

log = structlog.get_logger()


class Named(Detector, Protocol):
    """A detector that says what it is."""

    @property
    def name(self) -> str: ...


@plugin
class Auto:
    """Takes the model of the settings or the newest installed; without any, `classical`."""

    labels: Labels = ()
    min_score: MinScore = 0.1

    def open(self, place: DetectorPlace) -> Named:
        """Choose and load; `name` of what comes back says which it is."""
        chosen = self._model(place)
        detector: Named = chosen or build("detector", Spec(kind="classical")).open(place)
        log.info("detector chosen", detector=detector.name, models=str(place.models))
        return detector

    def _model(self, place: DetectorPlace) -> Packed | None:
        how = Onnx(labels=self.labels, min_score=self.min_score)
        if place.model and _is_path(place.model):
            path = Path(place.model)
            check_file(path)
            return open_model(ModelFile(path=path, title=path.stem), how, place)
        models = ModelFolder(place.models, RealClock())
        chosen = models.find(place.model) if place.model else models.default()
        return None if chosen is None else open_model(chosen.file(), how, place)


def _is_path(text: str) -> bool:
    return "/" in text or Path(text).suffix == ".onnx"
