"""What DESCRIBE answers."""

from __future__ import annotations

import base64

from vedette.testing.clips import CLOCK_HZ, Clip
from vedette.testing.rtsp.reel import PAYLOAD_TYPE, Wire
from vedette.testing.sounds import SoundClip

__all__ = ["SOUND_TYPE", "describe"]

SOUND_TYPE = {"aac": 97, "opus": 111, "pcm_alaw": 8, "pcm_mulaw": 0}


def describe(clip: Clip, wire: Wire, sound: SoundClip | None = None) -> str:
    """The SDP of one video track, and of one with sound."""
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
        *([] if sound is None else _sound(sound)),
    ]
    return "\r\n".join(lines) + "\r\n"


def _sound(sound: SoundClip) -> list[str]:
    form, kind = sound.format, SOUND_TYPE[sound.format.codec]
    lines = [f"m=audio 0 RTP/AVP {kind}", "a=control:track1"]
    if form.codec == "aac":
        told = "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3"
        lines += [
            f"a=rtpmap:{kind} MPEG4-GENERIC/{form.rate_hz}/{form.channels}",
            f"a=fmtp:{kind} {told};indexdeltalength=3;config={form.config.hex()}",
        ]
    elif form.codec == "opus":
        lines += [
            f"a=rtpmap:{kind} opus/48000/2",
            f"a=fmtp:{kind} sprop-stereo={int(form.channels == 2)}",
        ]
    return lines


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
