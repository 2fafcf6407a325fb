"""RTP packets: taken apart, put in order, their time unwrapped."""

from __future__ import annotations

import random
import struct

import pytest

from vedette.ingest.rtsp.rtp import Order, Rtp, TimeStamps, parse_rtp


def rtp(sequence: int, payload: bytes = b"x", *, first: int = 0x80, second: int = 96) -> bytes:
    return struct.pack(">BBHII", first, second, sequence & 0xFFFF, 1000, 7) + payload


def parsed(raw: bytes) -> Rtp | None:
    return parse_rtp(memoryview(raw))


def test_a_plain_packet() -> None:
    one = parsed(rtp(0xABCD, b"payload", second=0x80 | 96))
    assert one is not None
    assert (one.payload_type, one.sequence, one.time, one.marker) == (96, 0xABCD, 1000, True)
    assert bytes(one.payload) == b"payload"


@pytest.mark.parametrize(
    ("raw", "payload"),
    [
        (rtp(1, b"CSRCpayload", first=0x81), b"payload"),
        (rtp(1, b"\xbe\xde\0\1EXTNpayload", first=0x90), b"payload"),
        (rtp(1, b"payload\0\0\3", first=0xA0), b"payload"),
        (rtp(1, b""), b""),
    ],
)
def test_what_is_not_payload_is_left_out(raw: bytes, payload: bytes) -> None:
    one = parsed(raw)
    assert one is not None
    assert bytes(one.payload) == payload


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x80" * 11,
        rtp(1, first=0x40),
        rtp(1, b"", first=0x8F),
        rtp(1, b"\xbe\xde", first=0x90),
        rtp(1, b"\xbe\xde\xff\xff", first=0x90),
        rtp(1, b"\xff", first=0xA0),
    ],
)
def test_what_is_no_packet_is_none(raw: bytes) -> None:
    assert parsed(raw) is None


def ordered(numbers: list[int], depth: int) -> tuple[list[int], list[int], int]:
    """Numbers as handed on, those marked as behind a gap, and how many were given up."""
    order, out, gaps = Order(depth), [], []
    for number in numbers:
        one = parsed(rtp(number))
        assert one is not None
        for found in order.take(one):
            out.append(found.sequence)
            if found.lost:
                gaps.append(found.sequence)
    return out, gaps, order.missing


@pytest.mark.parametrize(
    ("numbers", "depth", "out", "gaps", "missing"),
    [
        ([1, 2, 3], 0, [1, 2, 3], [], 0),
        ([65534, 65535, 0, 1], 0, [65534, 65535, 0, 1], [], 0),
        # TCP: a gap is a loss at once.
        ([1, 2, 5, 6], 0, [1, 2, 5, 6], [5], 2),
        # UDP: one overtaken is waited for.
        ([1, 3, 2, 4], 4, [1, 2, 3, 4], [], 0),
        ([1, 4, 3, 2, 5], 4, [1, 2, 3, 4, 5], [], 0),
        ([65535, 1, 0, 2], 4, [65535, 0, 1, 2], [], 0),
        # But not for ever.
        ([1, 3, 4, 5, 6], 3, [1, 3, 4, 5, 6], [3], 1),
        # Twice or late: once is enough.
        ([1, 2, 2, 1, 3], 4, [1, 2, 3], [], 0),
    ],
)
def test_order(
    numbers: list[int], depth: int, out: list[int], gaps: list[int], missing: int
) -> None:
    assert ordered(numbers, depth) == (out, gaps, missing)


def test_a_camera_that_counts_anew_is_followed() -> None:
    out, _, _ = ordered([50_000, 50_001, *range(20_000, 20_040)], 8)
    assert out[-20:] == list(range(20_020, 20_040))


def test_shuffled_packets_come_out_in_order() -> None:
    chance = random.Random(4)
    numbers = sorted(range(2000), key=lambda n: n + chance.random() * 8)
    out, gaps, missing = ordered([n + 64_000 for n in [-1, *numbers]], 16)
    assert out == [(n + 64_000) & 0xFFFF for n in range(-1, 2000)]
    assert (gaps, missing) == ([], 0)


def test_time_stamps_do_not_wrap() -> None:
    stamps = TimeStamps(90_000)
    base = 0xFFFF_FFFF - 90_000
    assert [stamps.us((base + n * 90_000) & 0xFFFF_FFFF) for n in range(5)] == [
        n * 1_000_000 for n in range(5)
    ]
    assert stamps.us((base + 4 * 90_000 - 3600) & 0xFFFF_FFFF) == 3_960_000, "a step back"
