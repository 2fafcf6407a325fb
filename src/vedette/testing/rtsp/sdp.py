"""What DESCRIBE answers."""

from __future__ import annotations

import base64

from vedette.testing.clips import CLOCK_HZ, Clip
from vedette.testing.rtsp.reel import PAYLOAD_TYPE, Wire

__all__ = ["describe"]


def describe(clip: Clip, wire: Wire) -> str:
    """The SDP of one video track."""
    kind = PAYLOAD_TYPE[clip.codec]
    lines = [
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=Vedette test camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {kind}",
        f"a=framerate:{clip.fps:g}",
        *_format(clip, wire, kind),
        "a=control:track0",
    ]
    return "\r\n".join(lines) + "\r\n"


def _format(clip: Clip, wire: Wire, kind: int) -> list[str]:
    if clip.codec == "mjpeg":
        return [f"a=rtpmap:{kind} JPEG/{CLOCK_HZ}"]
    sets = [base64.b64encode(one).decode() for one in clip.parameter_sets]
    if clip.codec == "h264":
        profile = clip.parameter_sets[0][1:4].hex()
        fmtp = f"packetization-mode=1;profile-level-id={profile}"
        if wire.parameter_sets_in_sdp:
            fmtp += f";sprop-parameter-sets={','.join(sets)}"
        return [f"a=rtpmap:{kind} H264/{CLOCK_HZ}", f"a=fmtp:{kind} {fmtp}"]
    lines = [f"a=rtpmap:{kind} H265/{CLOCK_HZ}"]
    if wire.parameter_sets_in_sdp:
        named = zip(("sprop-vps", "sprop-sps", "sprop-pps"), sets, strict=True)
        lines.append(f"a=fmtp:{kind} " + ";".join(f"{name}={text}" for name, text in named))
    return lines
