"""Cameras, and what they see now."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Response

from vedette.access.rights import Caller, authorise, sees
from vedette.core.errors import Conflict
from vedette.core.site import Camera, Site
from vedette.web.callers import needs
from vedette.web.edits import CameraEdit, same_id, without
from vedette.web.latest import latest
from vedette.web.params import JPEG, CameraId, etag
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("cameras")


@router.get("/cameras")
def list_cameras(
    caller: Annotated[Caller, needs("cameras.view")], wiring: Wired, response: Response
) -> tuple[Camera, ...]:
    """All cameras the caller may see, secrets masked."""
    site = wiring.site.now()
    response.headers["ETag"] = etag(site.revision)
    return tuple(camera for camera in site.cameras if sees(caller, camera.id))


@router.post("/cameras", status_code=201)
def add_camera(camera: Camera, edit: CameraEdit) -> Camera:
    """Add a camera; its options are checked, it is not connected yet when the answer comes."""

    def add(site: Site) -> Site:
        if any(one.id == camera.id for one in site.cameras):
            raise Conflict(f"there is a camera {camera.id!r} already")
        return replace(site, cameras=(*site.cameras, camera))

    return edit.cameras(camera.id, add).camera(camera.id)


@router.get("/cameras/{camera_id}")
def get_camera(
    camera_id: CameraId,
    caller: Annotated[Caller, needs("cameras.view")],
    wiring: Wired,
    response: Response,
) -> Camera:
    """One camera, secrets masked."""
    authorise(caller, "cameras.view", [camera_id])
    site = wiring.site.now()
    response.headers["ETag"] = etag(site.revision)
    return site.camera(camera_id)


@router.put("/cameras/{camera_id}")
def put_camera(camera_id: CameraId, camera: Camera, edit: CameraEdit) -> Camera:
    """Change a camera; a masked secret keeps its value, the other cameras run on untouched."""
    same_id(camera_id, camera.id)
    return edit.camera(camera_id, lambda _: camera)


@router.delete("/cameras/{camera_id}", status_code=204)
def delete_camera(camera_id: CameraId, edit: CameraEdit) -> None:
    """Remove a camera; its events and alarms stay."""

    def remove(site: Site) -> Site:
        return replace(site, cameras=without(site.cameras, camera_id, "camera"))

    edit.cameras(camera_id, remove)


def _watched(
    camera_id: CameraId, caller: Annotated[Caller, needs("live.view")], wiring: Wired
) -> Camera:
    authorise(caller, "live.view", [camera_id])
    return wiring.site.now().camera(camera_id)


@router.get("/cameras/{camera_id}/snapshot.jpg", response_class=Response, responses=JPEG)
async def camera_snapshot(
    camera: Annotated[Camera, Depends(_watched)],
    wiring: Wired,
    width: Annotated[
        int | None, Query(description="At most this wide, in pixels.", ge=16, le=7680)
    ] = None,
    max_age_s: Annotated[
        float, Query(description="Rather no picture than an older one.", gt=0, le=86_400)
    ] = 10.0,
) -> Response:
    """The newest picture of a camera; 503 with a reason when there is none that is fresh.

    The headers X-Picture-Time-Us and X-Picture-Age-Ms say when it was taken and how old it is.
    """
    picture = await latest(wiring, camera, width, max_age_s)
    age_ms = max(0, wiring.parts.clock.now_us() - picture.t_us) // 1000
    headers = {"X-Picture-Time-Us": str(picture.t_us), "X-Picture-Age-Ms": str(age_ms)}
    return Response(picture.jpeg, media_type="image/jpeg", headers=headers)
