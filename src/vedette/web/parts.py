"""What the web server is given by whoever builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vedette.core.archive import ActivityStore, FootageStore
from vedette.core.clock import Clock
from vedette.core.credentials import AccessStores
from vedette.core.facts import ProbeResult
from vedette.core.ports import (
    AlarmStore,
    Bus,
    EventStore,
    PacketHub,
    RestreamKeyStore,
    SiteStore,
)
from vedette.core.settings import Settings
from vedette.core.site import Camera, Spec
from vedette.pipeline.export_desk import ExportDesk
from vedette.record.reading import ArchiveFiles
from vedette.record.standing import Standing

__all__ = ["Parts", "Prober"]


class Prober(Protocol):
    """Tries a source."""

    def __call__(self, spec: Spec, timeout_s: float) -> ProbeResult:
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
    restream_keys: RestreamKeyStore
    footage: FootageStore
    exports: ExportDesk
    export_key: Callable[[], str]
    """The public key that exports are verified with."""
    files: ArchiveFiles
    activity: ActivityStore
    standing: Callable[[], Standing]
    """How the archive stands just now."""
    access: AccessStores
    bus: Bus
    packets: PacketHub
    stills: PacketHub
    """JPEGs, by `StillsWanted.name`; made where pictures are decoded, never here."""
    probe: Prober
    check_camera: Callable[[Camera], None]
    """Raises ConfigError when a camera could not be built as configured."""
    snapshots: Path
    """Folder below which stored pictures lie."""
