"""The boxes of a fragmented MP4, video and sound (ISO/IEC 14496-12, -14 and -15)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.video.profiles import AvcProfile, HevcProfile

__all__ = [
    "TIMESCALE",
    "Run",
    "Sample",
    "SoundForm",
    "VideoForm",
    "aac_record",
    "avc_record",
    "box",
    "fragment",
    "full_box",
    "hevc_record",
    "init",
    "opus_record",
]

TIMESCALE = 90_000
"""Of the movie and of video; sound counts in its own samples."""
# Unity transformation, as every header wants it.
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_DEFAULT_BASE_IS_MOOF = 0x020000
# Data offset, then duration, size, flags and composition offset for each sample.
_TRUN_FLAGS = 0x000F01
_SYNC_SAMPLE = 0x02000000
_OTHER_SAMPLE = 0x01010000


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoForm:
    """What the init segment says of a video track."""

    entry: bytes
    """Name of the sample entry: avc1, hvc1, jpeg."""
    config: bytes
    """The whole configuration box of that entry; none for jpeg."""
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundForm:
    """What the init segment says of a sound track."""

    entry: bytes
    """Name of the sample entry: mp4a, Opus, alaw, ulaw."""
    config: bytes
    """The whole configuration box of that entry; none for alaw and ulaw."""
    rate_hz: int
    """Also the unit of the track's times."""
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture, or one piece of sound; times in units of its track."""

    duration: int
    offset: int = 0
    """From decoding to showing; below 0 players disagree about what is meant."""
    key: bool = True
    payload: bytes
    """A picture's NAL units, each after its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Samples of one track that follow each other."""

    track: int
    """1 for the first form given to `init`."""
    decode_time: int
    samples: Sequence[Sample]


def init(*forms: VideoForm | SoundForm) -> bytes:
    """The init segment; tracks are numbered from 1 in this order."""
    brands = struct.pack(">4sI4s4s4s", b"iso5", 512, b"iso5", b"iso6", b"mp41")
    tracks = [_track(number, form) for number, form in enumerate(forms, 1)]
    movie = box(b"moov", _movie_header(len(forms)), *tracks, _extends(len(forms)))
    return box(b"ftyp", brands) + movie


def fragment(sequence: int, *runs: Run) -> bytes:
    """The runs as one moof and one mdat."""
    header = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))
    # traf, tfhd, tfdt and trun of a run have this size without the samples.
    size = 8 + len(header) + sum(8 + 16 + 20 + 20 + 16 * len(run.samples) for run in runs)
    tracks, payloads, at = [], [], size + 8
    for run in runs:
        tracks.append(_track_run(run, at))
        run_payloads = [sample.payload for sample in run.samples]
        payloads += run_payloads
        at += sum(map(len, run_payloads))
    media = struct.pack(">I4s", at - size, b"mdat")
    return b"".join((box(b"moof", header, *tracks), media, *payloads))


def _track_run(run: Run, at: int) -> bytes:
    track = full_box(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", run.track))
    time = full_box(b"tfdt", 1, 0, struct.pack(">Q", run.decode_time))
    rows = b"".join(
        struct.pack(
            ">IIIi",
            sample.duration,
            len(sample.payload),
            _SYNC_SAMPLE if sample.key else _OTHER_SAMPLE,
            sample.offset,
        )
        for sample in run.samples
    )
    table = full_box(b"trun", 1, _TRUN_FLAGS, struct.pack(">Ii", len(run.samples), at), rows)
    return box(b"traf", track, time, table)


def avc_record(about: AvcProfile, sps: Sequence[bytes], pps: Sequence[bytes]) -> bytes:
    """The avcC box; lengths before NAL units take four bytes."""
    head = bytes((1, about.profile, about.constraints, about.level, 0xFF, 0xE0 | len(sps)))
    sets = b"".join(struct.pack(">H", len(one)) + one for one in sps)
    sets += bytes((len(pps),)) + b"".join(struct.pack(">H", len(one)) + one for one in pps)
    if about.told:
        depths = (0xF8 | (about.luma_bits - 8), 0xF8 | (about.chroma_bits - 8))
        sets += bytes((0xFC | about.chroma, *depths, 0))
    return box(b"avcC", head, sets)


def hevc_record(about: HevcProfile, arrays: Sequence[tuple[int, Sequence[bytes]]]) -> bytes:
    """The hvcC box with its parameter sets by NAL type; lengths take four bytes."""
    head = (
        b"\x01"
        + about.general
        + struct.pack(
            ">HBBBBHBB",
            0xF000,  # no segmentation known
            0xFC,  # parallelism unknown
            0xFC | about.chroma,
            0xF8 | (about.luma_bits - 8),
            0xF8 | (about.chroma_bits - 8),
            0,  # average rate unknown
            (about.sub_layers << 3) | (about.nested << 2) | 3,
            len(arrays),
        )
    )
    sets = b""
    for kind, units in arrays:
        sets += struct.pack(">BH", 0x80 | kind, len(units))
        sets += b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
    return box(b"hvcC", head, sets)


def aac_record(config: bytes) -> bytes:
    """The esds box around an AudioSpecificConfig."""
    specific = _descriptor(5, config)
    # MPEG-4 audio, an audio stream, buffer and rates unknown.
    decoder = _descriptor(4, struct.pack(">BB3xII", 0x40, 0x15, 0, 0), specific)
    stream = _descriptor(3, struct.pack(">HB", 0, 0), decoder, _descriptor(6, b"\x02"))
    return full_box(b"esds", 0, 0, stream)


def opus_record(channels: int, rate_hz: int) -> bytes:
    """The dOps box of mono or stereo."""
    return box(b"dOps", struct.pack(">BBHIhB", 0, channels, 0, rate_hz, 0, 0))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">BB", tag, len(content)) + content


