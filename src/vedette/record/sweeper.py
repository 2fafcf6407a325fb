"""Keeps the archive within its bounds: age, size, free space and tiers, a little at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from vedette.core.archive import FootageStore, Holding
from vedette.core.clock import Clock, from_seconds
from vedette.core.errors import StoreError, Unavailable
from vedette.core.facts import SystemWarning
from vedette.core.footage import KEEPS, Segment, Tier
from vedette.core.settings import ArchiveSettings
from vedette.core.site import Keeping, Site
from vedette.record.changes import Changes, TierAway
from vedette.record.forecast import rates
from vedette.record.journal import DeletedFor
from vedette.record.places import Places
from vedette.record.retention import (
    GIB,
    MORTAL,
    Shortage,
    choose,
    cutoff_us,
    excess,
    overdue,
)
from vedette.record.stills import StillArchive, StillRetention
from vedette.record.throttle import Throttle
from vedette.record.warnings import Warnings

__all__ = ["Sweeper", "Terms", "keeping_of"]

_log = structlog.get_logger()
_REST_S = 10.0
_ALL_EVERY_S = 60.0
_BATCH = 32
_MOVED_AT_ONCE = 8
_SPARE = 5_000
_SPARE_EVERY_US = from_seconds(600)
_REMOTE_AGAIN_US = from_seconds(60)
_LEAST_MIB_S = 20.0
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the archive is held to."""

    archive: ArchiveSettings
    site: Callable[[], Site]


