"""Pictures kept at an interval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Path, Query, Response

from vedette.access.rights import Caller, authorise
from vedette.core.errors import NotFound
from vedette.core.value import value
from vedette.web.callers import needs
from vedette.web.params import JPEG, CameraId, Moment
from vedette.web.ranges import Content, Wanted, answer
from vedette.web.routing import API, feature
from vedette.web.wiring import Wired

__all__ = ["KeptStill", "KeptStills", "router"]

router = feature("stills", f"{API}/cameras/{{camera_id}}")
_LATEST = 9_007_199_254_740_991
_PICTURE: dict[int | str, dict[str, object]] = {
    **JPEG,
    304: {"description": "It is what the caller has already."},
}
_CACHED = "private, max-age=3600, immutable"


@value
class KeptStill:
    """One picture."""

    t_us: int
    """When it was taken; asks for it under `stills/{t_us}.jpg`."""
    size: int
    """Bytes."""


@value
class KeptStills:
    """Kept pictures of a camera, oldest first."""

    camera: str
    items: tuple[KeptStill, ...]
    next_us: int | None
    """The moment of the next one, for `after_us`; null when there are no more of the span."""


def _camera(
    camera_id: CameraId, caller: Annotated[Caller, needs("footage.view")], wiring: Wired
) -> str:
    authorise(caller, "footage.view", [camera_id])
    try:
        return wiring.site.now().camera(camera_id).id
    except NotFound:
        # Its pictures outlive a camera.
        if wiring.kept_stills.newest_us(camera_id) is None:
            raise
        return camera_id


Asked = Annotated[str, Depends(_camera)]


@router.get("/stills")
def list_stills(
    camera: Asked,
    wiring: Wired,
    after_us: Annotated[
        Moment, Query(description="From this moment on, in microseconds since 1970 UTC.")
    ] = 0,
    before_us: Annotated[
        Moment, Query(description="Before this moment, in microseconds since 1970 UTC.")
    ] = _LATEST,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=2000)] = 500,
) -> KeptStills:
    """Pictures kept every `snapshot_every_s`, oldest first."""
    found = wiring.kept_stills.find(camera, (after_us, before_us), limit + 1)
    return KeptStills(
        camera=camera,
        items=tuple(KeptStill(t_us=one.t_us, size=one.size) for one in found[:limit]),
        next_us=found[limit].t_us if len(found) > limit else None,
    )


@router.get("/stills/{t_us}.jpg", response_class=Response, responses=_PICTURE)
def kept_still(
    camera: Asked,
    t_us: Annotated[Moment, Path(description="When it was taken, as the list says.")],
    wanted: Wanted,
    wiring: Wired,
) -> Response:
    """One kept picture."""
    picture = wiring.kept_stills.read(camera, t_us)

    def read(start: int, end: int) -> Iterator[bytes]:
        yield picture[start:end]

    tag = f'"{t_us}-{len(picture)}"'
    content = Content(size=len(picture), tag=tag, media_type="image/jpeg", read=read)
    sent = answer(content, wanted)
    sent.headers["Cache-Control"] = _CACHED
    return sent
