"""hypersight's form of how cameras are: `GET /statusWatch`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import JsonValue

from vedette.access.rights import Caller, sees
from vedette.core.site import Camera
from vedette.web.callers import needs
from vedette.web.wiring import Wired

__all__ = ["router"]

router = APIRouter(tags=["compat"])


@router.get("/statusWatch")
def status_watch(
    caller: Annotated[Caller, needs("cameras.view")], wiring: Wired
) -> dict[str, JsonValue]:
    """Every camera by id: whether it is being watched, and its address without a password."""
    wiring.board.forget_others(frozenset(camera.id for camera in wiring.site.now().cameras))
    live = {one.camera for one in wiring.board.streams() if one.state == "live"}
    answer: dict[str, JsonValue] = {
        camera.id: {"watching": camera.id in live, "url": _address(camera)}
        for camera in wiring.site.now().cameras
        if sees(caller, camera.id)
    }
    # The original puts this key beside the cameras.
    answer["err"] = False
    return answer


def _address(camera: Camera) -> str:
    stream = camera.stream_for("analyse") or camera.streams[0]
    address = stream.source.options.get("url", "")
    return address if isinstance(address, str) else ""