class Sweeper:
    """Owns what is done to files after they were recorded; `run` is the work of one thread."""

    def __init__(
        self,
        store: FootageStore,
        places: Places,
        terms: Terms,
        clock: Clock,
        tell: Callable[[SystemWarning], None],
    ) -> None:
        self._store, self._places, self._terms, self._clock = store, places, terms, clock
        self._ending = threading.Event()
        self._throttle = Throttle(self._ending.wait)
        self._changes = Changes(store, places, clock, self._throttle)
        self._warnings = Warnings(clock, tell)
        self._stills = StillRetention(StillArchive(places.root))
        self._resumed = False
        self._spare: tuple[Segment, ...] = ()
        self._spare_us = 0
        self._remote_again_us = 0

    def run(self) -> None:
        """Work until closed."""
        due_s = 0.0
        while not self._ending.is_set():
            try:
                # Asking the index for all cameras costs something; looking at a disk does not.
                if time.monotonic() < due_s:
                    busy = self.glance()
                else:
                    busy = self.step()
                    due_s = 0.0 if busy else time.monotonic() + _ALL_EVERY_S
            except (StoreError, Unavailable):
                self._relieve_unlisted()
                raise
            self._ending.wait(0.05 if busy else _REST_S)

    def close(self) -> None:
        """End; may be called twice."""
        self._ending.set()

    def glance(self) -> bool:
        """Only make space where a disk is short of it; whether more is to do."""
        busy = [self._relieve(tier) for tier in self._places.folders if self._places.marked(tier)]
        return any(busy)

    def step(self) -> bool:
        """One round: finish, make space, remove what is old, move on; whether more is to do."""
        if not self._resumed:
            self._changes.resume()
            self._resumed = True
        holdings = self._store.holdings()
        disks = [tier for tier in self._places.folders if self._there(tier, holdings)]
        if "fast" not in disks:
            return False
        busy = [self._relieve(tier) for tier in disks]
        self._set_speed(holdings)
        busy += [self._age(holdings), self._shrink(holdings), *self._move_on()]
        busy.append(self._stills.age(partial(keeping_of, self._terms.site()), self._clock.now_us()))
        self._remember_spare()
        return any(busy)

    def _there(self, tier: Tier, holdings: Sequence[Holding]) -> bool:
        """Whether a disk is there: an empty mount point must neither be swept nor filled."""
        if not self._places.marked(tier):
            known = [
                one
                for keep in {one.keep for one in holdings if one.tier == tier}
                for one in self._store.oldest(
                    keep, tier=tier, camera=None, before_us=self._clock.now_us(), limit=_BATCH
                )
            ]
            if known and not any(self._places.size(tier, one.path) for one in known):
                self._warnings.disk(tier, self._places.folders[tier], None)
                return False
            self._changes.mark(tier)
        return True

    def _relieve(self, tier: Tier) -> bool:
        """Make space on a disk that is too full; whether some was made and more is wanted."""
        disk = self._shortage(tier)
        self._warnings.disk(tier, self._places.folders[tier], disk)
        if disk is None or not disk.needed:
            return False
        with self._throttle.lifted():
            if self._pass_on(disk):
                return True
            files = self._first(disk.needed, tier=tier)[:_BATCH]
            return self._relieve_of_stills(disk, files) or self._delete(files, "space")

    def _relieve_of_stills(self, disk: Shortage, files: Sequence[Segment]) -> bool:
        """Before these files go, pictures go that are as old; whether any did."""
        if disk.tier != "fast" or not self._places.marked("fast"):
            return False
        before_us = max((one.end_us for one in files), default=self._clock.now_us())
        return self._stills.relieve(disk.needed, before_us) > 0

    def _pass_on(self, disk: Shortage) -> bool:
        """Let the slow disk have what the fast one has no room for, while that helps."""
        fast, slow = self._places.room("fast"), self._places.room("slow")
        if disk.tier != "fast" or fast is None or slow is None or slow.device == fast.device:
            return False
        # When moving does not keep up with recording, only deleting helps.
        if disk.free < disk.min_free // 2 or not self._places.marked("slow"):
            return False
        return self._move(self._first(disk.needed, tier="fast")[:_MOVED_AT_ONCE], "slow")

    def _age(self, holdings: Sequence[Holding]) -> bool:
        """Delete what is older than its class is kept."""
        now_us = self._clock.now_us()
        busy = False
        for camera, keep in sorted({(one.camera, one.keep) for one in holdings}):
            keeping = keeping_of(self._terms.site(), camera)
            before_us = cutoff_us(keeping, keep, now_us)
            held = [one for one in holdings if (one.camera, one.keep) == (camera, keep)]
            if before_us is None or min(one.oldest_us for one in held) >= before_us:
                continue
            old = self._store.oldest(
                keep, tier=None, camera=camera, before_us=before_us, limit=_BATCH
            )
            busy |= self._delete(overdue(old, keeping, now_us, self._newest(old)), "age")
        return busy

    def _shrink(self, holdings: Sequence[Holding]) -> bool:
        """Delete what a camera takes too much."""
        busy = False
        for camera in sorted({one.camera for one in holdings}):
            over = excess(holdings, camera, keeping_of(self._terms.site(), camera))
            if over:
                busy |= self._delete(self._first(over, camera=camera)[:_BATCH], "size")
        return busy

    def _move_on(self) -> Iterator[bool]:
        """Move what is old enough to the next tier."""
        now_us = self._clock.now_us()
        for tier in self._places.tiers:
            to = self._places.after(tier)
            if to is None or not (self._answers(tier) and self._answers(to)):
                continue
            hours = self._hours(to)
            before_us = now_us - round(hours * 3_600_000_000)
            files = [
                one
                for keep in KEEPS
                for one in self._store.oldest(
                    keep, tier=tier, camera=None, before_us=before_us, limit=_MOVED_AT_ONCE
                )
                if one.id not in self._changes.damaged
            ]
            yield self._move(files[:_MOVED_AT_ONCE], to)

    def _move(self, files: Sequence[Segment], to: Tier) -> bool:
        if not files or not self._takes(to, sum(one.size for one in files)):
            return False
        try:
            moved = self._changes.move(files, to)
        except TierAway as error:
            self._note_away(error)
            return False
        if to == "remote":
            self._warnings.remote(None)
        return moved > 0

    def _delete(self, files: Sequence[Segment], reason: DeletedFor) -> bool:
        files = [one for one in files if self._answers(one.tier)]
        if not files:
            return False
        try:
            self._changes.delete(files, reason)
        except TierAway as error:
            self._note_away(error)
            return False
        _log.info("recordings were removed", files=len(files), reason=reason, first=files[0].id)
        return True

    def _answers(self, tier: Tier) -> bool:
        """Whether a tier is there, as far as we know: what is not must not be called deleted."""
        if tier == "remote":
            return tier in self._places.tiers and self._clock.now_us() >= self._remote_again_us
        return self._places.marked(tier)

    def _note_away(self, error: TierAway) -> None:
        _log.warning("a tier of the archive is away", tier=error.tier, reason=str(error))
        if error.tier == "remote":
            self._remote_again_us = self._clock.now_us() + _REMOTE_AGAIN_US
            self._warnings.remote(str(error))

    def _relieve_unlisted(self) -> None:
        """Without the database a disk must not fill up either: remove what was known to go next."""
        self._resumed = False
        disk = self._shortage("fast")
        if disk is None or not disk.needed:
            return
        files = choose(self._spare, disk.needed, ())[:_BATCH]
        if self._relieve_of_stills(disk, files) or not files:
            return
        self._changes.delete_unlisted(files, "space")
        gone = {one.id for one in files}
        self._spare = tuple(one for one in self._spare if one.id not in gone)

    def _remember_spare(self) -> None:
        now_us = self._clock.now_us()
        if now_us - self._spare_us < _SPARE_EVERY_US:
            return
        found = self._candidates("fast", None, _SPARE)
        newest = self._newest(found)
        self._spare = tuple(one for one in found if one.id not in newest and one.keep != "alarm")
        self._spare_us = now_us

    def _first(
        self, needed: int, *, tier: Tier | None = None, camera: str | None = None
    ) -> list[Segment]:
        """What goes first, on one disk or of one camera."""
        candidates = self._candidates(tier, camera)
        return choose(candidates, needed, self._newest(candidates))

    def _candidates(
        self, tier: Tier | None, camera: str | None, limit: int = 10 * _BATCH
    ) -> list[Segment]:
        """What might go next: of each class the oldest."""
        now_us = self._clock.now_us()
        return [
            one
            for keep in MORTAL
            for one in self._store.oldest(
                keep, tier=tier, camera=camera, before_us=now_us, limit=limit
            )
        ]

    def _newest(self, files: Collection[Segment]) -> frozenset[str]:
        """Ids of the newest files of the streams these belong to."""
        streams = {(one.camera, one.stream) for one in files}
        last = (self._store.latest(camera, stream) for camera, stream in streams)
        return frozenset(one.id for one in last if one is not None)

    def _shortage(self, tier: Tier) -> Shortage | None:
        room = self._places.room(tier)
        if room is None:
            return None
        return Shortage(
            tier=tier,
            total=room.total,
            free=room.free,
            warn_free=round(self._terms.archive.warn_free_gib * GIB),
            min_free=round(self._terms.archive.min_free_gib * GIB),
        )

    def _takes(self, tier: Tier, size: int) -> bool:
        if tier == "remote":
            return True
        disk = self._shortage(tier)
        return disk is not None and self._places.marked(tier) and disk.free - size > disk.min_free

    def _hours(self, tier: Tier) -> float:
        archive = self._terms.archive
        return archive.slow_after_h if tier == "slow" else archive.remote_after_h

    def _set_speed(self, holdings: Sequence[Holding]) -> None:
        wanted = self._terms.archive.move_mib_s * _MIB
        if not wanted:
            per_day = sum(
                sum(one.values()) for one in rates(holdings, self._clock.now_us()).values()
            )
            wanted = max(_LEAST_MIB_S * _MIB, 3 * per_day / 86_400)
        self._throttle.bytes_per_s = wanted


def keeping_of(site: Site, camera: str) -> Keeping:
    """How long recordings of a camera are kept; of one that is gone, as the site says."""
    return next((one.keep for one in site.cameras if one.id == camera and one.keep), site.keep)
