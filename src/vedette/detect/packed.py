"""A detector that brings regions of several pictures and cameras before a model together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Boxes, Detections
from vedette.core.ports import Look
from vedette.detect.finder import Finder
from vedette.detect.labels import groups
from vedette.detect.pieces import Packing, Piece, Sheet, Tile, cut, lay, pieces_of
from vedette.detect.plausible import settle
from vedette.detect.suppress import inside_matrix, suppress

__all__ = ["Packed"]

_EDGE_PX = 3.0
"""A box that ends so near to its tile's edge may go on beyond it."""
_OWN = 0.5
"""Share of a box that must lie on one tile; what straddles a gutter is nobody's."""
_PART = 0.7
"""Share of a cut box inside another from which on it is a part of that object."""
_TWICE = 0.5
"""Intersection over union from which on two regions saw the same object."""
_DOUBT = 0.75
"""What a cut box's score is worth."""
_RELOOK_SCORE = 0.3
_RELOOK_MOST = 2
_MARGIN = 0.25
_CONCERNS = 0.2
"""Share of a cut box in something known from which on it is that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What was seen on one tile."""

    piece: Piece
    found: Detections
    """Boxes as fractions of the picture, clipped to the tile."""
    cut: NDArray[np.bool_]
    """bool[n, 4] which sides end at a tile's edge that is not the picture's."""


class Packed:
    """Turns looks into model inputs and boxes back, several looks at once."""

    def __init__(
        self, finder: Finder, how: Packing | None = None, *, occupants: bool = False
    ) -> None:
        self._finder, self._how, self._occupants = finder, how or Packing(), occupants
        self.name = finder.name
        self.calls = 0
        """Model inputs used so far."""

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        sightings = self._see(pieces_of(looks, self._finder, self._how))
        if self._how.relook:
            sightings += self._see(self._again(looks, sightings))
        return [
            settle(
                _merge([one for one in sightings if one.piece.look == index]),
                occupants=self._occupants,
            )
            for index in range(len(looks))
        ]

    def close(self) -> None:
        self._finder.close()

    def _see(self, pieces: Sequence[Piece]) -> list[Sighting]:
        if not pieces:
            return []
        sheets = lay(pieces, self._finder, self._how)
        self.calls += len(sheets)
        pad = self._finder.preparation.pad
        found = self._finder.find([sheet.render(pad) for sheet in sheets])
        return [
            sighting
            for sheet, seen in zip(sheets, found, strict=True)
            for sighting in _share_out(sheet, seen)
        ]

    def _again(self, looks: Sequence[Look], sightings: Sequence[Sighting]) -> list[Piece]:
        pieces: list[Piece] = []
        for index, look in enumerate(looks):
            own = [one for one in sightings if one.piece.look == index]
            wider = _wider(own, _known(look))
            if len(wider):
                pieces += cut(index, look, wider, self._finder, self._how)
        return pieces


def _share_out(sheet: Sheet, seen: Detections) -> list[Sighting]:
    """Each box to the tile it lies on, in fractions of that tile's picture."""
    scale = np.array([*sheet.size, *sheet.size], np.float32)
    box = seen.box * scale
    tiles = np.array([tile.rectangle for tile in sheet.tiles], np.float32)
    share = inside_matrix(box, tiles)
    owner = share.argmax(axis=1) if len(box) else np.zeros(0, np.intp)
    mostly = share[np.arange(len(box)), owner] >= _OWN
    return [
        _sighting(tile, box[mine], seen[mine])
        for number, tile in enumerate(sheet.tiles)
        for mine in (np.flatnonzero(mostly & (owner == number)),)
    ]


