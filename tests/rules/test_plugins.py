"""All rules: laws they share."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from tests.rules.scene import CAMERA, Actor, at, every, observe, rule, straight
from vedette.core import plugins
from vedette.core.errors import ConfigError
from vedette.core.site import Spec

RULES: dict[str, dict[str, JsonValue]] = {
    "crossing": {"line": "mid"},
    "intrusion": {"zone": "box"},
    "loitering": {"zone": "box", "dwell_s": 2.0},
    "climbing": {"first": "foot", "second": "top"},
    "count": {"line": "mid"},
    "occupancy": {"zone": "box", "at_least": 1},
    "crowd": {"zone": "box", "people": 2, "for_s": 1.0},
}

ACTORS = (
    Actor(id="a", path=straight((0.2, 0.9), (0.5, 0.3), 6)),
    Actor(id="b", path=straight((0.3, 0.8), (0.7, 0.8), 8)),
    Actor(id="c", path=at(0.55)),
)


def test_all_rules_are_here() -> None:
    assert set(RULES) <= set(plugins.kinds("rule"))


@pytest.mark.parametrize("kind", RULES)
def test_an_empty_scene_is_silent(kind: str) -> None:
    made = rule(kind, RULES[kind])
    assert [event for seen in observe([], every(600, 4)) for event in made.check(seen)] == []


@pytest.mark.parametrize("kind", RULES)
def test_a_replay_says_the_same(kind: str) -> None:
    told = [
        [event for seen in observe(ACTORS, every(10)) for event in made.check(seen)]
        for made in (rule(kind, RULES[kind]), rule(kind, RULES[kind]))
    ]
    assert told[0] == told[1]
    assert told[0]
    assert len({event.id for event in told[0]}) == len(told[0])
    assert all(event.camera == CAMERA.id and event.rule_kind == kind for event in told[0])


@pytest.mark.parametrize("kind", RULES)
def test_a_misspelt_option_is_named(kind: str) -> None:
    with pytest.raises(ConfigError, match="lables: there is no such option"):
        plugins.build("rule", Spec(kind=kind, options={**RULES[kind], "lables": ["person"]}))


@pytest.mark.parametrize("kind", RULES)
def test_every_option_is_described(kind: str) -> None:
    [about] = [one for one in plugins.schemas("rule") if one.kind == kind]
    options = about.schema["properties"]
    assert isinstance(options, dict)
    assert [name for name, one in options.items() if not dict(one).get("description")] == []  # type: ignore[arg-type]  # JSON
    assert about.summary
