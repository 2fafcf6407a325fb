"""Files a device sends, read as pictures with the time they were taken."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from vedette.core.errors import SourceError
from vedette.core.footage import Span
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.ingest.demux import open_file, read_units
from vedette.ingest.http import HttpAnswer
from vedette.ingest.unit import stamp

__all__ = ["packets_of"]

_IN_MEMORY = 8 * 1024 * 1024
_MOST_OCTETS = 4 * 1024 * 1024 * 1024


def packets_of(answer: HttpAnswer, origin: Origin, span: Span) -> Iterator[Packet]:
    """The pictures of a file whose first one was taken when the span begins."""
    name = f"the recording of {answer.address.authority}"
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        size = 0
        while part := answer.read_some():
            size += len(part)
            if size > _MOST_OCTETS:
                raise SourceError(f"{name} is too large")
            file.write(part)
        if answer.missing:
            raise SourceError(f"{name} broke off in its middle")
        file.seek(0)
        first_us: int | None = None
        with open_file(file, name=name) as container:
            for unit in read_units(container, name=name):
                first_us = unit.pts_us if first_us is None else first_us
                t_us = span[0] + unit.pts_us - first_us
                if t_us >= span[1]:
                    return
                yield stamp(origin, unit, t_us)