def _sighting(tile: Tile, box: Boxes, seen: Detections) -> Sighting:
    x1, y1, x2, y2 = tile.rectangle
    low, high = np.array([x1, y1], np.float32), np.array([x2, y2], np.float32)
    near = np.concatenate([box[:, :2] <= low + _EDGE_PX, box[:, 2:] >= high - _EDGE_PX], axis=1)
    clipped = np.concatenate(
        [np.clip(box[:, :2], low, high), np.clip(box[:, 2:], low, high)], axis=1
    )
    found = Detections(
        box=np.clip(tile.to_picture(clipped), 0.0, 1.0), score=seen.score, label=seen.label
    )
    return Sighting(piece=tile.piece, found=found, cut=near & np.array(tile.piece.inner))


def _known(look: Look) -> Boxes:
    """What moves in a look and who is followed there."""
    boxes = [*look.motion.boxes, *(track.box for track in look.tracks)]
    return np.array(boxes, np.float32).reshape(-1, 4)


def _wider(sightings: Sequence[Sighting], known: Boxes) -> Boxes:
    """Regions with more room around what was cut, best first and not many.

    Of what neither moves nor is followed, such as a parked car at a region's border, a part will
    do: looking again at each would double the cost of busy places.
    """
    wanted: list[tuple[float, Boxes]] = []
    for one in sightings:
        doubtful = one.cut.any(axis=1) & (one.found.score >= _RELOOK_SCORE)
        if len(known):
            doubtful &= (inside_matrix(one.found.box, known) > _CONCERNS).any(axis=1)
        for index in np.flatnonzero(doubtful):
            box = one.found.box[index]
            room = _room(one, int(index))
            grown = np.clip(box + room * np.array([-1, -1, 1, 1], np.float32), 0.0, 1.0)
            wanted.append((float(one.found.score[index]), grown.astype(np.float32)))
    wanted.sort(key=lambda pair: -pair[0])
    chosen: list[Boxes] = []
    for _, region in wanted:
        already = np.array(chosen, np.float32).reshape(-1, 4)
        if not (inside_matrix(region[None], already) > _PART).any():
            chosen.append(region)
    return np.array(chosen[:_RELOOK_MOST], np.float32).reshape(-1, 4)


def _room(one: Sighting, index: int) -> NDArray[np.float32]:
    """float32[4]: how far to grow to each side; where cut, by the longer side that is seen."""
    box, frame = one.found.box[index], one.piece.frame
    size = box[2:] - box[:2]
    longer = max(size[0] * frame.width, size[1] * frame.height)
    beyond = np.array([longer / frame.width, longer / frame.height], np.float32)
    return np.where(one.cut[index], np.tile(beyond, 2), _MARGIN * np.tile(size, 2))


def _merge(sightings: Sequence[Sighting]) -> Detections:
    """One look's detections: what two regions both saw once, the whole before its parts."""
    sightings = [one for one in sightings if len(one.found)]
    if not sightings:
        return Detections.none()
    box = np.concatenate([one.found.box for one in sightings])
    label = np.concatenate([one.found.label for one in sightings])
    cut_off = np.concatenate([one.cut.any(axis=1) for one in sightings])
    score = np.concatenate([one.found.score for one in sightings])
    score = np.where(cut_off, score * np.float32(_DOUBT), score).astype(np.float32)
    words, kind = np.unique(label, return_inverse=True)
    group = groups(list(words))[kind]
    if len(sightings) > 1:
        part = _parts(box, group, cut_off)
        stay = suppress(box, np.where(part, np.float32(0), score), group, _TWICE)
        stay = stay[~part[stay]]
    else:
        stay = np.arange(len(box))
    return Detections(box=box[stay], score=score[stay], label=label[stay])


def _parts(box: Boxes, group: NDArray[np.intp], cut_off: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """bool[n] cut boxes that mostly lie inside an uncut one of their group."""
    inside = inside_matrix(box, box) > _PART
    same = group[:, None] == group[None, :]
    np.fill_diagonal(inside, False)
    return np.asarray(cut_off & (inside & same & ~cut_off[None, :]).any(axis=1), np.bool_)
