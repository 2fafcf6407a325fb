"""Fragments with several samples and two tracks are what an independent reader reads."""

from __future__ import annotations

from io import BytesIO

import av

from vedette.core.video.mp4 import Run, Sample, SoundForm, VideoForm, fragment, init


def test_pictures_and_sound_lie_in_one_fragment() -> None:
    video = VideoForm(entry=b"jpeg", config=b"", width=64, height=48)
    sound = SoundForm(entry=b"ulaw", config=b"", rate_hz=8_000, channels=1)
    pictures = [Sample(duration=9_000, payload=bytes([n]) * (10 + n)) for n in range(3)]
    pieces = [Sample(duration=160, payload=bytes([100 + n]) * 160) for n in range(4)]
    film = init(video, sound)
    for part in range(2):
        film += fragment(
            part + 1,
            Run(track=1, decode_time=27_000 * part, samples=pictures),
            Run(track=2, decode_time=2_400 * part, samples=pieces),
        )
    with av.open(BytesIO(film), "r") as read:
        assert (read.streams.video[0].codec_context.name, read.streams.video[0].width) == (
            "mjpeg",
            64,
        )
        found = [(one.dts, bytes(one)) for one in read.demux(read.streams.video[0]) if one.size]
    assert found == [
        (27_000 * part + 9_000 * n, one.payload)
        for part in range(2)
        for n, one in enumerate(pictures)
    ]
    with av.open(BytesIO(film), "r") as read:
        heard = read.streams.audio[0]
        assert (heard.codec_context.name, heard.codec_context.sample_rate) == ("pcm_mulaw", 8_000)
        octets = b"".join(bytes(one) for one in read.demux(heard) if one.size)
    assert octets == 2 * b"".join(one.payload for one in pieces)


def test_what_is_shown_later_than_decoded_says_so() -> None:
    video = VideoForm(entry=b"jpeg", config=b"", width=64, height=48)
    shown, decoded = [0, 3, 1, 2], [0, 500, 1_000, 2_000]
    samples = [
        Sample(duration=step, offset=1_000 * at - due, key=at == 0, payload=b"x" * 9)
        for at, due, step in zip(shown, decoded, [500, 500, 1_000, 1_000], strict=True)
    ]
    film = init(video) + fragment(1, Run(track=1, decode_time=0, samples=samples))
    with av.open(BytesIO(film), "r") as read:
        found = [(one.pts, one.dts) for one in read.demux(video=0) if one.size]
    assert found == [(1_000 * at, due) for at, due in zip(shown, decoded, strict=True)]
