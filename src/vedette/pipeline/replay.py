"""A recording through a lane, as fast as it goes: the same events as when it was live."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.core import plugins
from vedette.core.clock import Clock
from vedette.core.media import pictures_of
from vedette.core.ports import Opener, Origin
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera
from vedette.pipeline.build import Built
from vedette.pipeline.frames import Replay
from vedette.pipeline.lane import Step

__all__ = ["replay"]


def replay(camera: Camera, built: Built, allowed: SourceSettings, clock: Clock) -> Iterator[Step]:
    """Every analysed frame of the camera's stream with what it told, until the stream ends."""
    stream = camera.streams[0]
    opener: Opener = plugins.build("source", stream.source)
    source = opener.open(Origin(camera=camera.id, stream=stream.id, clock=clock, allowed=allowed))
    try:
        yield from built.lane.steps(Replay(pictures_of(source.packets()), built.decoder))
    finally:
        source.close()
        built.close()
