"""Our fragments play: every picture, at its own time, however the camera sends them."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.film import clip, decode_times, packets, play, reordered
from vedette.core.errors import StreamUnsupported
from vedette.core.media import Packet
from vedette.live.fmp4 import Fragmenter, open_stream
from vedette.testing.clips import Codec, load

Happening = Callable[[list[Packet]], list[Packet]]


def wrapped(film: list[Packet]) -> tuple[Fragmenter, list[bytes]]:
    """The whole film as one init segment and its fragments."""
    fragmenter = open_stream(film[0])
    assert fragmenter is not None
    return fragmenter, [fragmenter.opening.segment, *(fragmenter.wrap(one) for one in film)]


def expected_us(fragmenter: Fragmenter, film: list[Packet]) -> list[int]:
    """When each picture is to be shown."""
    return sorted(one.t_us - fragmenter.opening.base_t_us for one in film)


def assert_times(found: list[int], expected: list[int]) -> None:
    """Equal to the tick of 1/90,000 s."""
    assert len(found) == len(expected)
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 12


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_every_picture_is_shown_at_its_time(tmp_path: Path, codec: Codec) -> None:
    film = packets(clip(tmp_path, codec))
    fragmenter, parts = wrapped(film)
    shown = play(*parts)
    assert (shown.codec, shown.width, shown.height) == (codec, 160, 96)
    assert_times(shown.times_us, expected_us(fragmenter, film))


def test_pictures_that_are_sent_out_of_order_are_shown_in_order(tmp_path: Path) -> None:
    film = reordered(tmp_path)
    assert any(a.t_us > b.t_us for a, b in itertools.pairwise(film))
    fragmenter, parts = wrapped(film)
    assert_times(play(*parts).times_us, expected_us(fragmenter, film))


def jittered(film: list[Packet]) -> list[Packet]:
    """Arrivals that wander by up to 30 ms."""
    dice = random.Random(3)
    return [replace(one, t_us=one.t_us + dice.randrange(-30_000, 30_000)) for one in film]


def thinned(film: list[Packet]) -> list[Packet]:
    """Five pictures in a row got lost, of those that nothing hangs on."""
    return film[:-5][:12] + film[17:]


def slower(film: list[Packet]) -> list[Packet]:
    """The camera halves its rate in the middle."""
    at = film[15].t_us
    return [*film[:15], *(replace(one, t_us=at + 2 * (one.t_us - at)) for one in film[15:])]


def silent(film: list[Packet]) -> list[Packet]:
    """Nothing for twenty seconds, then on with a key frame."""
    return [*film[:10], *(replace(one, t_us=one.t_us + 20_000_000) for one in film[10:])]


@pytest.mark.parametrize("happening", [jittered, thinned, slower, silent])
def test_times_stay_true_whatever_happens(tmp_path: Path, happening: Happening) -> None:
    film = happening(packets(clip(tmp_path)))
    fragmenter, parts = wrapped(film)
    assert_times(play(*parts).times_us, expected_us(fragmenter, film))


@pytest.mark.parametrize("happening", [jittered, thinned, slower])
def test_decoding_runs_on_without_holes(tmp_path: Path, happening: Happening) -> None:
    # Browsers skip to the next key frame when a decode time is off by more than two pictures.
    film = happening(packets(clip(tmp_path)))
    times = decode_times(*wrapped(film)[1])
    keys = [one.key for one in film]
    for (before, duration), (after, _), key in zip(times, times[1:], keys[1:], strict=False):
        assert after > before
        assert key or after - before <= 2 * duration


def test_decoding_keeps_up_with_showing(tmp_path: Path) -> None:
    film = packets(clip(tmp_path, count=120))
    # A clock that runs one per cent fast must not let the two drift apart.
    fast = [replace(one, t_us=film[0].t_us + (one.t_us - film[0].t_us) * 99 // 100) for one in film]
    fragmenter, parts = wrapped(fast)
    ahead = [
        t_us * 9 // 100 - decoded
        for (decoded, _), t_us in zip(
            decode_times(*parts), expected_us(fragmenter, fast), strict=True
        )
    ]
    assert max(ahead) - min(ahead) < 90_000 // 10


@pytest.mark.parametrize(
    ("codec", "mime"),
    [
        ("h264", 'video/mp4; codecs="avc1.42c0'),
        ("hevc", 'video/mp4; codecs="hvc1.1.6.L'),
    ],
)
def test_the_browser_is_told_the_codec(tmp_path: Path, codec: Codec, mime: str) -> None:
    fragmenter, _ = wrapped(packets(clip(tmp_path, codec)))
    assert fragmenter.opening.mime.startswith(mime)


def test_the_h264_string_is_that_of_the_parameter_set(tmp_path: Path) -> None:
    film = clip(tmp_path)
    sps = next(one for one in film.parameter_sets if one[0] & 31 == 7)
    fragmenter, _ = wrapped(packets(film))
    assert fragmenter.opening.mime == f'video/mp4; codecs="avc1.{sps[1:4].hex()}"'


def test_parameter_sets_may_come_with_the_picture_only(tmp_path: Path) -> None:
    film = packets(clip(tmp_path))
    bare = replace(film[0].format, extradata=b"")
    fragmenter, parts = wrapped([replace(one, format=bare) for one in film])
    assert_times(play(*parts).times_us, expected_us(fragmenter, film))


def test_parameter_sets_may_come_with_the_format_only(tmp_path: Path) -> None:
    whole = packets(clip(tmp_path))
    cut = [replace(one, data=one.data.removeprefix(one.format.extradata)) for one in whole]
    assert cut[0].data != whole[0].data
    fragmenter, parts = wrapped(cut)
    assert_times(play(*parts).times_us, expected_us(fragmenter, whole))


def test_without_parameter_sets_it_waits(tmp_path: Path) -> None:
    first = packets(clip(tmp_path))[0]
    sets = first.format.extradata
    nothing = replace(
        first, data=first.data.removeprefix(sets), format=replace(first.format, extradata=b"")
    )
    assert open_stream(nothing) is None


@pytest.mark.parametrize("sps", [b"\x67", b"\x67\x64\x00\x1f", b"\x67\x64\x00\x1f\x00\x00"])
def test_broken_parameter_sets_are_said_to_be_so(tmp_path: Path, sps: bytes) -> None:
    first = packets(clip(tmp_path))[0]
    start = b"\x00\x00\x00\x01"
    broken = start + sps + start + b"\x68\xee" + start + b"\x65\x88"
    with pytest.raises(StreamUnsupported, match="make no sense"):
        open_stream(replace(first, data=broken, format=replace(first.format, extradata=b"")))


def test_other_codecs_are_refused_in_words(tmp_path: Path) -> None:
    first = packets(clip(tmp_path))[0]
    with pytest.raises(StreamUnsupported, match="browsers cannot show mpeg4"):
        open_stream(replace(first, format=replace(first.format, codec="mpeg4")))


def test_a_real_camera_film_plays(shared_data: Path, tmp_path: Path) -> None:
    source = next((shared_data / "videos").rglob("*.mp4"))
    film = packets(load(shutil.copy(source, tmp_path)))[:100]
    fragmenter, parts = wrapped(film)
    assert_times(play(*parts).times_us, expected_us(fragmenter, film))
