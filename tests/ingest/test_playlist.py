"""HLS playlists are read into values; strange ones are refused or skipped, never obeyed."""

from __future__ import annotations

import pytest

from vedette.core.errors import StreamUnsupported
from vedette.ingest.playlist import Master, MediaPlaylist, Variant, read_playlist

LIVE = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:17
#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@0"
#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:00.500Z
#EXTINF:2.5,
17.m4s
#EXTINF:4.0,title
18.m4s?token=a,b
#EXT-X-DISCONTINUITY
#EXT-X-BYTERANGE:1000@2000
#EXTINF:3,
all.m4s
#EXT-X-BYTERANGE:500
#EXTINF:3,
all.m4s
"""


def media(text: str) -> MediaPlaylist:
    found = read_playlist(text)
    assert isinstance(found, MediaPlaylist)
    return found


def test_a_live_playlist_is_read() -> None:
    found = media(LIVE)
    assert [part.number for part in found.parts] == [17, 18, 19, 20]
    assert [part.uri for part in found.parts][1] == "18.m4s?token=a,b"
    assert [part.duration_s for part in found.parts] == [2.5, 4.0, 3.0, 3.0]
    assert [part.span for part in found.parts] == [None, None, (2000, 1000), (3000, 500)]
    assert [part.new_times for part in found.parts] == [False, False, True, False]
    assert {(part.head, part.head_span) for part in found.parts} == {("init.mp4", (0, 700))}
    assert (found.target_s, found.ended) == (4.0, False)


def test_a_date_holds_for_the_segments_after_it_too() -> None:
    first = 1_772_366_400_500_000
    assert [part.t_us for part in media(LIVE).parts] == [
        first,
        first + 2_500_000,
        first + 6_500_000,
        first + 9_500_000,
    ]


def test_a_recording_has_its_end() -> None:
    assert media("#EXTM3U\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST").ended


def test_a_master_playlist_lists_variants() -> None:
    found = read_playlist(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\n# comment\nlow.m3u8\n"
        '#EXT-X-STREAM-INF:CODECS="avc1.4d401f,mp4a",BANDWIDTH=4000000\r\nhigh.m3u8\n'
    )
    assert found == Master(
        variants=(
            Variant(uri="low.m3u8", bandwidth=800_000),
            Variant(uri="high.m3u8", bandwidth=4_000_000),
        )
    )


@pytest.mark.parametrize("text", ["", "<html>", "#EXTINF:2,\na.ts", "\0\0\0"])
def test_what_is_no_playlist_is_said_to_be_none(text: str) -> None:
    with pytest.raises(StreamUnsupported, match="not an HLS playlist"):
        read_playlist(text)


def test_an_encrypted_stream_is_told() -> None:
    with pytest.raises(StreamUnsupported, match="encrypted"):
        read_playlist('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:2,\na.ts')
    assert media("#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\na.ts").parts


@pytest.mark.parametrize(
    "line",
    [
        "#EXTINF:nan,",
        "#EXTINF:-3,",
        "#EXTINF:1e999,",
        "#EXT-X-MEDIA-SEQUENCE:x",
        "#EXT-X-PROGRAM-DATE-TIME:yesterday",
        "#EXT-X-BYTERANGE:0@0",
        "#EXT-X-BYTERANGE:-1@5",
        "#EXT-X-TARGETDURATION:",
        '#EXT-X-UNKNOWN:URI="file:///etc/passwd"',
    ],
)
def test_nonsense_is_skipped(line: str) -> None:
    found = media(f"#EXTM3U\n{line}\na.ts\n")
    assert [(part.uri, part.span, part.t_us) for part in found.parts] == [("a.ts", None, None)]
    assert 0 <= found.parts[0].duration_s < 1e12
