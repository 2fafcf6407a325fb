"""Trying a source before it becomes a camera."""

from __future__ import annotations

from typing import Annotated

from vedette.access.rights import Caller
from vedette.core.errors import ConfigError
from vedette.core.facts import ProbeResult
from vedette.core.site import Spec
from vedette.core.value import MASK
from vedette.web.callers import needs
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("sources")
_WITHIN_S = 5.0


@router.post("/sources/test")
def test_source(
    spec: Spec, caller: Annotated[Caller, needs("sources.test")], wiring: Wired
) -> ProbeResult:
    """Connect to a source and say what it sends, or why it does not; answers within 5 seconds.

    Secrets must be given in clear: a masked one is not looked up, so that nobody can have a
    stored password sent to an address of their choice.
    """
    masked = [name for name, one in spec.secrets.items() if one.get_secret_value() == MASK]
    if masked:
        raise ConfigError("give it anew to test the source", path=("secrets", masked[0]))
    return wiring.parts.probe(spec, _WITHIN_S)
