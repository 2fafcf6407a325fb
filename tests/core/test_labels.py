"""Families of labels."""

from __future__ import annotations

import pytest

from vedette.core.labels import FAMILIES, family_of, is_wanted


@pytest.mark.parametrize(
    ("label", "wanted", "meant"),
    [
        ("car", ("car",), True),
        ("car", ("vehicle",), True),
        ("car", ("truck",), False),
        ("vehicle", ("vehicle",), True),
        ("vehicle", ("car",), False),
        ("person", ("any",), True),
        ("dog", ("person", "animal"), True),
        ("forklift", ("forklift",), True),
        ("forklift", ("vehicle",), False),
        ("person", (), False),
    ],
)
def test_what_is_wanted(label: str, wanted: tuple[str, ...], meant: bool) -> None:
    assert is_wanted(label, wanted) == meant


def test_a_label_has_one_family() -> None:
    members = [label for family in FAMILIES.values() for label in family]
    assert len(members) == len(set(members))
    assert all(family in FAMILIES[family] for family in FAMILIES)
    assert [family_of(label) for label in ("truck", "cat", "forklift")] == [
        "vehicle",
        "animal",
        "forklift",
    ]
