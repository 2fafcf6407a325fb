"""Sound is recorded beside the pictures, in step with them, and never at their cost."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.record.desk import FPS, START_US, STEP_US, Desk, assert_union, film, packet
from vedette.core.footage import Segment
from vedette.core.media import Packet, Sound, SoundCodec, StreamFormat
from vedette.core.site import Recording, RecordTime
from vedette.record.cut import plan_cuts
from vedette.record.index import Indexes
from vedette.record.mending import mend
from vedette.record.reading import LocalFiles
from vedette.testing.clips import Encoding, encode, load
from vedette.testing.sounds import SoundClip, code_sound, rising_clicks

RATES: dict[SoundCodec, int] = {
    "aac": 16_000,
    "opus": 48_000,
    "pcm_alaw": 8_000,
    "pcm_mulaw": 8_000,
}
SECONDS = 80
EVERY_S = 4


def clicking(codec: SoundCodec, seconds: int = SECONDS) -> SoundClip:
    """A click every four seconds, the first after two."""
    at_s = tuple(float(second) for second in range(2, seconds, EVERY_S))
    return code_sound(rising_clicks(seconds, RATES[codec], at_s), RATES[codec], codec)


def sounds(clip: SoundClip, until_s: float = 1e9, shake_us: int = 0) -> list[Sound]:
    """The pieces as a camera sends them, their times shaking as times on networks do."""
    dice = np.random.default_rng(5)
    return [
        Sound(
            camera="gate",
            stream="main",
            t_us=START_US + one.ticks * 100 // 9 + int(dice.integers(-shake_us, shake_us + 1)),
            pts_us=one.ticks * 100 // 9,
            duration_us=one.lasts_ticks * 100 // 9,
            format=clip.format,
            data=one.data,
        )
        for one in clip.pieces
        if one.ticks / 90_000 < until_s
    ]


def flashing(folder: Path, seconds: int = SECONDS) -> list[Packet]:
    """Black, white for one picture at each click."""
    pictures = [np.zeros((96, 128, 3), np.uint8) for _ in range(seconds * FPS)]
    for second in range(2, seconds, EVERY_S):
        pictures[second * FPS][:] = 255
    clip = load(encode(pictures, folder / "flash.mp4", Encoding(fps=FPS, gop_s=2.0)))
    sets = b"".join(b"\x00\x00\x00\x01" + one for one in clip.parameter_sets)
    about = StreamFormat(codec="h264", width=128, height=96, extradata=sets)
    return [
        packet(about, index * STEP_US, clip.annexb(index), key=unit.key)
        for index, unit in enumerate(clip.units)
    ]


def play(desk: Desk, packets: Iterable[Packet], heard: Iterable[Sound]) -> None:
    """Both arrive at their time; sound when its last sample has been heard."""
    both: list[tuple[int, Packet | Sound]] = [(one.t_us, one) for one in packets]
    both += [(START_US + one.pts_us + one.duration_us, one) for one in heard]
    for index, (at_us, one) in enumerate(sorted(both, key=lambda row: row[0])):
        ahead_us = at_us - desk.clock.now_us()
        if ahead_us > 0:
            desk.clock.sleep(ahead_us / 1e6)
            desk.steady += ahead_us / 1e6
        if isinstance(one, Sound):
            desk.stream.tap.hear(one)
        else:
            desk.stream.tap.take(one)
        if index % 7 == 0:
            desk.recorder.turn()


def flashes(path: Path, base_us: int) -> list[int]:
    """When pictures are white."""
    with av.open(str(path)) as file:
        return [
            base_us + round((frame.time or 0.0) * 1e6)
            for frame in file.decode(video=0)
            if frame.to_ndarray(format="gray").mean() > 128
        ]


def clicks(path: Path, base_us: int) -> list[int]:
    """When bursts begin."""
    found: list[int] = []
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64).ravel()
            loud = np.flatnonzero(np.abs(samples) > (0.3 if frame.format.name == "fltp" else 9_000))
            assert frame.time is not None
            for at in loud:
                t_us = base_us + round((frame.time + at / frame.sample_rate) * 1e6)
                if not found or t_us > found[-1] + 1_000_000:
                    found.append(t_us)
    return found


def assert_together(flashed: list[int], clicked: list[int]) -> None:
    assert len(flashed) == len(clicked)
    assert max(abs(a - b) for a, b in zip(flashed, clicked, strict=True)) <= 40_000


@pytest.mark.parametrize("codec", list(RATES))
def test_click_and_flash_stay_together(tmp_path: Path, codec: SoundCodec) -> None:
    packets = flashing(tmp_path)
    desk = Desk(tmp_path / "archive")
    play(desk, packets, sounds(clicking(codec), shake_us=8_000))
    desk.stop()
    rows = desk.files()
    assert len(rows) in (2, 3)
    assert {row.audio for row in rows} == {codec}
    flashed = [t_us for row in rows for t_us in flashes(desk.root / row.path, row.start_us)]
    clicked = [t_us for row in rows for t_us in clicks(desk.root / row.path, row.start_us)]
    assert len(flashed) == SECONDS // EVERY_S
    assert_together(flashed, clicked)
    assert desk.told.causes() == []


@pytest.mark.parametrize("codec", list(RATES))
def test_a_cut_over_a_border_keeps_them_together(tmp_path: Path, codec: SoundCodec) -> None:
    desk = Desk(tmp_path / "archive")
    play(desk, flashing(tmp_path), sounds(clicking(codec)))
    desk.stop()
    rows = desk.files()
    border_us = rows[0].end_us
    files = LocalFiles({"fast": desk.root})
    (one,) = plan_cuts(rows, files, (border_us - 9_700_000, border_us + 8_300_000))
    path = tmp_path / "cut.mp4"
    path.write_bytes(b"".join(one.read(files)))
    flashed = flashes(path, one.start_us)
    assert one.sound
    assert len(flashed) >= 4
    assert_together(flashed, clicks(path, one.start_us))


def test_no_sound_is_lost_at_a_border(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive")
    heard = sounds(clicking("aac"))
    play(desk, flashing(tmp_path), heard)
    desk.stop()
    assert sum(len(pieces(desk.root / row.path)) for row in desk.files()) >= len(heard) - 2


def pieces(path: Path) -> list[int]:
    """Sizes of all pieces of sound."""
    with av.open(str(path)) as file:
        return [one.size for one in file.demux(audio=0) if one.size]


def test_a_file_says_what_sound_it_has(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive")
    play(desk, flashing(tmp_path, 20), sounds(clicking("aac", 20)))
    desk.stop()
    (row, *_) = desk.files()
    index = Indexes(LocalFiles({"fast": desk.root})).of(row)
    assert index.head.mime.endswith(',mp4a.40.2"')
    assert all(part.duration_us < 1_000_000 for part in index.parts)


def test_a_killed_file_is_mended_with_its_sound(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive")
    play(desk, flashing(tmp_path, 20), sounds(clicking("opus", 20)))
    (found,) = mend(desk.root, "gate", "main").mended
    assert found.audio == "opus"


def recorded(tmp_path: Path, packets: list[Packet], heard: list[Sound]) -> list[Segment]:
    """The files of a film with this sound, of which no picture may be missing."""
    desk = Desk(tmp_path / "archive")
    play(desk, packets, heard)
    desk.stop()
    rows = desk.files()
    assert_union(desk.root, rows, packets)
    assert desk.told.causes() == []
    return rows


def test_sound_that_begins_later_begins_a_file(tmp_path: Path) -> None:
    heard = [one for one in sounds(clicking("pcm_alaw", 30)) if one.pts_us > 7_000_000]
    rows = recorded(tmp_path, film(tmp_path, seconds=30), heard)
    assert [row.audio for row in rows][:2] == ["", "pcm_alaw"]
    assert rows[0].end_us == rows[1].start_us == START_US + 8_000_000


def test_sound_of_another_format_begins_a_file(tmp_path: Path) -> None:
    first = sounds(clicking("pcm_alaw", 30), until_s=11)
    then = [one for one in sounds(clicking("aac", 30)) if one.pts_us > 11_000_000]
    rows = recorded(tmp_path, film(tmp_path, seconds=30), first + then)
    assert [row.audio for row in rows][:2] == ["pcm_alaw", "aac"]


def test_sound_that_ends_ends_no_recording(tmp_path: Path) -> None:
    heard = sounds(clicking("pcm_mulaw"), until_s=10)
    rows = recorded(tmp_path, film(tmp_path, seconds=SECONDS), heard)
    assert rows[0].audio == "pcm_mulaw"
    assert rows[-1].audio == ""


def test_absurd_times_of_sound_cost_no_picture(tmp_path: Path) -> None:
    wild = [
        replace(one, t_us=one.t_us + (-1) ** index * index * 700_000)
        for index, one in enumerate(sounds(clicking("aac", 30)))
    ]
    recorded(tmp_path, film(tmp_path, seconds=30), wild)


def test_nobody_is_recorded_who_must_not_be(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive", recording=Recording(sound=False))
    play(desk, flashing(tmp_path, 20), sounds(clicking("aac", 20)))
    desk.stop()
    assert {row.audio for row in desk.files()} == {""}


def test_sound_from_before_an_alarm_is_kept(tmp_path: Path) -> None:
    motion = Recording(modes=(RecordTime(mode="motion"),), pre_s=6.0, post_s=3.0)
    desk = Desk(tmp_path / "archive", recording=motion)
    desk.stream.wanted.watched(START_US + 14_000_000)
    packets, heard = flashing(tmp_path, 30), sounds(clicking("aac", 30))
    desk.stream.wanted.watched(START_US)
    before, after = (
        [one for one in packets if (one.t_us < START_US + 13_000_000) is early]
        for early in (True, False)
    )
    until = list(itertools.takewhile(lambda one: one.pts_us < 13_000_000, heard))
    play(desk, before, until)
    desk.stream.wanted.watched(START_US + 13_000_000)
    desk.stream.wanted.moved(START_US + 13_000_000)
    play(desk, after[:40], heard[len(until) : len(until) + 60])
    desk.stop()
    rows = desk.files()
    assert rows[0].start_us <= START_US + 8_000_000
    flashed = flashes(desk.root / rows[0].path, rows[0].start_us)
    assert START_US + 10_000_000 in [round(t_us, -4) for t_us in flashed]
    assert_together(flashed, clicks(desk.root / rows[0].path, rows[0].start_us))
