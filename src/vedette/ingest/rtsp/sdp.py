"""What a camera says about its video track (SDP, RFC 8866, and the codecs' payload formats)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field, replace
from typing import Literal

from vedette.core.errors import StreamMissing, StreamUnsupported
from vedette.ingest.rtsp.sound_sdp import Said, SoundTrack, sound_track

__all__ = ["Track", "read_sdp"]

Codec = Literal["h264", "hevc", "mjpeg"]

_CODECS: dict[str, Codec] = {"H264": "h264", "H265": "hevc", "HEVC": "hevc", "JPEG": "mjpeg"}
_SETS = ("sprop-vps", "sprop-sps", "sprop-pps")
_JPEG_TYPE = 26
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One video track."""

    codec: Codec
    payload_type: int
    clock_hz: int = 90_000
    control: str = ""
    """Its address, whole or to be put behind that of the presentation."""
    sets: tuple[bytes, ...] = ()
    """Parameter sets, if told."""
    size: tuple[int, int] | None = None
    """Width and height, if told."""
    has_audio: bool = False
    """Whether the presentation has sound besides."""
    sound: SoundTrack | None = None
    """The first sound track of a codec we know."""


@dataclass(slots=True)
class _Media:
    """The lines of one `m=` section."""

    kind: str
    formats: list[str]
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [text for key, text in self.attributes if key == name]


def read_sdp(text: str) -> Track:
    """The first video track of a codec we know; StreamUnsupported names what there is instead."""
    media = _sections(text)
    has_audio = any(one.kind == "audio" for one in media)
    videos = [one for one in media if one.kind == "video"]
    if not videos:
        raise StreamMissing("the camera offers no video there")
    found = [track for one in videos if (track := _track(one, has_audio)) is not None]
    if not found:
        names = sorted({name for one in videos for name in _names(one)})
        shown = re.sub(r"[^\w/., -]", "", ", ".join(names))[:60] or "something unknown"
        raise StreamUnsupported(f"the camera sends {shown}; we read H.264, H.265 and MJPEG")
    sounds = (_sound(one) for one in media if one.kind == "audio")
    return replace(found[0], sound=next((one for one in sounds if one is not None), None))


def _sections(text: str) -> list[_Media]:
    media: list[_Media] = []
    for line in text.splitlines()[:_MOST_LINES]:
        if line.startswith("m="):
            words = line[2:].split()
            media.append(_Media(words[0] if words else "", words[3:]))
        elif line.startswith("a=") and media:
            name, _, rest = line[2:].strip().partition(":")
            media[-1].attributes.append((name, rest.strip()))
    return media


def _names(media: _Media) -> list[str]:
    return [text.partition(" ")[2].partition("/")[0] for text in media.all("rtpmap")]


def _track(media: _Media, has_audio: bool) -> Track | None:
    for form in media.formats:
        number = int(form) if form.isdigit() and int(form) < 128 else -1
        name, hz = _mapping(media, form)
        codec = "mjpeg" if number == _JPEG_TYPE else _CODECS.get(name.upper())
        if codec is None or number < 0:
            continue
        return Track(
            codec=codec,
            payload_type=number,
            clock_hz=hz,
            control=next(iter(media.all("control")), ""),
            sets=_parameter_sets(codec, media, form),
            size=_size(media),
            has_audio=has_audio,
        )
    return None


def _sound(media: _Media) -> SoundTrack | None:
    for form in media.formats:
        number = int(form) if form.isascii() and form.isdigit() and len(form) < 4 else -1
        if not 0 <= number < 128:
            continue
        mapped = dict(text.partition(" ")[::2] for text in media.all("rtpmap"))
        name, hz, channels = (*mapped.get(form, "").strip().split("/"), "", "")[:3]
        said = Said(
            number=number,
            name=name.upper(),
            clock_hz=_number(hz, 8_000),
            channels=_number(channels, 1),
            told=_parameters(media, form),
            control=next(iter(media.all("control")), ""),
        )
        track = sound_track(said)
        if track is not None:
            return track
    return None


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 else otherwise


def _parameters(media: _Media, form: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for text in media.all("fmtp"):
        number, _, rest = text.partition(" ")
        if number == form:
            pairs = (pair.partition("=") for pair in rest.split(";"))
            said |= {name.strip().lower(): value.strip() for name, _, value in pairs}
    return said


def _mapping(media: _Media, form: str) -> tuple[str, int]:
    for text in media.all("rtpmap"):
        number, _, rest = text.partition(" ")
        if number == form:
            name, _, hz = rest.strip().partition("/")
            hz = hz.partition("/")[0]
            return name, int(hz) if hz.isdigit() and int(hz) else 90_000
    return "", 90_000


def _parameter_sets(codec: Codec, media: _Media, form: str) -> tuple[bytes, ...]:
    said = _parameters(media, form)
    names = ("sprop-parameter-sets",) if codec == "h264" else _SETS
    coded = [one for name in names for one in said.get(name, "").split(",") if one]
    return tuple(nal for one in coded if (nal := _decoded(one)))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _size(media: _Media) -> tuple[int, int] | None:
    for name in ("x-dimensions", "framesize"):
        for text in media.all(name):
            found = re.search(r"(\d{2,5})\s*[-,x]\s*(\d{2,5})\s*$", text)
            if found:
                return int(found[1]), int(found[2])
    return None
