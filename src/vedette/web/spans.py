"""A span of one camera's past that somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from vedette.access.rights import Caller, authorise
from vedette.core.errors import ConfigError, NotFound
from vedette.core.footage import Span
from vedette.core.site import Camera
from vedette.web.callers import needs
from vedette.web.params import CameraId, Moment
from vedette.web.wiring import Wired, Wiring

__all__ = ["Past", "PastAsked", "known_camera", "recorded_stream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A span of a camera that the caller may see."""

    camera: str
    configured: Camera | None
    """None for a camera that is gone from the site while its footage is not."""
    span: Span
    caller: Caller

    def at_most(self, days: float, words: str) -> None:
        """ConfigError when the span is longer."""
        if self.span[1] - self.span[0] > days * 86_400_000_000:
            raise ConfigError(f"at most {words} can be asked for at once", path=("before_us",))


def _past(
    camera_id: CameraId,
    after_us: Annotated[
        Moment, Query(description="From this moment on, in microseconds since 1970 UTC.")
    ],
    before_us: Annotated[
        Moment, Query(description="Before this moment, in microseconds since 1970 UTC.")
    ],
    caller: Annotated[Caller, needs("footage.view")],
    wiring: Wired,
) -> Past:
    authorise(caller, "footage.view", [camera_id])
    if after_us >= before_us:
        raise ConfigError(f"should be later than after_us={after_us}", path=("before_us",))
    return Past(
        camera=camera_id,
        configured=known_camera(wiring, camera_id),
        span=(after_us, before_us),
        caller=caller,
    )


def known_camera(wiring: Wiring, camera_id: str) -> Camera | None:
    """The camera; None when it is gone and its footage is not, NotFound without either."""
    try:
        return wiring.site.now().camera(camera_id)
    except NotFound:
        if wiring.parts.footage.following(camera_id, None, 0) is None:
            raise
        return None


def recorded_stream(past: Past, wanted: str | None) -> str | None:
    """The stream that is asked for, or the recorded one; None for all of a camera that is gone."""
    if wanted is not None or past.configured is None:
        return wanted
    stream = past.configured.stream_for("record") or past.configured.streams[0]
    return stream.id


PastAsked = Annotated[Past, Depends(_past)]
