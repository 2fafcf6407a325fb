"""A detector behind one address: a JPEG goes there, boxes come back as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import ModelError
from vedette.core.labels import is_wanted
from vedette.core.media import Detections, Pixels
from vedette.detect.families.family import Preparation, Size
from vedette.detect.labels import canonical, groups
from vedette.detect.networks.http import ModelServer
from vedette.detect.options import Asking
from vedette.detect.suppress import suppress

__all__ = ["JpegFinder", "JpegSetting"]

_UNNAMED = "object"
_COORDINATES, _NUMBERS = 4, 5
_EVEN = 2

Row = tuple[float, float, float, float, float] | tuple[float, float, float, float, float, int | str]
_ROWS: TypeAdapter[list[Row]] = TypeAdapter(list[Row])


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegSetting:
    """How pictures are sent and answers are read."""

    longest_px: int
    quality: int
    names: tuple[str, ...]
    """Words for classes that the server numbers; of a single class none need be sent."""
    asking: Asking


class JpegFinder:
    """Rows `[x_min, y_min, x_max, y_max, score(, class)]` as fractions of the picture sent."""

    def __init__(self, server: ModelServer, setting: JpegSetting) -> None:
        self._server, self._setting = server, setting
        self.name = f"remote {server.url}"
        self.size: Size = (setting.longest_px, setting.longest_px)
        self.step = _EVEN
        self.preparation = Preparation(fit="corner")

    def find(self, pictures: Sequence[Pixels]) -> list[Detections]:
        return [self._one(picture) for picture in pictures]

    def close(self) -> None:
        self._server.close()

    def _one(self, picture: Pixels) -> Detections:
        quality = [cv2.IMWRITE_JPEG_QUALITY, self._setting.quality]
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        good, jpeg = cv2.imencode(".jpg", bgr, quality)
        if not good:
            raise ModelError("a picture could not be written as JPEG")
        answer = self._server.post("", jpeg.tobytes(), {"Content-Type": "image/jpeg"})
        try:
            rows = _ROWS.validate_json(answer.body)
        except ValidationError:
            said = answer.body[:120].decode(errors="replace")
            raise ModelError(
                f"{self.name} must answer a JSON list of [x_min, y_min, x_max, y_max, score] or "
                f"[…, score, class], but answers {said}"
            ) from None
        return self._detections(rows)

    def _detections(self, rows: Sequence[Row]) -> Detections:
        if not rows:
            return Detections.none()
        asking = self._setting.asking
        numbers = np.array([row[:_NUMBERS] for row in rows], np.float32)
        box = np.clip(numbers[:, :_COORDINATES], 0.0, 1.0)
        score, label = numbers[:, _COORDINATES], np.array([self._label(row) for row in rows])
        keep = (score >= asking.min_score) & (box[:, 2] > box[:, 0]) & (box[:, 3] > box[:, 1])
        if asking.labels:
            keep &= [is_wanted(str(one), asking.labels) for one in label]
        box, score, label = box[keep], np.minimum(score[keep], np.float32(1)), label[keep]
        words, kind = np.unique(label, return_inverse=True)
        stay = suppress(box, score, groups([str(w) for w in words])[kind], asking.overlap)
        return Detections(box=box[stay], score=score[stay], label=label[stay])

    def _label(self, row: Row) -> str:
        names = self._setting.names
        if len(row) == _NUMBERS:
            return names[0] if len(names) == 1 else _UNNAMED
        kind = row[_NUMBERS]
        if isinstance(kind, str):
            return canonical(kind)
        if not 0 <= kind < len(names):
            raise ModelError(f"{self.name} answers class {kind:g}, but {len(names)} are named")
        return names[int(kind)]
