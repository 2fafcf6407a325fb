"""Families of labels: what a person means by "vehicle" when a detector says car, truck or van."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["ANY", "FAMILIES", "UNSURE", "family_of", "is_wanted"]

ANY = "any"
"""The word that stands for every label."""

UNSURE = "object"
"""What a detector says that cannot tell yet: it may turn out to be any other label."""

FAMILIES: Mapping[str, frozenset[str]] = {
    "person": frozenset({"person", "pedestrian", "rider"}),
    "vehicle": frozenset(
        {
            "vehicle", "car", "truck", "bus", "van", "train", "boat", "airplane",
            "bicycle", "motorcycle", "tricycle", "scooter",
        }
    ),
    "animal": frozenset(
        {
            "animal", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear",
            "zebra", "giraffe", "fox", "deer", "boar",
        }
    ),
}  # fmt: skip
"""Family name to its members; the family's own name is one of them."""

_FAMILY = {label: family for family, members in FAMILIES.items() for label in members}


def family_of(label: str) -> str:
    """The family a label belongs to; a label of none is a family of its own."""
    return _FAMILY.get(label, label)


def is_wanted(label: str, wanted: Sequence[str]) -> bool:
    """Whether a list of labels and families, as people write it, means this label."""
    return label in wanted or ANY in wanted or family_of(label) in wanted
