"""Every plugin that ships, and the example, obeys the laws."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml
from pydantic import JsonValue, TypeAdapter

from vedette.core import plugins
from vedette.core.ports import DetectorPlace
from vedette.core.site import RuleSpec, Site, Spec
from vedette.pipeline.build import check_camera
from vedette.testing.conformance import (
    check_detector,
    check_gate,
    check_rule,
    check_tracker,
    walk,
)

ROOT = Path(__file__).parents[2]
OPTIONS: dict[str, dict[str, JsonValue]] = {
    "climbing": {"first": "line", "second": "second"},
    "count": {"line": "line"},
    "crossing": {"line": "line"},
    "crowd": {"zone": "zone"},
    "intrusion": {"zone": "zone"},
    "loitering": {"zone": "zone", "dwell_s": 1.0},
    "occupancy": {"zone": "zone", "at_least": 1},
}


@pytest.mark.parametrize("kind", plugins.kinds("gate"))
def test_gates(kind: str) -> None:
    check_gate(lambda: plugins.build("gate", Spec(kind=kind)))


@pytest.mark.parametrize("kind", plugins.kinds("tracker"))
def test_trackers(kind: str) -> None:
    check_tracker(lambda: plugins.build("tracker", Spec(kind=kind)))


@pytest.mark.parametrize("kind", ["auto", "classical"])
def test_detectors_that_need_no_model(kind: str, tmp_path: Path) -> None:
    plugin = plugins.build("detector", Spec(kind=kind))
    check_detector(plugin.open(DetectorPlace(models=tmp_path)))


def test_the_network_detector(shared_data: Path) -> None:
    model = str(shared_data / "models" / "yolox_nano_416.onnx")
    plugin = plugins.build("detector", Spec(kind="auto"))
    check_detector(plugin.open(DetectorPlace(models=shared_data, model=model)))


@pytest.mark.parametrize("kind", plugins.kinds("rule"))
def test_rules(kind: str) -> None:
    spec = RuleSpec(id="rule", name="Rule", kind=kind, options=OPTIONS.get(kind, {}))
    check_rule(lambda: plugins.build("rule", Spec(kind=kind, options=spec.options)), spec)


def test_the_example_plugin_is_a_rule() -> None:
    source = ROOT / "examples" / "plugin" / "src" / "vedette_dusk" / "__init__.py"
    spec = importlib.util.spec_from_file_location("vedette_dusk", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rule = RuleSpec(id="rule", name="Rule", kind="too_many", options={"allowed": 0})
    check_rule(lambda: TypeAdapter(module.TooMany).validate_python({"allowed": 0}), rule)
    one = module.TooMany(allowed=0)
    one.bind(None, rule)
    assert sum(1 for seen in walk() for _ in one.check(seen)) == 1


def test_the_example_site_can_be_built() -> None:
    plain = yaml.safe_load((ROOT / "examples" / "site.yaml").read_text(encoding="utf-8"))
    site = TypeAdapter(Site).validate_python(plain)
    for camera in site.cameras:
        check_camera(camera)
