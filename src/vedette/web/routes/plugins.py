"""What is installed to choose from."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from vedette.access.rights import Caller
from vedette.core.plugins import PluginInfo, Port, schemas
from vedette.web.callers import needs
from vedette.web.routing import feature

__all__ = ["router"]

router = feature("plugins")


@router.get("/plugins/{port}")
def list_plugins(
    port: Annotated[Port, Path(description="What the plugins are for.")],
    caller: Annotated[Caller, needs("cameras.view")],
) -> tuple[PluginInfo, ...]:
    """The plugins of one kind, each with the JSON Schema of its options."""
    return schemas(port)
