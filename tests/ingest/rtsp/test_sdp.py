"""What cameras say about their tracks, as real ones write it."""

from __future__ import annotations

import pytest

from vedette.core.errors import StreamMissing, StreamUnsupported
from vedette.ingest.rtsp.sdp import read_sdp

HEAD = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=Media\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n"
AUDIO = "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:trackID=2\r\n"
H264 = (
    "m=video 0 RTP/AVP 96\r\na=control:rtsp://10.0.0.9/x/trackID=1\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=1; profile-level-id=4d0029; "
    "sprop-parameter-sets=Z00AKeKQDwBE/LgLcBAQGkHiRFQ=,aO48gA==\r\n"
)
H265 = (
    "m=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\na=fmtp:98 sprop-vps=QAEMAf//;"
    "sprop-sps=QgEBAWA=;sprop-pps=RAHA\r\na=control:track1\r\n"
)


def test_h264_with_audio_beside_it() -> None:
    track = read_sdp(HEAD + AUDIO + H264)
    assert (track.codec, track.payload_type, track.clock_hz) == ("h264", 96, 90_000)
    assert track.control == "rtsp://10.0.0.9/x/trackID=1"
    assert [nal[0] & 0x1F for nal in track.sets] == [7, 8]
    assert track.has_audio


def test_h265_sets_come_in_their_order() -> None:
    track = read_sdp(HEAD + H265)
    assert (track.codec, track.control, track.has_audio) == ("hevc", "track1", False)
    assert [nal[0] >> 1 for nal in track.sets] == [32, 33, 34]


def test_jpeg_is_known_by_its_number() -> None:
    text = HEAD + "m=video 0 RTP/AVP 26\r\na=x-dimensions:2560,1440\r\na=control:track1\r\n"
    track = read_sdp(text)
    assert (track.codec, track.payload_type, track.size) == ("mjpeg", 26, (2560, 1440))


def test_the_first_track_we_can_read_is_taken() -> None:
    other = "m=video 0 RTP/AVP 97\r\na=rtpmap:97 MP4V-ES/90000\r\na=control:track9\r\n"
    assert read_sdp(HEAD + other + H264).codec == "h264"


@pytest.mark.parametrize(
    "broken",
    [
        H264.replace("Z00AKeKQDwBE/LgLcBAQGkHiRFQ=", "%%%"),
        H264.replace("aO48gA==", "aO48gA"),
        H264.replace("RTP/AVP 96", "RTP/AVP 96 97"),
        H264.replace("\r\n", "\n"),
        H264.replace("H264/90000", "h264/90000/1"),
    ],
)
def test_faults_that_cameras_make_are_lived_with(broken: str) -> None:
    assert read_sdp(HEAD + broken).codec == "h264"


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", StreamMissing, "no video"),
        (HEAD + AUDIO, StreamMissing, "no video"),
        (HEAD + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", StreamUnsupported, "VP8"),
        (HEAD + "m=video 0 RTP/AVP 96\r\n", StreamUnsupported, "something unknown"),
        (HEAD + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 \x1b[31m<b>\r\n", StreamUnsupported, "31mb"),
    ],
)
def test_what_we_cannot_read_is_named(text: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_sdp(text)
