"""Rectangles on sheets: all there, none overlapping, none outside, few sheets."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.detect.packing import pack

SHEET = (416, 416)
SIZES = st.lists(st.tuples(st.integers(1, 416), st.integers(1, 416)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(sizes=SIZES, cell=st.sampled_from([1, 8, 16, 32]), gutter=st.integers(0, 32))
def test_every_rectangle_has_a_place_of_its_own(
    sizes: list[tuple[int, int]], cell: int, gutter: int
) -> None:
    sheets = pack(sizes, SHEET, cell=cell, gutter=gutter)
    assert sorted(spot.index for spots in sheets for spot in spots) == list(range(len(sizes)))
    for spots in sheets:
        for spot in spots:
            width, height = sizes[spot.index]
            assert spot.x % cell == 0 == spot.y % cell
            assert spot.x + width <= SHEET[0]
            assert spot.y + height <= SHEET[1]
        for a, b in itertools.combinations(spots, 2):
            (aw, ah), (bw, bh) = sizes[a.index], sizes[b.index]
            apart_x = max(b.x - (a.x + aw), a.x - (b.x + bw))
            apart_y = max(b.y - (a.y + ah), a.y - (b.y + bh))
            assert max(apart_x, apart_y) >= gutter


@pytest.mark.parametrize(
    ("sizes", "sheets"),
    [
        ([], 0),
        ([(416, 416)], 1),
        ([(416, 416), (416, 416)], 2),
        ([(200, 200)] * 4, 1),  # two by two with a gutter
        ([(120, 120)] * 9, 1),
        ([(416, 234), (190, 160), (190, 160)], 1),  # what a letterboxed picture leaves is used
        ([(120, 250)] * 3 + [(120, 120)] * 3, 1),
    ],
)
def test_few_sheets_are_used(sizes: list[tuple[int, int]], sheets: int) -> None:
    assert len(pack(sizes, SHEET, cell=1, gutter=8)) == sheets


def test_what_fits_on_no_sheet_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="417 x 10 does not fit on 416 x 416"):
        pack([(417, 10)], SHEET, cell=32, gutter=0)
