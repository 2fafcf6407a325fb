"""How long footage will be kept at today's rate, by letting the policy run in steps of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vedette.core.archive import Holding
from vedette.core.footage import Keep
from vedette.core.site import Keeping
from vedette.record.retention import DAY_US, GIB, MORTAL, days_of

__all__ = ["Forecast", "Rates", "forecast", "rates"]

_SHORTEST_DAYS = 1 / 24
"""What has been recorded for less tells no rate of a day."""
_LONGEST_DAYS = 36_500.0
_STEPS = 48

Rates = Mapping[str, Mapping[Keep, float]]
"""Bytes a day of every camera and class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What becomes of one camera's footage if everything goes on as now."""

    camera: str
    bytes_per_day: float
    keeps_days: float | None
    """How old footage in which nothing happened gets; None: nothing ends it."""
    wanted_days: float
    """What is configured; 0: as long as it fits."""


def rates(holdings: Sequence[Holding], now_us: int) -> dict[str, dict[Keep, float]]:
    """Bytes a day of every camera by class: what there is of it, over the time it has come in."""
    sizes: defaultdict[tuple[str, Keep], int] = defaultdict(int)
    oldest: dict[tuple[str, Keep], int] = {}
    for one in holdings:
        key = (one.camera, one.keep)
        sizes[key] += one.size
        oldest[key] = min(one.oldest_us, oldest.get(key, one.oldest_us))
    found: defaultdict[str, dict[Keep, float]] = defaultdict(dict)
    for (camera, keep), size in sizes.items():
        if keep != "pinned":
            days = max((now_us - oldest[camera, keep]) / DAY_US, _SHORTEST_DAYS)
            found[camera][keep] = size / days
    return dict(found)


def forecast(
    per_day: Rates, keeping: Mapping[str, Keeping], capacity: float | None
) -> tuple[Forecast, ...]:
    """What the policy makes of these rates once it has come to rest.

    `capacity` is what footage that may go can take on all tiers together; None: without end.
    """
    limits = {
        camera: _within_most(by_keep, keeping[camera])
        for camera, by_keep in per_day.items()
        if camera in keeping
    }
    if capacity is not None:
        _fit(per_day, limits, capacity)
    return tuple(
        Forecast(
            camera=camera,
            bytes_per_day=sum(per_day[camera].values()),
            keeps_days=_shown(per_day[camera], days),
            wanted_days=keeping[camera].continuous_days,
        )
        for camera, days in sorted(limits.items())
    )


def _within_most(by_keep: Mapping[Keep, float], keeping: Keeping) -> dict[Keep, float]:
    """Days each class of one camera lasts by its age and by `most_gib`."""
    days = {keep: days_of(keeping, keep) or _LONGEST_DAYS for keep in MORTAL}
    if keeping.most_gib:
        alone = {"": dict(by_keep)}
        _fit(alone, {"": days}, keeping.most_gib * GIB)
    return days


def _fit(per_day: Rates, limits: dict[str, dict[Keep, float]], capacity: float) -> None:
    """Shorten what is kept, as the policy does: class by class, the oldest of all cameras first."""
    for keep in MORTAL:
        others = _taken(per_day, limits) - _taken(per_day, limits, keep)

        def fits(oldest: float, keep: Keep = keep, others: float = others) -> bool:
            cut = sum(
                by_keep.get(keep, 0.0) * min(oldest, limits[camera][keep])
                for camera, by_keep in per_day.items()
                if camera in limits
            )
            return cut + others <= capacity

        if fits(_LONGEST_DAYS):
            return
        oldest = _largest(fits)
        for days in limits.values():
            days[keep] = min(days[keep], oldest)


def _largest(fits: Callable[[float], bool]) -> float:
    low, high = 0.0, _LONGEST_DAYS
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _taken(
    per_day: Rates, limits: Mapping[str, Mapping[Keep, float]], only: Keep | None = None
) -> float:
    return sum(
        per_day[camera].get(keep, 0.0) * of_camera[keep]
        for camera, of_camera in limits.items()
        for keep in MORTAL
        if only is None or keep == only
    )


def _shown(by_keep: Mapping[Keep, float], days: Mapping[Keep, float]) -> float | None:
    # A camera that records only what moves is judged by that.
    keep: Keep = next((keep for keep in MORTAL if by_keep.get(keep)), "continuous")
    return None if days[keep] >= _LONGEST_DAYS else days[keep]