def _movie_header(tracks: int) -> bytes:
    times = struct.pack(">IIII", 0, 0, TIMESCALE, 0)
    rest = struct.pack(">IHHII", 0x10000, 0x0100, 0, 0, 0)
    return full_box(b"mvhd", 0, 0, times, rest, _MATRIX, bytes(24), struct.pack(">I", tracks + 1))


def _track(number: int, form: VideoForm | SoundForm) -> bytes:
    sound = isinstance(form, SoundForm)
    width, height = (0, 0) if isinstance(form, SoundForm) else (form.width, form.height)
    header = full_box(
        b"tkhd",
        0,
        3,  # enabled, in the movie
        struct.pack(">IIIIIIIHHHH", 0, 0, number, 0, 0, 0, 0, 0, int(sound), 0x0100 * sound, 0),
        _MATRIX,
        struct.pack(">II", width << 16, height << 16),
    )
    scale = form.rate_hz if isinstance(form, SoundForm) else TIMESCALE
    media_header = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, scale, 0, 0x55C4, 0))
    kind, name = (b"soun", b"sound\0") if sound else (b"vide", b"video\0")
    handler = full_box(b"hdlr", 0, 0, struct.pack(">I4s", 0, kind), bytes(12), name)
    return box(b"trak", header, box(b"mdia", media_header, handler, _media(form)))


def _media(form: VideoForm | SoundForm) -> bytes:
    here = full_box(b"url ", 0, 1)
    place = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), here))
    empty = struct.pack(">I", 0)
    if isinstance(form, SoundForm):
        head, entry = full_box(b"smhd", 0, 0, bytes(4)), _sound_entry(form)
    else:
        head, entry = full_box(b"vmhd", 0, 1, bytes(8)), _video_entry(form)
    tables = box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        full_box(b"stts", 0, 0, empty),
        full_box(b"stsc", 0, 0, empty),
        full_box(b"stsz", 0, 0, empty, empty),
        full_box(b"stco", 0, 0, empty),
    )
    return box(b"minf", head, place, tables)


def _video_entry(form: VideoForm) -> bytes:
    return box(
        form.entry,
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HHIIIH", form.width, form.height, 0x480000, 0x480000, 0, 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
        form.config,
    )


def _sound_entry(form: SoundForm) -> bytes:
    shape = struct.pack(">HHI", form.channels, 16, 0)
    return box(
        form.entry,
        bytes(6),
        struct.pack(">H", 1),
        bytes(8),
        shape,
        struct.pack(">I", min(form.rate_hz, 0xFFFF) << 16),
        form.config,
    )


def _extends(tracks: int) -> bytes:
    numbers = range(1, tracks + 1)
    rows = [full_box(b"trex", 0, 0, struct.pack(">IIIII", n, 1, 0, 0, 0)) for n in numbers]
    return box(b"mvex", *rows)


def box(name: bytes, *parts: bytes) -> bytes:
    """A box: its size, its name, what is in it."""
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def full_box(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *parts)
