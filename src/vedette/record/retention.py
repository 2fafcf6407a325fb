"""Which recordings go first: pure functions over what is known about them.

The least valuable class goes first, within a class the oldest; never what is pinned, still open,
or the newest of its stream.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from vedette.core.archive import Holding
from vedette.core.footage import KEEPS, Keep, Segment, Tier
from vedette.core.site import Keeping

__all__ = [
    "DAY_US",
    "GIB",
    "MORTAL",
    "Shortage",
    "choose",
    "cutoff_us",
    "days_of",
    "excess",
    "may_go",
    "overdue",
    "value_then_age",
]

DAY_US = 86_400_000_000
GIB = 1 << 30
MORTAL: tuple[Keep, ...] = tuple(keep for keep in KEEPS if keep != "pinned")
"""Classes that retention may remove, the least valuable first."""


def days_of(keeping: Keeping, keep: Keep) -> float:
    """For how many days a class is kept; 0 means as long as it fits."""
    match keep:
        case "continuous":
            return keeping.continuous_days
        case "motion":
            return keeping.motion_days
        case "alarm":
            return keeping.alarm_days
        case "pinned":
            return 0.0


def cutoff_us(keeping: Keeping, keep: Keep, now_us: int) -> int | None:
    """What ended before that moment is too old; None when age removes nothing of a class."""
    days = days_of(keeping, keep)
    return None if days == 0 else now_us - round(days * DAY_US)


def value_then_age(one: Segment) -> tuple[int, int, str]:
    """Sorts what goes first to the front."""
    return KEEPS.index(one.keep), one.start_us, one.id


def may_go(one: Segment, newest: Collection[str]) -> bool:
    """Whether retention may touch a file at all; `newest` has ids of each stream's newest."""
    return one.keep != "pinned" and not one.open and one.id not in newest


def overdue(
    files: Iterable[Segment], keeping: Keeping, now_us: int, newest: Collection[str]
) -> list[Segment]:
    """Files of a camera that are older than their class is kept, in order of value then age."""
    ends = {keep: cutoff_us(keeping, keep, now_us) for keep in MORTAL}
    old = [
        one
        for one in files
        if may_go(one, newest) and (end := ends.get(one.keep)) is not None and one.end_us < end
    ]
    return sorted(old, key=value_then_age)


def choose(files: Iterable[Segment], needed: int, newest: Collection[str]) -> list[Segment]:
    """The first files, by value then age, that free `needed` bytes together, or all that may go."""
    chosen: list[Segment] = []
    for one in sorted((one for one in files if may_go(one, newest)), key=value_then_age):
        if needed <= 0:
            break
        chosen.append(one)
        needed -= one.size
    return chosen


def excess(holdings: Sequence[Holding], camera: str, keeping: Keeping) -> int:
    """Bytes by which a camera takes more than it may in all tiers together; 0 when it does not."""
    if keeping.most_gib == 0:
        return 0
    taken = sum(one.size for one in holdings if one.camera == camera)
    return max(0, taken - round(keeping.most_gib * GIB))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """How a disk stands against what is to stay free of it."""

    tier: Tier
    total: int
    free: int
    warn_free: int
    """Bytes."""
    min_free: int

    @property
    def warned(self) -> bool:
        """Whether people are to be told."""
        return self.free < max(self.warn_free, self.min_free)

    @property
    def needed(self) -> int:
        """Bytes to free now: a little more than what is missing, so that it is not missing again
        with the next file."""
        if self.free >= self.min_free:
            return 0
        return self.min_free - self.free + self.min_free // 20
