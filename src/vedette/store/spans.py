"""Arithmetic of spans of time."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.core.footage import Span

__all__ = ["clipped", "merged", "overlap"]


def merged(spans: Iterable[Span], *, step_us: int = 0) -> list[Span]:
    """The union, in order; neighbours less than `step_us` apart, or touching, become one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and (start <= found[-1][1] or start - found[-1][1] < step_us):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def clipped(spans: Iterable[Span], within: Span) -> list[Span]:
    """What of each lies within; those outside are left out."""
    after, until = within
    cut = ((max(start, after), min(end, until)) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def overlap(one: Span, other: Span) -> bool:
    """Whether they have a moment in common."""
    return one[0] < other[1] and other[0] < one[1]
