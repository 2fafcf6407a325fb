"""How everything is doing."""

from __future__ import annotations

from typing import Annotated

from vedette.access.rights import Caller, sees
from vedette.web.answers import Status
from vedette.web.callers import needs
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("status")


@router.get("/status")
def status(caller: Annotated[Caller, needs("cameras.view")], wiring: Wired) -> Status:
    """Streams, analysis and processes, as last heard of."""
    wiring.board.forget_others(frozenset(camera.id for camera in wiring.site.now().cameras))
    return Status(
        streams=tuple(one for one in wiring.board.streams() if sees(caller, one.camera)),
        lanes=tuple(one for one in wiring.board.lanes() if sees(caller, one.camera)),
        recorders=tuple(one for one in wiring.board.recorders() if sees(caller, one.camera)),
        processes=wiring.board.processes() if "system.view" in caller.rights else (),
        warnings=wiring.board.warnings() if "system.view" in caller.rights else (),
    )
