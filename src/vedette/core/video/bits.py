"""Reads a parameter set bit by bit."""

from __future__ import annotations

__all__ = ["BitReader"]


class BitReader:
    """The bits of a parameter set, emulation prevention removed; ValueError at its end."""

    def __init__(self, payload: bytes) -> None:
        raw = payload.replace(b"\x00\x00\x03", b"\x00\x00")
        self._left = len(raw) * 8
        self._bits = int.from_bytes(raw, "big")

    def u(self, count: int) -> int:
        """An unsigned number of that many bits."""
        if count > self._left:
            raise ValueError("the parameter set ends too early")
        self._left -= count
        return (self._bits >> self._left) & ((1 << count) - 1)

    def ue(self) -> int:
        """An unsigned Exp-Golomb number."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("a number in the parameter set is too long")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """A signed Exp-Golomb number."""
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)
