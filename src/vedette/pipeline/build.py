"""The only place where a camera's configuration becomes its lane."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from vedette.core import plugins
from vedette.core.errors import ConfigError
from vedette.core.ports import Detector, DetectorPlace, DetectorPlugin, Gate, Rule, Tracker
from vedette.core.site import Camera, RuleSpec, Spec
from vedette.detect.batched import Batched
from vedette.ingest.decode import DietDecoder
from vedette.pipeline.attention import Attention
from vedette.pipeline.frames import RateDecoder
from vedette.pipeline.governed import Governed
from vedette.pipeline.lane import Lane

__all__ = ["Builder", "Built", "check_camera"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A lane with what belongs to it."""

    lane: Lane
    decoder: RateDecoder
    detector_name: str
    close: Callable[[], None]


class Builder:
    """Builds lanes; models are loaded once and shared by the lanes that name the same one."""

    def __init__(self, place: DetectorPlace) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._shared: dict[str, Detector] = {}

    def lane(self, camera: Camera, time_zone: str) -> Built:
        """The lane of a camera; ConfigError names what is wrong with it."""
        rules = tuple(_rule(camera, spec, time_zone) for spec in camera.rules if spec.enabled)
        gate: Gate = plugins.build("gate", camera.gate)
        gate.bind(camera)
        tracker: Tracker = plugins.build("tracker", camera.tracker)
        tracker.bind(camera)
        detector = self._detector(camera)
        decoder = DietDecoder(fps=camera.analyse_fps)

        return Built(
            lane=Lane(
                gate=gate,
                attention=Attention(camera),
                detector=detector,
                tracker=tracker,
                rules=rules,
            ),
            decoder=decoder,
            detector_name=detector.name,
            close=decoder.close,
        )

    def close(self) -> None:
        """Unload the models."""
        with self._lock:
            for detector in self._shared.values():
                detector.close()
            self._shared.clear()

    def _detector(self, camera: Camera) -> Detector:
        # Options are JSON and secrets show masked, so equal text means an equal detector.
        key = repr(camera.detector)
        with self._lock:
            if key not in self._shared:
                plugin: DetectorPlugin = plugins.build("detector", camera.detector)
                self._shared[key] = Batched(plugin.open(self._place))
            return self._shared[key]


def check_camera(camera: Camera) -> None:
    """Raise ConfigError when a camera could not be built; loads no model and opens nothing."""
    for stream in camera.streams:
        plugins.build("source", stream.source, path=("streams", stream.id))
    gate: Gate = plugins.build("gate", camera.gate, path=("gate",))
    gate.bind(camera)
    plugins.build("tracker", camera.tracker, path=("tracker",))
    plugins.build("detector", camera.detector, path=("detector",))
    if camera.archive is not None:
        plugins.build("camera_archive", camera.archive, path=("archive",))
    for spec in camera.rules:
        _rule(camera, spec, "UTC")


def _rule(camera: Camera, spec: RuleSpec, time_zone: str) -> Rule:
    rule: Rule = plugins.build(
        "rule", Spec(kind=spec.kind, options=spec.options), path=("rules", spec.id)
    )
    governed = Governed(rule, time_zone)
    try:
        governed.bind(camera, spec)
    except ConfigError as error:
        raise ConfigError(str(error), path=("rules", spec.id)) from None
    return governed
