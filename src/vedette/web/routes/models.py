"""Detection models that are installed."""

from __future__ import annotations

from typing import Annotated

from vedette.access.rights import Caller
from vedette.web.answers import InstalledModel
from vedette.web.callers import needs
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("models")


@router.get("/models")
def list_models(
    caller: Annotated[Caller, needs("models.view")], wiring: Wired
) -> tuple[InstalledModel, ...]:
    """Installed models, every version; without one that is the default, `classical` detects."""
    return tuple(
        InstalledModel(manifest=one.manifest, current=one.current, default=one.default)
        for one in wiring.models.list()
    )
