"""The keeper of threads and the watch over the configuration."""

from __future__ import annotations

import threading

import pytest

from vedette.bus.memory import MemoryBus
from vedette.core.errors import Unavailable, Unreachable
from vedette.core.facts import SiteChanged
from vedette.core.site import Site
from vedette.pipeline.keeper import Keeper
from vedette.pipeline.watch import SiteWatch


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unreachable("nobody answers"), "nobody answers"),  # known: its own words
        (KeyError("x"), "KeyError: 'x'"),  # unknown: what it was
    ],
)
def test_work_that_fails_is_started_again_and_says_why(error: Exception, reason: str) -> None:
    twice = threading.Event()
    reasons: list[str] = []

    def work() -> None:
        reasons.append(keeper.reason)
        if len(reasons) > 1:
            twice.set()
            stopped.wait(5)
            return
        raise error

    stopped = threading.Event()
    keeper = Keeper("work", work, stopped.set)
    keeper.start()
    assert twice.wait(5)
    assert reasons == ["", reason]
    assert keeper.restarts == 1
    keeper.stop()
    keeper.stop()


class Sites:
    """A store that may be away."""

    def __init__(self) -> None:
        self.site = Site()
        self.away = False
        self.loads = 0

    def revision(self) -> int:
        if self.away:
            raise Unavailable("the database is away")
        return self.site.revision

    def load(self) -> Site:
        self.loads += 1
        return self.site

    def save(self, site: Site, *, author: str) -> Site:
        self.site = site
        return site


def test_a_revision_is_applied_once_and_a_missing_store_changes_nothing() -> None:
    sites, applied = Sites(), list[int]()
    watch = SiteWatch(sites, MemoryBus(), lambda site: applied.append(site.revision))
    watch.look()
    watch.look()
    sites.away = True
    watch.look()
    sites.away, sites.site = False, Site(revision=1)
    watch.look()
    assert applied == [0, 1]
    assert sites.loads == 2


def test_a_message_wakes_the_watch() -> None:
    bus, sites = MemoryBus(), Sites()
    seen = threading.Event()
    watch = SiteWatch(sites, bus, lambda site: seen.set() if site.revision else None)
    thread = threading.Thread(target=watch.run)
    thread.start()
    sites.site = Site(revision=1)
    bus.publish(SiteChanged(revision=1))
    assert seen.wait(5)
    watch.close()
    thread.join(5)
    assert not thread.is_alive()
