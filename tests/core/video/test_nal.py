"""Access units are cut up and joined without losing a byte."""

from __future__ import annotations

import pytest

from vedette.core.video.nal import (
    VideoCodec,
    is_key,
    join,
    leading,
    nal_type,
    split,
    split_lengths,
    stored_sets,
)

SPS, PPS, SEI, IDR, SLICE = b"\x67abc", b"\x68de", b"\x06f", b"\x65" + b"i" * 99, b"\x41ghi"


@pytest.mark.parametrize(
    ("data", "units"),
    [
        (b"", []),
        (b"no start code at all", []),
        (b"\0\0\1" + SPS, [SPS]),
        (b"\0\0\0\1" + SPS + b"\0\0\1" + PPS, [SPS, PPS]),
        # Zeros before a start code belong to no unit.
        (b"\0\0\0\0\0\1" + SPS + b"\0\0\0\0\0\1" + PPS + b"\0\0", [SPS, PPS]),
        (b"\0\0\1\0\0\1" + SPS, [SPS]),
    ],
)
def test_annex_b_is_cut_at_start_codes(data: bytes, units: list[bytes]) -> None:
    assert list(split(data)) == units


def test_joined_units_are_cut_into_the_same_again() -> None:
    units = [SPS, PPS, IDR]
    assert list(split(join(units))) == units


@pytest.mark.parametrize(
    ("data", "units"),
    [
        (b"\0\0\0\4" + SPS + b"\0\0\0\3" + PPS, [SPS, PPS]),
        # A length beyond the end: what was whole is kept.
        (b"\0\0\0\4" + SPS + b"\0\0\xff\xff" + PPS, [SPS]),
        (b"\0\0\0\0\0\0\0\4" + SPS, [SPS]),
        (b"\0\0", []),
    ],
)
def test_stored_units_are_cut_by_their_lengths(data: bytes, units: list[bytes]) -> None:
    assert list(split_lengths(data, 4)) == units


def test_only_what_stands_before_the_first_slice_is_looked_at() -> None:
    found = list(leading("h264", join([SPS, PPS, SEI, IDR, SLICE])))
    assert found[:3] == [SPS, PPS, SEI]
    assert found[3:] == [IDR[:64]]


@pytest.mark.parametrize(
    ("codec", "nal", "key"),
    [
        ("h264", b"\x65", True),
        ("h264", b"\x41", False),
        ("hevc", b"\x26\x01", True),  # IDR_W_RADL
        ("hevc", b"\x2a\x01", True),  # CRA
        ("hevc", b"\x02\x01", False),
        ("h264", b"", False),
    ],
)
def test_key_pictures_are_told_by_their_type(codec: VideoCodec, nal: bytes, key: bool) -> None:
    assert is_key(codec, nal_type(codec, nal)) is key


@pytest.mark.parametrize(
    ("extradata", "length_size", "sets"),
    [
        (b"\x01\x64\x00\x1f\xff\xe1\x00\x04" + SPS + b"\x01\x00\x03" + PPS, 4, (SPS, PPS)),
        (join([SPS, PPS]), 0, (SPS, PPS)),
        (b"", 0, ()),
        # Cut off in the middle: nothing is made up.
        (b"\x01\x64\x00\x1f\xff\xe1\x00\x04" + SPS, 4, (SPS,)),
    ],
)
def test_parameter_sets_are_found_in_what_containers_store(
    extradata: bytes, length_size: int, sets: tuple[bytes, ...]
) -> None:
    assert stored_sets("h264", extradata) == (length_size, sets)
