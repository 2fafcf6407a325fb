"""Files as cameras: at their pace or faster, in a loop, and only from where it is allowed."""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from tests.ingest.reading import numbered, origin, take, take_from
from vedette.core.clock import SimulatedClock
from vedette.core.errors import AddressRefused, StreamMissing, StreamUnsupported
from vedette.ingest.decode import DietDecoder
from vedette.ingest.file import FileSource
from vedette.testing.clips import Codec, Encoding, encode
from vedette.testing.counter import read_counter

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOON_US = int(NOON.timestamp() * 1_000_000)


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_every_picture_comes_once_and_in_order(codec: Codec, clip_files: dict[Codec, Path]) -> None:
    path = clip_files[codec]
    packets = take_from(FileSource(path=path, pace="fast"), 1000, origin(path.parent))
    decoder = DietDecoder(fps=60)
    frames = [frame for one in packets for frame in decoder.decode(one)]
    frames += decoder.flush()
    assert [read_counter(frame.luma) for frame in frames] == list(range(50))
    form = packets[0].format
    assert (form.codec, form.width, form.height) == (codec, 320, 192)
    assert bool(form.extradata) == (codec != "mjpeg")
    assert all(one.format is form for one in packets)
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {40_000}
    assert {one.duration_us for one in packets} == {40_000}


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_packets_are_annex_b_and_key_ones_bring_their_parameter_sets(
    codec: Codec, clip_files: dict[Codec, Path]
) -> None:
    path = clip_files[codec]
    packets = take_from(FileSource(path=path, pace="fast"), 1000, origin(path.parent))
    assert all(one.data.startswith(b"\0\0\0\1") for one in packets)
    keys = [one for one in packets if one.key]
    assert [n for n, one in enumerate(packets) if one.key] == [0, 12, 24, 36, 48]
    assert all(one.data.startswith(one.format.extradata) for one in keys)


@pytest.mark.parametrize("container", ["mkv", "ts", "flv", "h264"])
def test_other_containers_are_read(
    container: str, clip_files: dict[Codec, Path], tmp_path: Path
) -> None:
    path = tmp_path / f"clip.{container}"
    with av.open(str(clip_files["h264"])) as source, av.open(str(path), "w") as out:
        stream = source.streams.video[0]
        target = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = target
                out.mux(packet)
    packets = take_from(FileSource(path=path, pace="fast"), 1000, origin(tmp_path))
    decoder = DietDecoder(fps=60)
    frames = [frame for one in packets for frame in decoder.decode(one)] + [*decoder.flush()]
    assert [read_counter(frame.luma) for frame in frames] == list(range(50))


def test_pictures_that_are_reordered_come_out_in_the_order_of_showing(tmp_path: Path) -> None:
    path = tmp_path / "b.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"bf": "3", "preset": "fast"})
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for picture in numbered(40):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    packets = take_from(FileSource(path=path, pace="fast", start=NOON), 1000, origin(tmp_path))
    assert any(b.pts_us < a.pts_us for a, b in itertools.pairwise(packets))
    decoder = DietDecoder(fps=60)
    frames = [frame for one in packets for frame in decoder.decode(one)] + [*decoder.flush()]
    assert [read_counter(frame.luma) for frame in frames] == list(range(40))
    assert [frame.t_us for frame in frames] == [NOON_US + n * 40_000 for n in range(40)]


def test_a_replay_may_be_given_its_time(clip_files: dict[Codec, Path]) -> None:
    path = clip_files["h264"]
    source = FileSource(path=path, pace="fast", start=NOON)
    times = [one.t_us for one in take_from(source, 3, origin(path.parent))]
    assert times == [NOON_US, NOON_US + 40_000, NOON_US + 80_000]


def test_at_real_pace_each_picture_comes_when_it_is_due(clip_files: dict[Codec, Path]) -> None:
    path, clock = clip_files["h264"], SimulatedClock()
    source = FileSource(path=path).open(origin(path.parent, clock=clock))
    begun = clock.now_us()
    late = [(clock.now_us() - begun) - one.pts_us for one in source.packets()]
    assert max(abs(one) for one in late) <= 1_000
    assert clock.now_us() - begun == 49 * 40_000


def test_a_loop_goes_on_without_a_seam(clip_files: dict[Codec, Path]) -> None:
    path = clip_files["h264"]
    source = FileSource(path=path, pace="fast", loop=True, start=NOON).open(origin(path.parent))
    packets = take(source, 130)
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {40_000}
    assert [one.t_us for one in packets] == [NOON_US + n * 40_000 for n in range(130)]
    assert len({id(one.format) for one in packets}) == 1


def test_close_ends_a_loop(clip_files: dict[Codec, Path]) -> None:
    path = clip_files["h264"]
    source = FileSource(path=path, pace="fast", loop=True).open(origin(path.parent))
    for count, _ in enumerate(source.packets()):
        if count == 70:
            source.close()
    assert count == 70


def test_relative_paths_begin_in_the_allowed_folders(clip_files: dict[Codec, Path]) -> None:
    path = clip_files["h264"]
    source = FileSource(path=Path(path.name), pace="fast")
    assert len(take_from(source, 5, origin(path.parent / "nowhere", path.parent))) == 5


@pytest.mark.parametrize("way", ["outside", "dots", "link", "no roots", "folder", "pipe", "device"])
def test_nothing_outside_the_allowed_folders_is_opened(
    way: str, clip_files: dict[Codec, Path], tmp_path: Path
) -> None:
    path = clip_files["h264"]
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.mp4").symlink_to(path)
    os.mkfifo(root / "pipe")
    asked = {
        "outside": path,
        "dots": root / ".." / ".." / path.parent.name / path.name,
        "link": root / "link.mp4",
        "no roots": path,
        "folder": root,
        "pipe": root / "pipe",
        "device": Path("/dev/zero"),
    }[way]
    roots = () if way == "no roots" else (root,)
    with pytest.raises((AddressRefused, StreamMissing)):
        take_from(FileSource(path=asked, pace="fast"), 1, origin(*roots))


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StreamMissing, match=r"no file gone\.mp4"):
        take_from(FileSource(path=Path("gone.mp4")), 1, origin(tmp_path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.mp4", b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
        ("list.ts", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        ("stream.sdp", b"v=0\nc=IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\na=rtpmap:96 H264/90000"),
        ("noise.mp4", bytes(range(256)) * 64),
        ("empty.mp4", b""),
    ],
)
def test_files_that_are_no_video_or_name_others_are_refused(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((StreamUnsupported, StreamMissing)):
        take_from(FileSource(path=tmp_path / name, pace="fast"), 1, origin(tmp_path))


def test_a_codec_we_do_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vp9.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for picture in numbered(3):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    with pytest.raises(StreamUnsupported, match="mpeg4"):
        take_from(FileSource(path=path, pace="fast"), 1, origin(tmp_path))


def test_a_file_cut_in_its_middle_gives_what_is_there(
    clip_files: dict[Codec, Path], tmp_path: Path
) -> None:
    fast = encode(numbered(50), tmp_path / "x.mp4", Encoding(fps=25))
    whole = tmp_path / "whole.mkv"
    with av.open(str(fast)) as source, av.open(str(whole), "w") as out:
        target = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = target
                out.mux(packet)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    packets = take_from(FileSource(path=tmp_path / "cut.mkv", pace="fast"), 99, origin(tmp_path))
    assert 10 < len(packets) < 50
