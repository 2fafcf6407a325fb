"""USB cameras of this machine, through Video4Linux."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from pydantic import Field, StringConstraints

from vedette.core.errors import AddressRefused, SourceError, StreamMissing, Unreachable
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import plugin
from vedette.ingest.demux import read_units
from vedette.ingest.timeline import Timeline
from vedette.ingest.unit import JpegFormat, Unit, stamp

__all__ = ["WebcamSource", "raw_units"]

_DEVICE = r"^/dev/(video[0-9]{1,3}|v4l/by-(id|path)/[A-Za-z0-9_.:+-]{1,200})$"
_FORMS: tuple[Literal["mjpeg", "h264", "raw"], ...] = ("mjpeg", "h264", "raw")


@plugin
class WebcamSource:
    """A USB camera of this machine."""

    device: Annotated[str, StringConstraints(pattern=_DEVICE)] = "/dev/video0"
    """Its device, such as /dev/video0 or /dev/v4l/by-id/…, which stays the same at every plug."""
    width: Annotated[int, Field(ge=0, le=7680)] = 0
    """Width to ask for, 0 takes the camera's own."""
    height: Annotated[int, Field(ge=0, le=4320)] = 0
    """Height to ask for, 0 takes the camera's own."""
    fps: Annotated[float, Field(ge=0, le=120)] = 0.0
    """Pictures per second to ask for, 0 takes the camera's own."""
    form: Literal["auto", "mjpeg", "h264", "raw"] = "auto"
    """What the camera is to send; `raw` pictures are made JPEGs here."""

    def open(self, origin: Origin) -> _WebcamPlay:
        """One use of the camera."""
        return _WebcamPlay(self, origin)


class _WebcamPlay:
    def __init__(self, options: WebcamSource, origin: Origin) -> None:
        self._options = options
        self._origin = origin
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def packets(self) -> Iterator[Packet]:
        if not self._origin.allowed.allow_webcams:
            raise AddressRefused("cameras of this machine are forbidden by sources.allow_webcams")
        device, timeline = self._options.device, Timeline()
        with _connect(self._options) as container:
            try:
                for unit in _units(container, device):
                    if self._closed:
                        return
                    t_us = timeline.place(unit.pts_us, self._origin.clock.now_us())
                    yield stamp(self._origin, unit, t_us)
            except (av.FFmpegError, OSError):
                raise Unreachable(f"{device} stopped: was it unplugged?") from None
        if not self._closed:
            raise Unreachable(f"{device} stopped sending pictures")


def _units(container: InputContainer, device: str) -> Iterator[Unit]:
    if container.streams.video and container.streams.video[0].codec_context.name == "rawvideo":
        return raw_units(container)
    return read_units(container, name=device)


def _connect(options: WebcamSource) -> InputContainer:
    forms = _FORMS if options.form == "auto" else (options.form,)
    fault: Exception | None = None
    for form in forms:
        try:
            return av.open(options.device, mode="r", format="v4l2", options=_asked(options, form))
        except (FileNotFoundError, PermissionError) as error:
            raise _explained(error, options.device) from None
        except (av.FFmpegError, OSError) as error:
            fault = error
    raise _explained(fault, options.device)


def _asked(options: WebcamSource, form: str) -> dict[str, str]:
    asked = {"protocol_whitelist": "", "input_format": "" if form == "raw" else form}
    if options.width and options.height:
        asked["video_size"] = f"{options.width}x{options.height}"
    if options.fps:
        asked["framerate"] = f"{options.fps:g}"
    return {name: text for name, text in asked.items() if text or name == "protocol_whitelist"}


def _explained(fault: Exception | None, device: str) -> SourceError:
    if isinstance(fault, FileNotFoundError):
        return StreamMissing(f"there is no camera {device}")
    if isinstance(fault, PermissionError):
        return Unreachable(f"{device} may not be read by this user")
    return Unreachable(f"{device} does not open: is it a camera, and is nobody else using it?")


def raw_units(container: InputContainer) -> Iterator[Unit]:
    """Uncompressed pictures as JPEGs, so that everything behind sees compressed packets only."""
    stream = container.streams.video[0]
    form = JpegFormat()
    encoder: VideoCodecContext | None = None
    last_us: int | None = None
    for frame in container.decode(stream):
        if frame.pts is None:
            continue
        picture = frame.reformat(format="yuvj420p", dst_color_range="JPEG")
        encoder = encoder or _jpeg_encoder(picture)
        pts_us = round(frame.pts * (frame.time_base or 0) * 1_000_000)
        for encoded in encoder.encode(picture):
            data = bytes(encoded)
            now = form.take(data)
            if now is not None:
                step_us = 0 if last_us is None else pts_us - last_us
                last_us = pts_us
                yield Unit(
                    pts_us=pts_us,
                    dts_us=pts_us,
                    duration_us=step_us,
                    key=True,
                    format=now,
                    data=data,
                )


def _jpeg_encoder(picture: VideoFrame) -> VideoCodecContext:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = picture.time_base or Fraction(1, 1_000_000)
    encoder.thread_count = 1
    encoder.options = {"qmin": "3", "qmax": "6"}
    return encoder
