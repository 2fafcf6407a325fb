"""How the archive stands: its disks, what each camera takes, how long it will last."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.core.archive import FootageStore, Holding
from vedette.core.footage import Keep, Tier
from vedette.core.settings import ArchiveSettings
from vedette.core.site import Site
from vedette.core.value import value
from vedette.record.forecast import forecast, rates
from vedette.record.places import Places
from vedette.record.retention import GIB
from vedette.record.sweeper import keeping_of

__all__ = ["CameraStanding", "DiskStanding", "Kept", "Standing", "standing"]


@value
class DiskStanding:
    """One tier."""

    tier: Tier
    there: bool
    """False: the disk does not answer."""
    folder: str = ""
    """Empty for the remote store."""
    total: int | None = None
    """Bytes; null where there is no end."""
    free: int | None = None
    used_by_footage: int
    files: int


@value
class Kept:
    """How much of a camera there is for one reason, on all tiers together."""

    keep: Keep
    size: int
    """Bytes."""
    files: int
    oldest_us: int


@value
class CameraStanding:
    """One camera's footage, now and as it will be if everything goes on as today."""

    camera: str
    bytes_per_day: float
    keeps_days: float | None
    """How old footage in which nothing happened will get; null: nothing ends it."""
    wanted_days: float
    """What is configured for that; 0: as long as it fits."""
    short: bool
    """Whether it will go before it is as old as wanted."""
    oldest_us: int
    kept: tuple[Kept, ...]


@value
class Standing:
    """The whole archive."""

    disks: tuple[DiskStanding, ...]
    cameras: tuple[CameraStanding, ...]


def standing(
    store: FootageStore, places: Places, archive: ArchiveSettings, site: Site, now_us: int
) -> Standing:
    """Everything of it; costs a few questions, whatever the number of files."""
    holdings = store.holdings()
    disks = tuple(_disk(places, tier, holdings) for tier in places.tiers)
    keeping = {one.camera: keeping_of(site, one.camera) for one in holdings}
    forecasts = forecast(rates(holdings, now_us), keeping, _capacity(places, archive, holdings))
    cameras = []
    for one in forecasts:
        own = [held for held in holdings if held.camera == one.camera]
        days = one.keeps_days
        short = days is not None and (one.wanted_days == 0 or days < one.wanted_days - 0.05)
        cameras.append(
            CameraStanding(
                camera=one.camera,
                bytes_per_day=one.bytes_per_day,
                keeps_days=days,
                wanted_days=one.wanted_days,
                short=short and one.wanted_days > 0,
                oldest_us=min(held.oldest_us for held in own),
                kept=tuple(_kept(own)),
            )
        )
    return Standing(disks=disks, cameras=tuple(cameras))


def _disk(places: Places, tier: Tier, holdings: Sequence[Holding]) -> DiskStanding:
    own = [one for one in holdings if one.tier == tier]
    used, files = sum(one.size for one in own), sum(one.files for one in own)
    if tier == "remote":
        return DiskStanding(tier=tier, there=True, used_by_footage=used, files=files)
    room = places.room(tier)
    return DiskStanding(
        tier=tier,
        there=room is not None,
        folder=str(places.folders[tier]),
        total=None if room is None else room.total,
        free=None if room is None else room.free,
        used_by_footage=used,
        files=files,
    )


def _kept(own: Sequence[Holding]) -> list[Kept]:
    found = []
    for keep in ("continuous", "motion", "alarm", "pinned"):
        held = [one for one in own if one.keep == keep]
        if held:
            found.append(
                Kept(
                    keep=held[0].keep,
                    size=sum(one.size for one in held),
                    files=sum(one.files for one in held),
                    oldest_us=min(one.oldest_us for one in held),
                )
            )
    return found


def _capacity(
    places: Places, archive: ArchiveSettings, holdings: Sequence[Holding]
) -> float | None:
    """Bytes that footage which may go can take; None with a store without end."""
    if "remote" in places.tiers:
        return None
    rooms = {room.device: room for tier in places.tiers if (room := places.room(tier))}
    free = sum(room.free - archive.min_free_gib * GIB for room in rooms.values())
    taken = sum(one.size for one in holdings if one.keep != "pinned")
    return max(0.0, free + taken)
