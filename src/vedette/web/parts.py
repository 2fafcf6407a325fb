"""What the web server is given by whoever builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vedette.core.clock import Clock
from vedette.core.ports import AlarmStore, Bus, EventStore, PacketHub, SiteStore, UserStore
from vedette.core.settings import Settings
from vedette.core.site import Camera, Spec
from vedette.core.value import value

__all__ = ["Parts", "Prober", "SourceTest"]


@value
class SourceTest:
    """What a connection test found, or why it could not."""

    ok: bool
    seconds: float
    """How long the test took."""
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    """True pictures per second."""
    bitrate_bps: float = 0.0
    key_interval_s: float = 0.0
    """Time between key frames."""
    message: str = ""
    """What went wrong, in words a person understands."""
    code: str = ""
    """The same as a translation key."""


class Prober(Protocol):
    """Tries a source."""

    def __call__(self, spec: Spec, timeout_s: float) -> SourceTest:
        """What the source sends; answers within the time, never raises for a bad source."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The server's collaborators."""

    settings: Settings
    clock: Clock
    site: SiteStore
    events: EventStore
    alarms: AlarmStore
    users: UserStore
    bus: Bus
    packets: PacketHub
    probe: Prober
    check_camera: Callable[[Camera], None]
    """Raises ConfigError when a camera could not be built as configured."""
    snapshots: Path
    """Folder below which stored pictures lie."""
