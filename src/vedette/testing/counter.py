"""A frame number that survives a poor encoder: black and white cells in the top left corner."""

from __future__ import annotations

import numpy as np

from vedette.core.media import Pixels

__all__ = ["COUNTER_AREA", "MAX_COUNT", "draw_counter", "read_counter"]

MAX_COUNT = (1 << 24) - 1
_COLUMNS, _ROWS = 18, 2
_BITS = 32
_CELLS_ACROSS = 64
_BLACK, _WHITE = 24, 228
_LEAST_CONTRAST = 60.0

COUNTER_AREA = (0.0, 0.0, 0.30, 0.10)
"""Box that holds the code, as fractions of the picture: to be masked in clips that carry it."""


def draw_counter(picture: Pixels, count: int) -> None:
    """Write a number 0–16777215 into a picture; BGR uint8[H, W, 3] or I420 uint8[H*3/2, W]."""
    if not 0 <= count <= MAX_COUNT:
        raise ValueError(f"a counter holds 0 to {MAX_COUNT}, not {count}")
    planar = picture.ndim == 2
    width = picture.shape[1]
    height = picture.shape[0] * 2 // 3 if planar else picture.shape[0]
    cell = _cell_px(width)
    levels = np.where(_cells(count), _WHITE, _BLACK).astype(np.uint8)
    block = levels.repeat(cell, axis=0).repeat(cell, axis=1)
    rows, columns = block.shape
    if not planar:
        picture[:rows, :columns] = block[:, :, None]
        return
    picture[:rows, :columns] = block
    chroma = picture[height:].reshape(2, height // 2, width // 2)
    chroma[:, : (rows + 1) // 2, : (columns + 1) // 2] = 128


def read_counter(luma: Pixels) -> int | None:
    """The number in a luma uint8[H, W], or None where there is none that can be trusted."""
    cell = _cell_px(luma.shape[1])
    if luma.shape[0] < _ROWS * cell:
        return None
    edge = max(1, cell // 4)
    block = luma[: _ROWS * cell, : _COLUMNS * cell].reshape(_ROWS, cell, _COLUMNS, cell)
    levels = block[:, edge:-edge, :, edge:-edge].mean(axis=(1, 3))
    black, white = levels[0, 0], levels[0, -1]
    if white - black < _LEAST_CONTRAST or levels[1, -1] > (black + white) / 2:
        return None
    bits = (levels > (black + white) / 2)[:, 1:-1].reshape(-1)
    word = int.from_bytes(np.packbits(bits).tobytes(), "big")
    count, check = word >> 8, word & 0xFF
    return count if _checksum(count) == check else None


def _cell_px(width: int) -> int:
    return max(4, width // _CELLS_ACROSS)


def _cells(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    word = (count << 8 | _checksum(count)).to_bytes(_BITS // 8, "big")
    cells = np.zeros((_ROWS, _COLUMNS), np.bool_)
    cells[:, 1:-1] = np.unpackbits(np.frombuffer(word, np.uint8)).reshape(_ROWS, -1)
    cells[1, 0] = cells[0, -1] = True
    return cells


def _checksum(count: int) -> int:
    """CRC-8 over the three bytes, started so that an all-black strip is not a valid zero."""
    crc = 0xA5
    for byte in count.to_bytes(3, "big"):
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc
