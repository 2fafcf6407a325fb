"""Lines of a camera."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from vedette.access.rights import Caller, authorise
from vedette.core.site import Camera, Line
from vedette.web.callers import needs
from vedette.web.edits import CameraEdit, same_id, with_one, without
from vedette.web.params import CameraId, PartId
from vedette.web.routing import API, feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("lines", f"{API}/cameras/{{camera_id}}")


@router.get("/lines")
def list_lines(
    camera_id: CameraId, caller: Annotated[Caller, needs("cameras.view")], wiring: Wired
) -> tuple[Line, ...]:
    """All lines of a camera."""
    authorise(caller, "cameras.view", [camera_id])
    return wiring.site.now().camera(camera_id).lines


@router.put("/lines/{line_id}")
def put_line(camera_id: CameraId, line_id: PartId, line: Line, edit: CameraEdit) -> Line:
    """Add or change a line."""
    same_id(line_id, line.id)

    def change(camera: Camera) -> Camera:
        return replace(camera, lines=with_one(camera.lines, line))

    edit.camera(camera_id, change)
    return line


@router.delete("/lines/{line_id}", status_code=204)
def delete_line(camera_id: CameraId, line_id: PartId, edit: CameraEdit) -> None:
    """Remove a line; refused while a rule uses it."""

    def change(camera: Camera) -> Camera:
        return replace(camera, lines=without(camera.lines, line_id, "line"))

    edit.camera(camera_id, change)
