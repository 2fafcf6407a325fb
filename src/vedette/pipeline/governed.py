"""A rule under its specification: severity, schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vedette.core.facts import Event, Observation
from vedette.core.ports import Rule
from vedette.core.schedule import covers
from vedette.core.site import Camera, RuleSpec

__all__ = ["Governed"]


class Governed:
    """Lets a rule speak only within its schedule, but see everything: its memory stays right."""

    def __init__(self, rule: Rule, time_zone: str) -> None:
        self._rule, self._time_zone = rule, time_zone

    def bind(self, camera: Camera, spec: RuleSpec) -> None:
        self._spec = spec
        self._rule.bind(camera, spec)

    def check(self, observation: Observation) -> Iterator[Event]:
        for event in self._rule.check(observation):
            if covers(self._spec.schedule, event.t_us, self._time_zone):
                # What a rule itself calls information, such as a count, is no alarm.
                grave = event.severity if event.severity == "info" else self._spec.severity
                yield replace(event, severity=grave)
