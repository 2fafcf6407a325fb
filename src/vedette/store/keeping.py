"""What makes footage worth more: marks that alarms and motion leave, and pins of people.

Both are remembered, so that a file that is indexed later is worth as much as one that was there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from vedette.core.errors import NotFound
from vedette.core.footage import KEEPS, Keep, Pin, Segment, Span
from vedette.store.rows import Rows, upsert
from vedette.store.spans import overlap
from vedette.store.tables import keep_mark, pin

__all__ = ["Worth", "add_pin", "find_pins", "get_pin", "mark", "more_valuable", "take_pin"]

_DAY_US = 86_400_000_000
REMEMBERED_US: dict[Keep, int] = {
    "continuous": 0,
    "motion": 7 * _DAY_US,
    "alarm": 400 * _DAY_US,
    "pinned": 400 * _DAY_US,
}
"""For how long marks wait for files that come late, as those fetched from cameras do."""
_TOGETHER_US = 20_000_000  # well below a file's length, so that none lies between two marks
_PIN = Rows(Pin, pin)


def more_valuable(one: Keep, other: Keep) -> Keep:
    """The more valuable of two."""
    return max(one, other, key=KEEPS.index)


class Worth:
    """What marks and pins say of a camera's files within a span."""

    def __init__(self, connection: Connection, camera: str, span: Span) -> None:
        marks = select(keep_mark.c.start_us, keep_mark.c.end_us, keep_mark.c.keep).where(
            keep_mark.c.camera == camera,
            keep_mark.c.end_us > span[0],
            keep_mark.c.start_us < span[1],
        )
        pins = select(pin.c.start_us, pin.c.end_us).where(
            pin.c.camera == camera, pin.c.end_us > span[0], pin.c.start_us < span[1]
        )
        self._marks: list[tuple[int, int, Keep]] = [
            (start, end, keep) for start, end, keep in connection.execute(marks)
        ]
        self._marks += [(start, end, "pinned") for start, end in connection.execute(pins)]

    def of(self, file: Segment) -> Keep:
        """What a file is worth."""
        span = (file.start_us, file.end_us)
        said = (keep for start, end, keep in self._marks if overlap(span, (start, end)))
        return max((file.keep, *said), key=KEEPS.index)


def mark(connection: Connection, camera: str, span: Span, keep: Keep) -> None:
    """Remember that files that overlap a span are worth at least that much."""
    these = (keep_mark.c.camera == camera, keep_mark.c.keep == keep)
    near = select(keep_mark.c.start_us, keep_mark.c.end_us).where(
        *these,
        keep_mark.c.end_us >= span[0] - _TOGETHER_US,
        keep_mark.c.start_us <= span[1] + _TOGETHER_US,
    )
    known: Sequence[Span] = [(start, end) for start, end in connection.execute(near)]
    if any(start <= span[0] and span[1] <= end for start, end in known):
        return
    all_of_it = [*known, span]
    start_us = min(start for start, _ in all_of_it)
    end_us = max(end for _, end in all_of_it)
    gone = [start for start, _ in known]
    old = keep_mark.c.end_us < span[0] - REMEMBERED_US[keep]
    connection.execute(delete(keep_mark).where(*these, keep_mark.c.start_us.in_(gone) | old))
    connection.execute(
        insert(keep_mark).values(camera=camera, keep=keep, start_us=start_us, end_us=end_us)
    )


def add_pin(connection: Connection, new: Pin) -> None:
    """Store a pin, new or changed."""
    upsert(connection, pin, [_PIN.to_row(new)])


def take_pin(connection: Connection, pin_id: str) -> None:
    """Remove a pin."""
    connection.execute(delete(pin).where(pin.c.id == pin_id))


def find_pins(connection: Connection, camera: str | None) -> tuple[Pin, ...]:
    """Pins of a camera or of all, by where they begin."""
    found = select(pin).order_by(pin.c.start_us, pin.c.id)
    if camera is not None:
        found = found.where(pin.c.camera == camera)
    return tuple(_PIN.of(row) for row in connection.execute(found))


def get_pin(connection: Connection, pin_id: str) -> Pin:
    """The pin of that id, or NotFound."""
    row = connection.execute(select(pin).where(pin.c.id == pin_id)).first()
    if row is None:
        raise NotFound(f"there is no pin {pin_id!r}")
    return _PIN.of(row)
