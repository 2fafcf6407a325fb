"""How the archive stands: disks, what cameras take, how long it will last."""

from __future__ import annotations

from typing import Annotated

from vedette.access.rights import Caller, sees
from vedette.core.facts import SystemWarning
from vedette.core.value import value
from vedette.pipeline.backfill import BACKFILL_STATE, Attempt, attempts_in
from vedette.record.standing import CameraStanding, DiskStanding
from vedette.web.callers import needs
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["ArchiveState", "router"]

router = feature("archive")


@value
class ArchiveState:
    """The archive just now."""

    disks: tuple[DiskStanding, ...]
    cameras: tuple[CameraStanding, ...]
    """Those the caller may see and of which there is footage."""
    warnings: tuple[SystemWarning, ...]
    """What is wrong with it, the gravest first."""
    fetches: tuple[Attempt, ...] = ()
    """Gaps that could not be filled from a camera's own recordings up to now, and why."""


@router.get("/archive")
def get_archive(caller: Annotated[Caller, needs("system.view")], wiring: Wired) -> ArchiveState:
    """Disks, bytes a day and forecast of each camera, warnings."""
    found = wiring.parts.standing()
    state = wiring.parts.settings.data_dir / BACKFILL_STATE
    return ArchiveState(
        disks=found.disks,
        cameras=tuple(one for one in found.cameras if sees(caller, one.camera)),
        fetches=tuple(one for one in attempts_in(state) if sees(caller, one.camera)),
        warnings=tuple(
            one for one in wiring.board.warnings() if one.subject.startswith("archive.")
        ),
    )
