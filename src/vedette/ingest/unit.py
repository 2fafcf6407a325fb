"""One compressed picture on its way to becoming a Packet, and the format it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vedette.core.media import Packet, StreamFormat
from vedette.core.ports import Origin
from vedette.core.video.nal import VideoCodec, is_key, is_parameter_set, join, leading, nal_type
from vedette.core.video.sizes import jpeg_size, sps_size

__all__ = ["JpegFormat", "SameFormat", "Unit", "VideoFormat", "stamp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A picture as a source read it: times on the stream's own clock."""

    pts_us: int
    dts_us: int
    """When it is to be decoded; before `pts_us` only where pictures are reordered."""
    duration_us: int
    key: bool
    format: StreamFormat
    data: bytes
    damaged: bool = False


def stamp(origin: Origin, unit: Unit, t_us: int) -> Packet:
    """The packet of a unit captured at that time."""
    return Packet(
        camera=origin.camera,
        stream=origin.stream,
        t_us=t_us,
        pts_us=unit.pts_us,
        duration_us=unit.duration_us,
        key=unit.key,
        format=unit.format,
        data=unit.data,
        damaged=unit.damaged,
    )


class SameFormat:
    """Keeps a format the same object where a stream is read in several pieces."""

    def __init__(self) -> None:
        self._format: StreamFormat | None = None

    def keep(self, unit: Unit) -> Unit:
        """The unit with the format object of those before it, if it is equal."""
        if self._format == unit.format:
            return unit if unit.format is self._format else replace(unit, format=self._format)
        self._format = unit.format
        return unit


class VideoFormat:
    """Follows the parameter sets of an H.264 or H.265 stream.

    The format stays the same object until a set changes; key pictures get the sets they lack.
    """

    def __init__(self, codec: VideoCodec, sets: Iterable[bytes] = ()) -> None:
        self._codec = codec
        self._sets: dict[tuple[int, int], bytes] = {}
        self._format: StreamFormat | None = None
        self._learn(list(sets))

    @property
    def format(self) -> StreamFormat | None:
        """The format now, None until parameter sets have come."""
        return self._format

    def take(self, data: bytes, *, key: bool | None = None) -> tuple[bytes, bool] | None:
        """An Annex B access unit as it is to be handed on and whether it is key.

        `key` is what the container says; None asks the slice itself. None until the format is
        known.
        """
        sets, kind = self._look(data)
        if sets:
            self._learn(sets)
        if self._format is None:
            return None
        if key is None:
            key = is_key(self._codec, kind)
        has_sps = any(nal_type(self._codec, nal) == self._sps for nal in sets)
        if key and not has_sps:
            data = self._format.extradata + data
        return data, key

    @property
    def _sps(self) -> int:
        return 7 if self._codec == "h264" else 33

    def _look(self, data: bytes) -> tuple[list[bytes], int]:
        sets, kind = [], -1
        for nal in leading(self._codec, data):
            kind = nal_type(self._codec, nal)
            if is_parameter_set(self._codec, kind):
                sets.append(nal)
        return sets, kind

    def _learn(self, sets: list[bytes]) -> None:
        known = dict(self._sets)
        for nal in sets:
            kind = nal_type(self._codec, nal)
            if kind == self._sps and sps_size(self._codec, nal) is None:
                # A damaged set; the next key picture brings it anew.
                return
            known[kind, _set_id(self._codec, kind, nal)] = nal
        if known == self._sets:
            return
        self._sets = known
        self._format = self._make()

    def _make(self) -> StreamFormat | None:
        ordered = [self._sets[key] for key in sorted(self._sets)]
        newest = [nal for nal in ordered if nal_type(self._codec, nal) == self._sps]
        size = sps_size(self._codec, newest[-1]) if newest else None
        if size is None:
            return None
        return StreamFormat(
            codec=self._codec, width=size.width, height=size.height, extradata=join(ordered)
        )


def _set_id(codec: VideoCodec, kind: int, nal: bytes) -> int:
    """The set's own number where it is near its front; streams with several SPS are not made."""
    if codec == "h264":
        return _first_ue(nal[1:5]) if kind == 8 else 0
    return _first_ue(nal[2:6]) if kind == 34 else 0


def _first_ue(head: bytes) -> int:
    bits = f"{int.from_bytes(head, 'big'):0{len(head) * 8}b}" if head else ""
    zeros = len(bits) - len(bits.lstrip("0"))
    code = bits[zeros : 2 * zeros + 1]
    return int(code, 2) - 1 if code else 0


class JpegFormat:
    """Follows the size of a stream of JPEGs."""

    def __init__(self) -> None:
        self._format: StreamFormat | None = None

    def take(self, data: bytes) -> StreamFormat | None:
        """The picture's format, the same object as before if the size stays; None if no JPEG."""
        size = jpeg_size(data)
        if size is None:
            return self._format
        now = self._format
        if now is None or (now.width, now.height) != size:
            self._format = StreamFormat(codec="mjpeg", width=size.width, height=size.height)
        return self._format
