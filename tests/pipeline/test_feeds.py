"""Connections follow the configuration, and whoever reads one notices."""

from __future__ import annotations

from contextlib import closing

import pytest

from vedette.core.clock import RealClock
from vedette.core.errors import NotFound
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera, Site, Spec, Stream
from vedette.pipeline.feeds import Feeds


def site(**options: int) -> Site:
    """One camera that draws its own picture."""
    source = Spec(kind="synthetic", options={**options})
    return Site(cameras=(Camera(id="gate", name="Gate", streams=(Stream(source=source),)),))


@pytest.mark.parametrize(
    ("changed", "ends"),
    [
        (site(width=320), True),  # another source: the reader has to come to the new feed
        (Site(), True),  # the camera is gone
        (site(), False),  # nothing changed: the others' edits disturb nobody
    ],
)
def test_who_reads_a_stream_that_was_replaced_is_told(changed: Site, ends: bool) -> None:
    with closing(Feeds(SourceSettings(), 8.0, RealClock())) as feeds:
        feeds.apply(site())
        with closing(feeds.watch("gate", "main")) as inbox:
            assert inbox.get(10) is not None
            feeds.apply(changed)
            assert inbox.closed is ends


def test_a_stream_that_is_not_connected_is_not_found() -> None:
    with closing(Feeds(SourceSettings(), 8.0, RealClock())) as feeds, pytest.raises(NotFound):
        feeds.watch("gate", "main")
