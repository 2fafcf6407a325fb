"""What a rule knows of the camera it was bound to, and how it says that something happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vedette.core.errors import ConfigError
from vedette.core.facts import Event, Point, Track, event_id
from vedette.core.site import Camera, RuleSpec

__all__ = ["Bound", "line_of", "zone_of"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule's place: its camera and its specification."""

    camera: Camera
    spec: RuleSpec

    def event(self, t_us: int, subject: str, tracks: Iterable[Track]) -> Event:
        """Something happened at `t_us` with these tracks; `subject` tells it from others then."""
        shown = tuple(tracks)
        camera = self.camera.id
        return Event(
            id=event_id(camera, self.spec.id, t_us, subject.removeprefix(f"{camera}-")),
            camera=camera,
            rule=self.spec.id,
            rule_kind=self.spec.kind,
            t_us=t_us,
            track_ids=tuple(track.id for track in shown),
            label=shown[0].label if shown else "",
            score=max((track.score for track in shown), default=0.0),
            boxes=tuple(track.box for track in shown),
            severity=self.spec.severity,
        )


def zone_of(camera: Camera, zone: str, option: str = "zone") -> tuple[Point, ...]:
    """The polygon of a zone; ConfigError when the camera has none of that id."""
    for one in camera.zones:
        if one.id == zone:
            return one.polygon
    known = ", ".join(one.id for one in camera.zones) or "none"
    raise ConfigError(
        f"camera {camera.id} has no zone {zone!r}; its zones: {known}", path=("options", option)
    )


def line_of(camera: Camera, line: str, option: str = "line") -> tuple[Point, ...]:
    """The points of a line; ConfigError when the camera has none of that id."""
    for one in camera.lines:
        if one.id == line:
            return one.points
    known = ", ".join(one.id for one in camera.lines) or "none"
    raise ConfigError(
        f"camera {camera.id} has no line {line!r}; its lines: {known}", path=("options", option)
    )
