"""Which part of a picture is shown to a model, at which size, and where on its input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vedette.core.media import Boxes, Frame, Pixels, Region
from vedette.core.ports import Look
from vedette.core.value import value
from vedette.detect.families.family import Size
from vedette.detect.finder import Finder
from vedette.detect.packing import pack

__all__ = ["Packing", "Piece", "Sheet", "Tile", "lay", "pieces_of"]


@value
class Packing:
    """How regions are brought together on a model's inputs."""

    object_px: Annotated[int, Field(ge=16)] = 128
    """Regions whose objects are known shrink until these are about so tall; it saves inputs."""
    gutter_px: Annotated[int, Field(ge=0)] = 16
    cell_px: Annotated[int, Field(ge=1)] = 32
    relook: bool = True
    """Look again, with more room, at what a region's border cuts."""
    together: Literal["auto", "always"] = "auto"
    """Regions share an input; with "auto" not when the model takes small inputs as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of one look's picture, in whole pixels, and the size it is shown at."""

    look: int
    """Index of the look."""
    frame: Frame
    x: int
    y: int
    width: int
    height: int
    shown: Size

    @property
    def region(self) -> Region:
        """The part as fractions of the picture."""
        frame = self.frame
        return (
            self.x / frame.width,
            self.y / frame.height,
            (self.x + self.width) / frame.width,
            (self.y + self.height) / frame.height,
        )

    @property
    def inner(self) -> tuple[bool, bool, bool, bool]:
        """Which of its sides (left, top, right, bottom) run through the picture."""
        return (
            self.x > 0,
            self.y > 0,
            self.x + self.width < self.frame.width,
            self.y + self.height < self.frame.height,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A piece in its place."""

    piece: Piece
    x: int
    y: int

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """x1, y1, x2, y2 in pixels of the sheet."""
        width, height = self.piece.shown
        return self.x, self.y, self.x + width, self.y + height

    def to_picture(self, box: Boxes) -> Boxes:
        """Boxes in pixels of the sheet as fractions of the tile's own picture, exactly."""
        piece = self.piece
        origin = np.array([self.x, self.y] * 2, np.float64)
        scale = np.array([piece.width / piece.shown[0], piece.height / piece.shown[1]] * 2)
        corner = np.array([piece.x, piece.y] * 2, np.float64)
        whole = np.array([piece.frame.width, piece.frame.height] * 2, np.float64)
        return np.asarray(((box - origin) * scale + corner) / whole, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One input of the model, with all that lies on it."""

    size: Size
    tiles: tuple[Tile, ...]

    def render(self, pad: int) -> Pixels:
        """uint8[H, W, 3] RGB."""
        width, height = self.size
        pixels = np.full((height, width, 3), pad, np.uint8)
        for tile in self.tiles:
            wide, high = tile.piece.shown
            shown = tile.piece.frame.rgb(tile.piece.region, tile.piece.shown)
            pixels[tile.y : tile.y + high, tile.x : tile.x + wide] = shown
        return pixels


def pieces_of(looks: Sequence[Look], finder: Finder, how: Packing) -> list[Piece]:
    """All regions of all looks as pieces; how large depends on each look alone."""
    return [
        piece
        for index, look in enumerate(looks)
        for piece in cut(index, look, look.regions, finder, how)
    ]


def cut(index: int, look: Look, regions: Boxes, finder: Finder, how: Packing) -> Iterable[Piece]:
    """A look's regions as pieces, each rounded outwards to even pixels."""
    frame = look.frame
    for region in regions:
        x1, x2 = _outwards(float(region[0]), float(region[2]), frame.width)
        y1, y2 = _outwards(float(region[1]), float(region[3]), frame.height)
        if x2 <= x1 or y2 <= y1:
            continue
        whole = x2 - x1 == frame.width and y2 - y1 == frame.height
        if whole and finder.preparation.fit == "stretch":
            shown = finder.size
        else:
            scale = min(finder.size[0] / (x2 - x1), finder.size[1] / (y2 - y1))
            if not whole:
                scale = min(scale, _enough(look, region, how))
            shown = max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale))
        yield Piece(look=index, frame=frame, x=x1, y=y1, width=x2 - x1, height=y2 - y1, shown=shown)


def _outwards(low: float, high: float, length: int) -> tuple[int, int]:
    # Even, because colour has half the resolution: the region then maps to whole samples.
    # The tolerance keeps a side that float32 put just across a pixel where it was meant.
    first = int(max(low, 0.0) * length + 1e-3) // 2 * 2
    last = -(int(-min(high, 1.0) * length + 1e-3) // 2) * 2
    return first, min(last, length)


def _enough(look: Look, region: NDArray[np.float32], how: Packing) -> float:
    """The scale at which the smallest object known in a region is as tall as is needed."""
    known = [track.box for track in look.tracks if _centre_in(track.box, region)]
    if not known:
        return 1.0
    tallest_side = [
        max((x2 - x1) * look.frame.width, (y2 - y1) * look.frame.height) for x1, y1, x2, y2 in known
    ]
    return min(1.0, how.object_px / max(min(tallest_side), 1.0))


def _centre_in(box: Region, region: NDArray[np.float32]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return bool(region[0] <= x <= region[2] and region[1] <= y <= region[3])


def lay(pieces: Sequence[Piece], finder: Finder, how: Packing) -> list[Sheet]:
    """Pieces on as few sheets as they need, or each on a small one of its own."""
    if finder.step and how.together == "auto":
        return [_sheet([Tile(piece=piece, x=0, y=0)], finder) for piece in pieces]
    spots = pack(
        [piece.shown for piece in pieces], finder.size, cell=how.cell_px, gutter=how.gutter_px
    )
    return [
        _sheet([Tile(piece=pieces[s.index], x=s.x, y=s.y) for s in placed], finder)
        for placed in spots
    ]


def _sheet(tiles: list[Tile], finder: Finder) -> Sheet:
    size = finder.size
    if finder.step:
        rectangles = [tile.rectangle for tile in tiles]
        used = max(r[2] for r in rectangles), max(r[3] for r in rectangles)
        size = (
            min(size[0], _up(int(used[0]), finder.step)),
            min(size[1], _up(int(used[1]), finder.step)),
        )
    if len(tiles) == 1 and finder.preparation.fit == "centre":
        [tile] = tiles
        wide, high = tile.piece.shown
        tiles = [Tile(piece=tile.piece, x=(size[0] - wide) // 2, y=(size[1] - high) // 2)]
    return Sheet(size=size, tiles=tuple(tiles))


def _up(length: int, step: int) -> int:
    return -(-length // step) * step
