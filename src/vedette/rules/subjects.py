"""Options all rules share: which things they are about."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vedette.core.facts import Track
from vedette.core.labels import is_wanted
from vedette.core.value import plugin

__all__ = ["Subjects"]

Height = Annotated[float, Field(ge=0, le=1)]


@plugin
class Subjects:
    """Which tracks a rule is about: by label, size in perspective, and certainty."""

    # Described by Field: what stands below a field is not read in classes that inherit it.
    labels: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="Labels or families of labels it is about: `person`, `vehicle`, `animal`,"
            " a detector's own words such as `truck`, or `any`.",
        ),
    ] = ("any",)
    min_height: Annotated[
        Height,
        Field(description="Least height of its box, as a share of the picture's height."),
    ] = 0.0
    max_height: Annotated[
        Height,
        Field(description="Greatest height of its box, as a share of the picture's height."),
    ] = 1.0
    min_height_top: Annotated[
        Height | None,
        Field(
            description="`min_height` for what stands at the picture's top edge, where things look"
            " smaller; in between it follows the row of the box's foot. Not set: the same."
        ),
    ] = None
    max_height_top: Annotated[
        Height | None,
        Field(description="`max_height` for what stands at the picture's top edge, likewise."),
    ] = None
    min_score: Annotated[
        float, Field(ge=0, le=1, description="Least score, smoothed over the last sightings.")
    ] = 0.0

    def is_about(self, track: Track) -> bool:
        """Whether the rule is about this track, as it looks now."""
        if not is_wanted(track.label, self.labels) or track.score < self.min_score:
            return False
        foot = track.box[3]
        height = foot - track.box[1]
        least = _at_row(self.min_height, self.min_height_top, foot)
        most = _at_row(self.max_height, self.max_height_top, foot)
        return least <= height <= most


def _at_row(bottom: float, top: float | None, row: float) -> float:
    """The limit for a foot at `row`, between that of the top and of the bottom edge."""
    if top is None:
        return bottom
    return top + (bottom - top) * row
