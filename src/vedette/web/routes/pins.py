"""Spans of footage that are kept for ever."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Path

from vedette.access.rights import Caller, authorise
from vedette.core.errors import ConfigError, NotFound
from vedette.core.footage import Pin
from vedette.web.callers import needs
from vedette.web.footage_answers import Pins, PinWanted
from vedette.web.params import CameraFilter, visible
from vedette.web.routing import feature
from vedette.web.spans import known_camera
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("pins")
_LONGEST_DAYS = 31
_DAY_US = 86_400_000_000
PinId = Annotated[str, Path(description="Id of the pin.", pattern=r"^[0-9a-f-]{1,60}$")]


@router.get("/pins")
def list_pins(
    caller: Annotated[Caller, needs("footage.view")], wiring: Wired, cameras: CameraFilter = ()
) -> Pins:
    """Pins of all cameras, or of some."""
    wanted = visible(caller, cameras)
    if wanted is None:
        return Pins(items=())
    found = wiring.parts.footage.pins(None)
    return Pins(items=tuple(one for one in found if not wanted or one.camera in wanted))


@router.post("/pins", status_code=201)
def add_pin(
    wanted: PinWanted, caller: Annotated[Caller, needs("footage.keep")], wiring: Wired
) -> Pin:
    """Keep a span of a camera for ever, 31 days at most; files that come later too."""
    authorise(caller, "footage.keep", [wanted.camera])
    if wanted.start_us >= wanted.end_us:
        raise ConfigError(f"should be later than start_us={wanted.start_us}", path=("end_us",))
    if wanted.end_us - wanted.start_us > _LONGEST_DAYS * _DAY_US:
        raise ConfigError(f"at most {_LONGEST_DAYS} days can be kept by one pin", path=("end_us",))
    known_camera(wiring, wanted.camera)
    now_us = wiring.parts.clock.now_us()
    pin = Pin(
        id=f"{now_us:016d}-{secrets.token_hex(4)}",
        camera=wanted.camera,
        start_us=wanted.start_us,
        end_us=wanted.end_us,
        note=wanted.note,
        author=caller.user.name,
        made_us=now_us,
    )
    wiring.parts.footage.put_pin(pin)
    return pin


@router.delete("/pins/{pin_id}", status_code=204)
def delete_pin(
    pin_id: PinId, caller: Annotated[Caller, needs("footage.keep")], wiring: Wired
) -> None:
    """Let a span go; its files are then kept as long as evidence of alarms."""
    pin = next((one for one in wiring.parts.footage.pins(None) if one.id == pin_id), None)
    if pin is None:
        raise NotFound(f"there is no pin {pin_id!r}")
    authorise(caller, "footage.keep", [pin.camera])
    wiring.parts.footage.remove_pin(pin_id)
