"""The light of a place: where it comes from and how hard its shadows are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vedette.testing.scenes.sculpt import Light

__all__ = ["Lighting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lighting:
    """A sun, or a ceiling of lamps when it stands overhead and casts no shadow."""

    azimuth_deg: float = 120.0
    """Where light comes from: 0 from beyond, 90 from the right, 180 from behind the camera."""
    altitude_deg: float = 42.0
    shadow: float = 0.45
    """How dark cast shadows are; 0 casts none."""
    ambient: float = 0.52
    direct: float = 0.62
    tint: tuple[float, float, float] = (0.97, 1.0, 1.02)
    """Factors of blue, green and red."""

    @property
    def towards(self) -> tuple[float, float, float]:
        """Unit vector to the light in the world."""
        azimuth, altitude = math.radians(self.azimuth_deg), math.radians(self.altitude_deg)
        level = math.cos(altitude)
        return level * math.sin(azimuth), level * math.cos(azimuth), math.sin(altitude)

    @property
    def slope(self) -> tuple[float, float]:
        """How far a shadow's tip lies from the foot, per metre of height."""
        x, y, z = self.towards
        return x / z, y / z

    def seen(self) -> Light:
        """The same light as it falls in the picture."""
        x, y, z = self.towards
        return Light(x, z, -y + 0.35, ambient=self.ambient, direct=self.direct, tint=self.tint)

    def on(self, normal: tuple[float, float, float]) -> float:
        """How bright a surface with that unit normal is."""
        x, y, z = self.towards
        lit = max(0.0, normal[0] * x + normal[1] * y + normal[2] * z)
        return self.ambient * (0.75 + 0.3 * normal[2]) + self.direct * lit
