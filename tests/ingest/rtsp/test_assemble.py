"""Packets become the pictures they were cut from, and losses are marked."""

from __future__ import annotations

import pytest

from vedette.core.media import Packet, StreamFormat
from vedette.core.video.nal import VideoCodec, join
from vedette.ingest.decode import DietDecoder
from vedette.ingest.rtsp.assemble import Picture, VideoAssembler
from vedette.ingest.rtsp.jpeg import JpegAssembler
from vedette.ingest.rtsp.rtp import Rtp
from vedette.testing.clips import Clip, Codec
from vedette.testing.counter import read_counter
from vedette.testing.rtsp.payload import payloads

CODECS: tuple[VideoCodec, ...] = ("h264", "hevc")


def packets(clip: Clip, index: int, *, aggregate: bool = False, marker: bool = True) -> list[Rtp]:
    cut = payloads(clip, index, aggregate=aggregate)
    last = len(cut) - 1
    return [
        Rtp(96, 0, index * 3600, marker and n == last, memoryview(one)) for n, one in enumerate(cut)
    ]


def feed(assembler: VideoAssembler | JpegAssembler, found: list[Rtp]) -> list[Picture]:
    return [picture for one in found for picture in assembler.take(one)]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("aggregate", [False, True])
def test_every_picture_is_the_one_that_was_sent(
    codec: VideoCodec, aggregate: bool, clips: dict[Codec, Clip]
) -> None:
    clip, assembler = clips[codec], VideoAssembler(codec)
    for index in range(30):
        pictures = feed(assembler, packets(clip, index, aggregate=aggregate))
        assert pictures == [Picture(index * 3600, clip.annexb(index), False)]


@pytest.mark.parametrize("codec", CODECS)
def test_without_markers_a_picture_ends_when_the_next_begins(
    codec: VideoCodec, clips: dict[Codec, Clip]
) -> None:
    clip, assembler = clips[codec], VideoAssembler(codec)
    sent = [one for index in range(10) for one in packets(clip, index, marker=False)]
    assert [p.data for p in feed(assembler, sent)] == [clip.annexb(i) for i in range(9)]


def test_a_camera_that_marks_every_unit_costs_one_picture_at_most(clips: dict[Codec, Clip]) -> None:
    slices = [b"\x41" + bytes([n]) * 40 for n in range(3)]
    assembler = VideoAssembler("h264")
    sent = [
        Rtp(96, 0, time, True, memoryview(nal))
        for time in range(3600, 36_000, 3600)
        for nal in slices
    ]
    pictures = feed(assembler, sent)
    assert [p.data for p in pictures[:3]] == [join([one]) for one in slices]
    assert [p.data for p in pictures[3:]] == [join(slices)] * 7


def test_parameter_sets_sent_apart_join_the_picture_after_them(clips: dict[Codec, Clip]) -> None:
    clip, assembler = clips["h264"], VideoAssembler("h264")
    alone = [Rtp(96, 0, 100, True, memoryview(nal)) for nal in clip.parameter_sets]
    key = [one for one in packets(clip, 0) if (one.payload[0] & 0x1F) not in (7, 8)]
    pictures = feed(assembler, [*alone, *[one._replace(time=3700) for one in key]])
    assert [p.data for p in pictures] == [clip.annexb(0)]


