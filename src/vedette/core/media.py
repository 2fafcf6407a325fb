"""What flows before it is understood: packets, frames, detections.

Pixels never leave the process that decoded them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "WHOLE",
    "Boxes",
    "Detections",
    "Frame",
    "Packet",
    "Pixels",
    "Planes",
    "Region",
    "Sound",
    "SoundCodec",
    "SoundFormat",
    "StreamFormat",
    "no_boxes",
    "pictures_of",
]

Pixels = NDArray[np.uint8]
Boxes = NDArray[np.float32]
"""float32[n, 4]: x1, y1, x2, y2 as fractions of the picture, origin top left."""

Region = tuple[float, float, float, float]
"""One box of the same form."""

WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


def no_boxes() -> Boxes:
    """Boxes of nothing."""
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """How packets are to be read; a new one arrives in band whenever the camera changes it."""

    codec: str
    """FFmpeg's name: h264, hevc, mjpeg."""
    width: int
    height: int
    extradata: bytes = b""
    """Parameter sets as Annex B (H.264: SPS PPS; H.265: VPS SPS PPS); empty for MJPEG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One compressed picture as received; H.264 and H.265 as an Annex B access unit."""

    camera: str
    stream: str
    t_us: int
    """Capture time, wall clock."""
    pts_us: int
    """The stream's own clock: true distances between pictures, jumps only on reconnect."""
    duration_us: int
    key: bool
    format: StreamFormat
    """The same object as long as nothing changes."""
    data: bytes
    damaged: bool = False
    """Known to be incomplete or corrupt; the decoder may refuse it."""


SoundCodec = Literal["aac", "opus", "pcm_alaw", "pcm_mulaw"]
"""FFmpeg's names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFormat:
    """How sound is to be read."""

    codec: SoundCodec
    rate_hz: int
    channels: int
    config: bytes = b""
    """The AudioSpecificConfig of AAC; empty for all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One piece of compressed sound as received, which can be decoded by itself."""

    camera: str
    stream: str
    t_us: int
    """When its first sample was heard, on the wall clock of the pictures."""
    pts_us: int
    """The sound track's own clock; its zero is not that of the pictures."""
    duration_us: int
    format: SoundFormat
    """The same object as long as nothing changes."""
    data: bytes


def pictures_of(received: Iterable[Packet | Sound]) -> Iterator[Packet]:
    """What a source yields without its sound."""
    return (one for one in received if isinstance(one, Packet))


class Planes(Protocol):
    """A decoded picture in the decoder's own memory."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    def luma(self) -> Pixels:
        """uint8[H, W], no copy; valid as long as this object lives; never write to it."""
        ...

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        """uint8[h, w, 3] RGB of a region, scaled to `size` (width, height) if given."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of one camera, its pixels made only on demand."""

    camera: str
    stream: str
    seq: int
    t_us: int
    pts_us: int
    planes: Planes = field(repr=False)

    @property
    def width(self) -> int:
        return self.planes.width

    @property
    def height(self) -> int:
        return self.planes.height

    @property
    def luma(self) -> Pixels:
        """uint8[H, W], no copy; never write to it."""
        return self.planes.luma()

    def rgb(self, region: Region = WHOLE, size: tuple[int, int] | None = None) -> Pixels:
        """uint8[h, w, 3] of a region, scaled to `size` (width, height) or at full resolution."""
        return self.planes.rgb(region, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """What a detector saw in one picture, as parallel arrays; `d[mask]` selects."""

    box: Boxes
    """float32[n, 4], fractions of the picture."""
    score: NDArray[np.float32]
    """float32[n], 0–1."""
    label: NDArray[np.str_]
    """str[n]."""
    embedding: NDArray[np.float32] | None = None
    """float32[n, d] appearance, where the detector gives one."""

    def __post_init__(self) -> None:
        n = len(self.box)
        if self.box.shape != (n, 4):
            raise ValueError(f"Detections.box must be [n, 4], is {list(self.box.shape)}")
        if self.score.shape != (n,) or self.label.shape != (n,):
            raise ValueError(
                f"Detections of {n} boxes need score [{n}] and label [{n}], "
                f"got {list(self.score.shape)} and {list(self.label.shape)}"
            )
        if self.embedding is not None and self.embedding.shape[0] != n:
            raise ValueError(f"Detections.embedding must have {n} rows")

    @staticmethod
    def none() -> Detections:
        """Nothing seen."""
        return Detections(
            box=no_boxes(), score=np.zeros(0, np.float32), label=np.zeros(0, dtype=np.str_)
        )

    def __len__(self) -> int:
        return len(self.score)

    def __getitem__(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        embedding = None if self.embedding is None else self.embedding[mask]
        return Detections(
            box=self.box[mask],
            score=self.score[mask],
            label=self.label[mask],
            embedding=embedding,
        )
