"""What is about to be done to files, written down first: after a crash it is finished."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import StoreError
from vedette.core.footage import Segment, Tier
from vedette.core.value import value
from vedette.record.journal import DeletedFor

__all__ = ["Intent", "Intents"]


@value
class Intent:
    """One file that goes, or goes elsewhere."""

    segment: Segment
    """The file as its row was before."""
    to: Tier | None = None
    """Where it goes; None: it is deleted."""
    reason: DeletedFor = "age"


_INTENTS: TypeAdapter[tuple[Intent, ...]] = TypeAdapter(tuple[Intent, ...])


class Intents:
    """A file with what is being done just now; there is none when nothing is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[Intent, ...]:
        """What somebody began and did not finish."""
        try:
            return _INTENTS.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return ()
        except ValidationError as error:
            raise StoreError(
                f"{self._path} cannot be read: {error.error_count()} faults"
            ) from error

    def write(self, intents: Sequence[Intent]) -> None:
        """Write it down, durably, instead of what was there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(_INTENTS.dump_json(tuple(intents)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def clear(self) -> None:
        """All is done."""
        self._path.unlink(missing_ok=True)
