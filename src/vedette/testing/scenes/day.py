"""Ten minutes in which nobody comes and everything else happens."""

from __future__ import annotations

from vedette.testing.scenes.lamps import Drift, Headlights, LightSwitch
from vedette.testing.scenes.nuisances import During, Nuisance
from vedette.testing.scenes.specks import Compressed, Grainy, Insects
from vedette.testing.scenes.weather import CloudShadows, Rain, Snow

__all__ = ["QUIET_DAY_S", "quiet_day"]

QUIET_DAY_S = 600.0


def quiet_day(size: tuple[int, int], seed: int = 0) -> tuple[Nuisance, ...]:
    """All nuisances, one after the other, some of them together; size is width, height.

    0 s calm · 60 rain · 130 clouds · 220 lights off and on, four times · 300 headlights on a
    grainy night · 380 snow · 450 poor compression · 520 rain with clouds; drift and insects always.
    """
    switched_s = (222.0, 236.0, 250.0, 255.0, 268.0, 269.0, 280.0, 290.0)
    return (
        Drift(),
        During(CloudShadows(seed=seed), 130.0, 220.0),
        During(CloudShadows(depth=0.25, speed=2.2, seed=seed + 1), 520.0, 600.0),
        LightSwitch(switched_s),
        During(Headlights(size), 300.0, 380.0),
        During(Grainy(size, seed=seed), 300.0, 380.0),
        During(Rain(size, seed=seed), 60.0, 130.0),
        During(Rain(size, drops=420, seed=seed + 1), 520.0, 600.0),
        During(Snow(size, seed=seed), 380.0, 450.0),
        Insects(seed=seed),
        During(Compressed(), 450.0, 520.0),
    )
