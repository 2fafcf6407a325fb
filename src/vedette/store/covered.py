"""Where there is footage."""

from __future__ import annotations

from sqlalchemy import Connection, text

from vedette.core.footage import Span
from vedette.store.reach import Reach
from vedette.store.spans import clipped, merged

__all__ = ["find_covered"]

# From here on to leap over files that touch each other is cheaper than to read them all.
_LEAP_US = 300_000_000

_ALL = text("""
SELECT start_us, end_us FROM segment
WHERE camera = :camera AND stream = :stream
  AND start_us >= :back AND start_us < :until AND end_us > :after
""")

# When the footage ends that there is at a leap's start. A subquery, for SQLite would read the whole
# table to make a filter for a join.
_END = """(
    SELECT max(near.end_us) FROM segment AS near
    WHERE near.camera = :camera AND near.stream = :stream
      AND near.start_us >= leap.start_us - :longest AND near.start_us <= leap.start_us
)"""
# From a file to the last one that begins before a step has passed since its end: whatever lies
# between is nearer than a step to its neighbours. Where there is none, over the gap to the next.
_LEAPS = text(f"""
WITH RECURSIVE leap(start_us) AS (
  SELECT * FROM (
    SELECT start_us FROM segment
    WHERE camera = :camera AND stream = :stream
      AND start_us >= :back AND start_us < :until AND end_us > :after
    ORDER BY start_us LIMIT 1
  ) AS first
  UNION ALL
  SELECT COALESCE(
    (SELECT max(ahead.start_us) FROM segment AS ahead
     WHERE ahead.camera = :camera AND ahead.stream = :stream AND ahead.start_us > leap.start_us
       AND ahead.start_us < {_END} + :step AND ahead.start_us < :until),
    (SELECT min(ahead.start_us) FROM segment AS ahead
     WHERE ahead.camera = :camera AND ahead.stream = :stream
       AND ahead.start_us >= {_END} + :step AND ahead.start_us < :until)
  )
  FROM leap WHERE leap.start_us IS NOT NULL
)
SELECT start_us, {_END} FROM leap WHERE start_us IS NOT NULL
""")  # noqa: S608  # nobody else's words


def find_covered(connection: Connection, reach: Reach, span: Span, step_us: int) -> list[Span]:
    """The union over these streams, within the span."""
    after, until = span
    files: list[Span] = []
    for stream in reach.streams:
        values = {
            "camera": reach.camera,
            "stream": stream.id,
            "after": after,
            "until": until,
            "back": after - stream.longest_us,
        }
        if step_us >= _LEAP_US:
            values |= {"longest": stream.longest_us, "step": step_us}
            found = connection.execute(_LEAPS, values)
        else:
            found = connection.execute(_ALL, values)
        files += ((start, end) for start, end in found)
    return clipped(merged(files, step_us=step_us), span)
