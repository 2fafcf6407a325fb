"""Who is in a zone, or anywhere in the picture, at one moment."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.core.facts import Observation, Point, Track
from vedette.core.geometry import Anchor, anchor_of, contains
from vedette.core.site import Camera
from vedette.rules.bound import zone_of
from vedette.rules.subjects import Subjects

__all__ = ["area_of", "present"]


def area_of(camera: Camera, zone: str | None) -> Sequence[Point] | None:
    """The zone's polygon; None is the whole picture."""
    return None if zone is None else zone_of(camera, zone)


def present(
    observation: Observation, area: Sequence[Point] | None, anchor: Anchor, about: Subjects
) -> tuple[Track, ...]:
    """The confirmed tracks there.

    Tracks not seen just now count where they are expected, until the tracker gives them up: for
    a number of people, leaving somebody out for one missed picture is the greater error.
    """
    return tuple(
        track
        for track in observation.tracks
        if track.state == "confirmed"
        and about.is_about(track)
        and (area is None or contains(area, anchor_of(track.box, anchor)))
    )
