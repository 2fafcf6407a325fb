"""What comes off an RTSP connection is told apart, however it is cut up."""

from __future__ import annotations

import random
import struct

import pytest

from vedette.core.errors import SourceError
from vedette.ingest.rtsp.messages import Answer, Inbox, Interleaved, parse_head

OK = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\nSession: 12ab;timeout=30\r\n\r\nhello"


def interleaved(channel: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0x24, channel, len(payload)) + payload


def read(stream: bytes, sizes: list[int]) -> list[tuple[int, bytes]]:
    """(status or -1 - channel, body or packet) of everything in it."""
    inbox, at = Inbox(), 0
    found: list[tuple[int, bytes]] = []
    while at < len(stream):
        size = sizes[len(found) % len(sizes)]
        piece = stream[at : at + size]
        room = inbox.room()
        count = min(len(room), len(piece))
        room[:count] = piece[:count]
        inbox.filled(count)
        at += count
        while (said := inbox.next()) is not None:
            if isinstance(said, Interleaved):
                found.append((-1 - said.channel, bytes(said.packet)))
            else:
                found.append((said.status, said.body.encode()))
    return found


@pytest.mark.parametrize("sizes", [[1], [3, 100], [70_000], [17, 4096, 1]])
def test_messages_and_packets_come_out_whole(sizes: list[int]) -> None:
    chance = random.Random(5)
    packets = [chance.randbytes(chance.randrange(0, 3000)) for _ in range(60)]
    stream, wanted = b"", []
    for number, packet in enumerate(packets):
        stream += interleaved(number % 4, packet)
        wanted.append((-1 - number % 4, packet))
        if number % 7 == 0:
            stream += OK
            wanted.append((200, b"hello"))
    assert read(stream, sizes) == wanted


def test_stray_bytes_between_messages_are_skipped() -> None:
    stream = b"\r\n\0" + OK + b"\r\n\r\n" + interleaved(0, b"x") + b"\xff" + OK
    assert read(stream, [50]) == [(200, b"hello"), (-1, b"x"), (200, b"hello")]


@pytest.mark.parametrize(
    "stream",
    [
        b"H" * 300_000,
        b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n",
    ],
)
def test_what_is_not_rtsp_is_given_up(stream: bytes) -> None:
    with pytest.raises(SourceError, match=r"something else|too great length"):
        read(stream, [8192])


def test_a_head_is_read_with_all_its_headers() -> None:
    answer = parse_head(
        b'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n'
        b'www-authenticate:Digest realm="x"\r\nnonsense\r\nPublic : A, B'
    )
    assert answer.status == 401
    assert list(answer.headers["www-authenticate"]) == ['Basic realm="x"', 'Digest realm="x"']
    assert (answer.get("public"), answer.get("nothing")) == ("A, B", "")


@pytest.mark.parametrize(
    "head", [b"", b"GET / HTTP/1.1", b"RTSP/1.0", b"RTSP/1.0 abc", b"OPTIONS * RTSP/1.0"]
)
def test_what_is_no_answer_has_no_status(head: bytes) -> None:
    assert parse_head(head) == Answer(status=0, headers={})
