"""Zones of a camera."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from vedette.access.rights import Caller, authorise
from vedette.core.site import Camera, Zone
from vedette.web.callers import needs
from vedette.web.edits import CameraEdit, same_id, with_one, without
from vedette.web.params import CameraId, PartId
from vedette.web.routing import API, feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("zones", f"{API}/cameras/{{camera_id}}")


@router.get("/zones")
def list_zones(
    camera_id: CameraId, caller: Annotated[Caller, needs("cameras.view")], wiring: Wired
) -> tuple[Zone, ...]:
    """All zones of a camera."""
    authorise(caller, "cameras.view", [camera_id])
    return wiring.site.now().camera(camera_id).zones


@router.put("/zones/{zone_id}")
def put_zone(camera_id: CameraId, zone_id: PartId, zone: Zone, edit: CameraEdit) -> Zone:
    """Add or change a zone."""
    same_id(zone_id, zone.id)

    def change(camera: Camera) -> Camera:
        return replace(camera, zones=with_one(camera.zones, zone))

    edit.camera(camera_id, change)
    return zone


@router.delete("/zones/{zone_id}", status_code=204)
def delete_zone(camera_id: CameraId, zone_id: PartId, edit: CameraEdit) -> None:
    """Remove a zone; refused while a rule uses it."""

    def change(camera: Camera) -> Camera:
        return replace(camera, zones=without(camera.zones, zone_id, "zone"))

    edit.camera(camera_id, change)
