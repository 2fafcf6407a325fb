"""What really happens in a clip, as people wrote it down (form: docs/ref/truth.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, dataclass_transform

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError

from vedette.core.errors import ConfigError
from vedette.core.facts import Point
from vedette.core.geometry import Anchor
from vedette.core.plugins import validation_error
from vedette.core.site import Camera, Line, RuleSpec, Spec, Stream, Zone

__all__ = ["Crossing", "Occupancy", "Stay", "Truth", "TruthLine", "TruthZone", "read_truth"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _noted(cls: type[T]) -> type[T]:
    # Truth files carry remarks for people, so keys we do not know are left alone.
    cls.__pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[attr-defined]  # for pydantic
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@_noted
class Crossing:
    """Something crosses a line at `t` seconds."""

    t: float
    cls: str
    direction: str | None = None
    """As it moves in the picture: left, right, up, down or two of them, such as down-right."""
    certain: bool = True


@_noted
class Stay:
    """Something is inside a zone."""

    cls: str
    t_enter: float
    t_exit: float | None = None
    certain: bool = True


@_noted
class TruthLine:
    name: str
    points: tuple[Point, ...]
    anchor: str = "box bottom centre"
    tol_s: float = 0.5
    events: tuple[Crossing, ...] = ()


@_noted
class TruthZone:
    name: str
    polygon: tuple[Point, ...]
    anchor: str = "box bottom centre"
    tol_s: float = 0.5
    events: tuple[Stay, ...] = ()


@_noted
class Occupancy:
    """How many of a class are to be seen at `t` seconds, in a zone or the whole picture."""

    t: float
    cls: str
    count: int
    tol: int = 0
    zone: str | None = None


@_noted
class Truth:
    """A clip's truth; seconds count from its first frame."""

    clip: str
    lines: tuple[TruthLine, ...] = ()
    zones: tuple[TruthZone, ...] = ()
    occupancy: tuple[Occupancy, ...] = ()
    quiet: tuple[tuple[float, float], ...] = ()


def read_truth(file: Path) -> Truth:
    """Read a truth file; ConfigError names what is wrong with it."""
    try:
        return TypeAdapter(Truth).validate_json(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"truth file {file} cannot be read: {error}") from error
    except ValidationError as error:
        raise validation_error(error, path=(str(file),)) from None


_VEHICLES = {"car", "truck", "bus", "van", "vehicle", "motorcycle"}


def family(cls: str) -> str:
    """The word rules use for a class."""
    return "vehicle" if cls in _VEHICLES else cls


def anchor_named(words: str) -> Anchor:
    """The anchor a truth file means: 'box centre', 'box bottom centre', 'box top centre'."""
    if "bottom" in words or "foot" in words:
        return "foot"
    return "top" if "top" in words else "centre"


def camera_of(truth: Truth, source: Spec, fps: float | None) -> Camera:
    """A camera as a user would set it up: each line a crossing rule, each zone an intrusion."""
    lines = tuple(
        Line(id=f"line-{n}", name=one.name, points=one.points) for n, one in enumerate(truth.lines)
    )
    zones = tuple(
        Zone(id=f"zone-{n}", name=one.name, polygon=one.polygon)
        for n, one in enumerate(truth.zones)
    )
    rules = (
        *(_rule(one, f"line-{n}", "crossing") for n, one in enumerate(truth.lines)),
        *(_rule(one, f"zone-{n}", "intrusion") for n, one in enumerate(truth.zones)),
    )
    camera = Camera(
        id="clip",
        name=truth.clip,
        streams=(Stream(source=source, roles=("analyse",)),),
        lines=lines,
        zones=zones,
        rules=rules,
    )
    return camera if fps is None else replace(camera, analyse_fps=fps)


def _rule(one: TruthLine | TruthZone, place: str, kind: str) -> RuleSpec:
    labels: list[JsonValue] = [*sorted({family(event.cls) for event in one.events})] or ["any"]
    where = "line" if isinstance(one, TruthLine) else "zone"
    return RuleSpec(
        id=place,
        name=one.name,
        kind=kind,
        options={where: place, "anchor": anchor_named(one.anchor), "labels": labels},
    )
