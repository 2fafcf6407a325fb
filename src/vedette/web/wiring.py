"""What the server makes of its parts: one of each, found again from any request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from vedette.access.door import Door
from vedette.access.first import FirstAdministrator
from vedette.access.guests import Guests
from vedette.access.invitations import Invitations
from vedette.access.keys import Keys
from vedette.access.oidc import Provider
from vedette.access.passwords import Passwords
from vedette.access.people import People
from vedette.access.roles import Roles, cameras_of
from vedette.access.second_factor import SecondFactors
from vedette.access.sessions import Lives, Sessions
from vedette.alarms.desk import AlarmDesk, cooldown_from
from vedette.core.settings import WebSettings
from vedette.detect.models import ModelFolder
from vedette.live.hls import LiveHls
from vedette.live.hub import LiveHub
from vedette.record.archive import Archive
from vedette.record.places import first_folder
from vedette.record.stills import StillArchive
from vedette.web.board import Board
from vedette.web.broadcast import Broadcast
from vedette.web.parts import Parts
from vedette.web.pictures import Pictures
from vedette.web.site_desk import SiteDesk
from vedette.web.snapshots import Snapshots

__all__ = ["Wired", "Wiring", "wire", "wiring_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Everything routes work with."""

    parts: Parts
    sessions: Sessions
    door: Door
    first: FirstAdministrator
    roles: Roles
    people: People
    factors: SecondFactors
    keys: Keys
    invitations: Invitations
    provider: Provider
    guests: Guests
    site: SiteDesk
    board: Board
    broadcast: Broadcast
    pictures: Pictures
    snapshots: Snapshots
    live: LiveHub
    archive: Archive
    sounding: LiveHub
    """The same with sound, for those who ask for it."""
    kept_stills: StillArchive
    hls: LiveHls
    stills: LiveHub
    """JPEGs, by `StillsWanted.name`."""
    models: ModelFolder
    desk: AlarmDesk
    recheck_s: float
    """How often sockets look whether their login still holds."""


def wire(parts: Parts, passwords: Passwords, recheck_s: float) -> Wiring:
    """Make it all; nothing runs yet."""
    settings = parts.settings
    live = LiveHub(parts.packets)
    clock, stores = parts.clock, parts.access
    site = SiteDesk(parts.site, parts.bus, parts.check_camera)
    roles = Roles(stores.roles, stores.users, cameras_of(site.now))
    sessions = Sessions(stores, roles, clock, _lives(settings.web))
    factors = SecondFactors(stores.factors, clock)
    board = Board(clock)
    pictures = Pictures(parts.bus)
    return Wiring(
        parts=parts,
        sessions=sessions,
        door=Door(stores.users, sessions, passwords, factors, clock),
        first=FirstAdministrator(settings.data_dir, stores.users, passwords, clock),
        roles=roles,
        people=People(stores, roles, passwords, clock),
        factors=factors,
        keys=Keys(stores, roles, clock),
        invitations=Invitations(stores, roles, passwords, clock),
        provider=Provider(settings.web.oidc, clock),
        guests=Guests(settings.web.oidc, stores.users, clock),
        site=site,
        board=board,
        broadcast=Broadcast(parts.bus, board, pictures),
        pictures=pictures,
        snapshots=Snapshots(parts.snapshots),
        live=live,
        sounding=LiveHub(parts.packets, sound=True),
        hls=LiveHls(live),
        archive=Archive(parts.footage, parts.files),
        kept_stills=StillArchive(first_folder(settings)),
        # A JPEG that waited is not worth having when there is a newer one.
        stills=LiveHub(parts.stills, longest_s=0.5),
        models=ModelFolder(settings.data_dir / "models", parts.clock),
        desk=AlarmDesk(parts.alarms, parts.events, parts.clock, cooldown_from(site.now)),
        recheck_s=recheck_s,
    )


def _lives(web: WebSettings) -> Lives:
    return Lives(
        access_s=web.access_minutes * 60,
        refresh_s=web.session_hours * 3600,
        longest_s=web.session_days * 86_400,
    )


def wiring_of(connection: HTTPConnection) -> Wiring:
    """The wiring of the application a request came to."""
    return cast("Wiring", connection.app.state.wiring)


Wired = Annotated[Wiring, Depends(wiring_of)]
