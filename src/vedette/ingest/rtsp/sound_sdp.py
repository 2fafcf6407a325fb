"""What a camera says about its sound (SDP): AAC (RFC 3640), G.711 (RFC 3551), Opus (RFC 7587)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vedette.core.media import SoundCodec, SoundFormat

__all__ = ["AuHeader", "SoundTrack", "sound_track"]

_CODECS: dict[str, SoundCodec] = {
    "MPEG4-GENERIC": "aac",
    "PCMA": "pcm_alaw",
    "PCMU": "pcm_mulaw",
    "OPUS": "opus",
}
_STATIC: dict[int, SoundCodec] = {8: "pcm_alaw", 0: "pcm_mulaw"}
# By sampling frequency index (ISO/IEC 14496-3, 1.6.3.4).
_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_FASTEST_HZ = 96_000
_LC, _SBR, _PS = 2, 5, 29


@dataclass(frozen=True, slots=True, kw_only=True)
class AuHeader:
    """How many bits each field before the access units of AAC takes."""

    size: int = 13
    index: int = 3
    delta: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTrack:
    """One sound track of a codec we know."""

    format: SoundFormat
    payload_type: int
    clock_hz: int
    control: str = ""
    """Its address, whole or to be put behind that of the presentation."""
    frame_ticks: int = 0
    """What one access unit of AAC lasts, in 1/clock_hz s."""
    header: AuHeader = AuHeader()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One format of an `m=audio` section."""

    number: int
    name: str
    """Upper-case, empty where only the number is told."""
    clock_hz: int
    channels: int
    told: Mapping[str, str]
    """Parameters by lower-case name."""
    control: str


def sound_track(said: Said) -> SoundTrack | None:
    """The track, None when we do not know its codec or what is said makes no sense."""
    codec = _CODECS.get(said.name) or (_STATIC.get(said.number) if not said.name else None)
    if codec is None:
        return None
    if codec == "aac":
        return _aac(said)
    opus = codec == "opus"
    rate_hz = 48_000 if opus else said.clock_hz if said.name else 8_000
    channels = said.channels
    if opus:
        channels = 2 if said.told.get("sprop-stereo") == "1" else 1
    if not 0 < rate_hz <= _FASTEST_HZ or channels not in (1, 2):
        return None
    return SoundTrack(
        format=SoundFormat(codec=codec, rate_hz=rate_hz, channels=channels),
        payload_type=said.number,
        clock_hz=rate_hz,
        control=said.control,
    )


def _aac(said: Said) -> SoundTrack | None:
    if said.told.get("mode", "aac-hbr").lower() not in ("aac-hbr", "aac-lbr", "generic"):
        return None
    header = AuHeader(
        size=_count(said.told, "sizelength", 13),
        index=_count(said.told, "indexlength", 3),
        delta=_count(said.told, "indexdeltalength", 3),
    )
    try:
        config = bytes.fromhex(said.told.get("config", ""))
    except ValueError:
        return None
    config = config or _plain_config(said)
    about = _read_config(config)
    if about is None or not 0 < said.clock_hz <= _FASTEST_HZ:
        return None
    if not 0 < header.size <= 16 or header.index > 8 or header.delta > 8:
        return None
    core_hz, rate_hz, channels, samples = about
    return SoundTrack(
        format=SoundFormat(
            codec="aac", rate_hz=rate_hz, channels=channels or said.channels, config=config
        ),
        payload_type=said.number,
        clock_hz=said.clock_hz,
        control=said.control,
        frame_ticks=samples * said.clock_hz // core_hz,
        header=header,
    )


def _count(told: Mapping[str, str], name: str, otherwise: int) -> int:
    text = told.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else otherwise


def _plain_config(said: Said) -> bytes:
    """AAC-LC as the mapping has it, where a camera leaves its configuration out."""
    if said.clock_hz not in _RATES_HZ or not 0 < said.channels < 8:
        return b""
    bits = _LC << 11 | _RATES_HZ.index(said.clock_hz) << 7 | said.channels << 3
    return bits.to_bytes(2, "big")


def _read_config(config: bytes) -> tuple[int, int, int, int] | None:
    """(rate of the core, rate, channels, samples per access unit), None if it makes no sense."""
    if not 2 <= len(config) <= 64:
        return None
    bits = _Bits(config + bytes(8))
    kind = bits.take(5)
    core_hz = rate_hz = bits.rate_hz()
    channels = bits.take(4)
    if kind in (_SBR, _PS):
        rate_hz = bits.rate_hz()
        kind = bits.take(5)
    samples = 960 if bits.take(1) else 1024
    good = 0 < core_hz <= _FASTEST_HZ and 0 < rate_hz <= _FASTEST_HZ and channels < 8
    # Only what the hbr mode is made for; others have access units of other lengths.
    return (core_hz, rate_hz, channels, samples) if good and kind == _LC else None


class _Bits:
    def __init__(self, octets: bytes) -> None:
        self._value, self._left = int.from_bytes(octets, "big"), 8 * len(octets)

    def take(self, count: int) -> int:
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def rate_hz(self) -> int:
        index = self.take(4)
        if index == 15:
            return self.take(24)
        return _RATES_HZ[index] if index < len(_RATES_HZ) else 0