def fragments(codec: VideoCodec, sent: list[Rtp]) -> list[int]:
    """Which of them are pieces of a unit."""
    kinds = [p.payload[0] & 0x1F if codec == "h264" else p.payload[0] >> 1 & 0x3F for p in sent]
    found = [n for n, kind in enumerate(kinds) if kind == (28 if codec == "h264" else 49)]
    assert len(found) >= 3
    return found


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("lost", ["beginning", "middle", "end"])
def test_a_lost_packet_marks_its_picture_and_no_later_one(
    codec: VideoCodec, lost: str, clips: dict[Codec, Clip]
) -> None:
    clip, assembler = clips[codec], VideoAssembler(codec)
    sent = packets(clip, 0)
    cut = fragments(codec, sent)
    gone = {"beginning": cut[1], "middle": cut[len(cut) // 2], "end": cut[-1]}[lost]
    sent = [*sent, *packets(clip, 1), *packets(clip, 2)]
    del sent[gone]
    sent[gone] = sent[gone]._replace(lost=True)
    pictures = feed(assembler, sent)
    assert [p.time for p in pictures] == [0, 3600, 7200]
    assert pictures[0].damaged
    assert not pictures[2].damaged
    assert pictures[2].data == clip.annexb(2)


@pytest.mark.parametrize("codec", CODECS)
def test_a_picture_whose_beginning_is_lost_is_not_given_and_the_next_is_marked(
    codec: VideoCodec, clips: dict[Codec, Clip]
) -> None:
    clip, assembler = clips[codec], VideoAssembler(codec)
    sent = packets(clip, 0)
    first = fragments(codec, sent)[0]
    sent[first + 1] = sent[first + 1]._replace(lost=True)
    del sent[first]
    pictures = feed(assembler, [*sent, *packets(clip, 1), *packets(clip, 2)])
    assert [(p.time, p.damaged) for p in pictures] == [(3600, True), (7200, False)]


def test_a_picture_without_end_is_dropped() -> None:
    assembler = VideoAssembler("h264")
    piece = memoryview(b"\x7c\x05" + bytes(60_000))
    begin = memoryview(b"\x7c\x85" + bytes(60_000))
    sent = [Rtp(96, 0, 1, False, begin), *[Rtp(96, 0, 1, False, piece)] * 1000]
    assert feed(assembler, sent) == []
    assert assembler._octets < 16_000_000  # the bound itself is what is tested


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x7c",
        b"\x7c\x80",
        b"\x18\x00\x00",
        b"\x18\xff\xff\x41x",
        b"\x1d\x00\x00\x00\x00",
        b"\x00\x00\x00\x00",
    ],
)
def test_nonsense_is_no_exception(payload: bytes) -> None:
    for assembler in (VideoAssembler("h264"), VideoAssembler("hevc"), JpegAssembler()):
        feed(assembler, [Rtp(96, 0, 1, True, memoryview(payload))])


def frame_counts(clip: Clip, pictures: list[Picture]) -> list[int | None]:
    form = StreamFormat(codec="mjpeg", width=clip.width, height=clip.height)
    decoder, found = DietDecoder(fps=60), []
    for one in pictures:
        packet = Packet(
            camera="c", stream="s", t_us=0, pts_us=one.time * 100 // 9, duration_us=40_000,
            key=True, format=form, data=one.data,
        )  # fmt: skip
        found += [read_counter(frame.luma) for frame in decoder.decode(packet)]
    return found


def test_jpegs_show_what_was_sent(clips: dict[Codec, Clip]) -> None:
    clip, assembler = clips["mjpeg"], JpegAssembler()
    pictures = feed(assembler, [one for index in range(10) for one in packets(clip, index)])
    assert [p.damaged for p in pictures] == [False] * 10
    assert frame_counts(clip, pictures) == list(range(10))


@pytest.mark.parametrize("gone", [1, -1])
def test_a_jpeg_with_a_hole_is_marked(gone: int, clips: dict[Codec, Clip]) -> None:
    clip, assembler = clips["mjpeg"], JpegAssembler()
    sent = packets(clip, 0)
    del sent[gone]
    pictures = feed(assembler, [*sent, *packets(clip, 1)])
    assert [p.damaged for p in pictures] == [True, False]


def test_jpegs_with_a_quality_instead_of_tables(clips: dict[Codec, Clip]) -> None:
    # The tables of quality 50 are the standard's own; the picture differs, but it is one.
    sent = []
    for one in packets(clips["mjpeg"], 0):
        head, rest = bytearray(one.payload[:8]), bytes(one.payload[8:])
        first = int.from_bytes(head[1:4], "big") == 0
        head[5] = 50
        sent.append(one._replace(payload=memoryview(bytes(head) + (rest[132:] if first else rest))))
    pictures = feed(JpegAssembler(), sent)
    assert len(pictures) == 1
    assert len(frame_counts(clips["mjpeg"], pictures)) == 1


def test_a_jpeg_too_wide_for_its_header_takes_the_size_that_was_announced(
    clips: dict[Codec, Clip],
) -> None:
    sent = []
    for one in packets(clips["mjpeg"], 0):
        head = bytearray(one.payload)
        head[6] = head[7] = 0
        sent.append(one._replace(payload=memoryview(bytes(head))))
    assert feed(JpegAssembler(), sent) == []
    pictures = feed(JpegAssembler((320, 192)), sent)
    assert frame_counts(clips["mjpeg"], pictures) == [0]
