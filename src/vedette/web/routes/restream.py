"""Keys with which other systems fetch live pictures over RTSP."""

from __future__ import annotations

from typing import Annotated

from vedette.access.restreaming import make_key
from vedette.access.rights import Caller
from vedette.core.errors import Unavailable
from vedette.core.value import value
from vedette.web.callers import needs, needs_person
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["NewRestreamKey", "RestreamState", "router"]

router = feature("restream")


@value
class RestreamState:
    """Whether cameras are handed on over RTSP, and whether the caller has a key to them."""

    enabled: bool
    port: int
    """Where the server listens."""
    user: str
    """The name that goes with the key."""
    key_created_us: int | None
    """When the key was made; null when there is none."""


@value
class NewRestreamKey:
    """A key, shown this once."""

    user: str
    key: str


@router.get("/session/restream-key")
def restream_state(caller: Annotated[Caller, needs("live.view")], wiring: Wired) -> RestreamState:
    """Whether re-streaming is on and whether the caller has a key; the key itself is not told."""
    settings = wiring.parts.settings.restream
    kept = wiring.parts.restream_keys.of_user(caller.user.id)
    return RestreamState(
        enabled=settings.enabled,
        port=settings.port,
        user=caller.user.name,
        key_created_us=kept.created_us if kept else None,
    )


@router.post("/session/restream-key", status_code=201, dependencies=[needs_person()])
def make_restream_key(
    caller: Annotated[Caller, needs("live.view")], wiring: Wired
) -> NewRestreamKey:
    """Make a key for rtsp://NAME:KEY@HOST:PORT/CAMERA; the one before is good no more."""
    if not wiring.parts.settings.restream.enabled:
        raise Unavailable("re-streaming is off; the setting restream.enabled turns it on")
    key = make_key(wiring.parts.restream_keys, caller.user, wiring.parts.clock)
    return NewRestreamKey(user=caller.user.name, key=key)


@router.delete("/session/restream-key", status_code=204, dependencies=[needs_person()])
def drop_restream_key(caller: Annotated[Caller, needs("live.view")], wiring: Wired) -> None:
    """Forget the key; whoever watches with it is cut off within seconds."""
    wiring.parts.restream_keys.drop(caller.user.id)
