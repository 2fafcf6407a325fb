"""What must never raise an alarm: a contract, a time window, and a day of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vedette.core.media import Pixels

__all__ = ["During", "Nuisance"]


class Nuisance(Protocol):
    """Disturbs a picture; the same for the same time and chance."""

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Change luma uint8[H, W] and chroma uint8[2, H/2, W/2] in place."""
        ...


@dataclass(frozen=True, slots=True)
class During:
    """A nuisance from one time to another."""

    nuisance: Nuisance
    start_s: float
    end_s: float

    def disturb(
        self, luma: Pixels, chroma: Pixels, t_s: float, chance: np.random.Generator
    ) -> None:
        """Only within its time."""
        if self.start_s <= t_s < self.end_s:
            self.nuisance.disturb(luma, chroma, t_s, chance)
