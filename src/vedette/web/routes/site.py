"""The site as a whole: its name, its time zone, and all of it as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Body, Query, Response

from vedette.access.rights import Caller, authorise, sees
from vedette.core.site import Site
from vedette.web.answers import SiteDiff, SiteHead
from vedette.web.callers import needs
from vedette.web.edits import SiteEdit
from vedette.web.params import etag
from vedette.web.routing import feature
from vedette.web.site_file import LARGEST, difference, from_yaml, to_yaml
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("site")


@router.get("/site")
def get_site(
    caller: Annotated[Caller, needs("site.view")], wiring: Wired, response: Response
) -> Site:
    """The newest revision of the site, with the cameras the caller may see."""
    site = wiring.site.now()
    response.headers["ETag"] = etag(site.revision)
    return replace(site, cameras=tuple(one for one in site.cameras if sees(caller, one.id)))


@router.put("/site")
def put_site(head: SiteHead, edit: SiteEdit) -> SiteHead:
    """Rename the site or move it to another time zone; 409 when `revision` is not the newest."""

    def rename(site: Site) -> Site:
        return replace(site, name=head.name, time_zone=head.time_zone)

    site = replace(edit, expected=head.revision).site(rename)
    return SiteHead(name=site.name, time_zone=site.time_zone, revision=site.revision)


@router.get(
    "/site/export",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}},
)
def export_site(caller: Annotated[Caller, needs("site.edit")], wiring: Wired) -> Response:
    """The site as a YAML file, secrets masked; importing it again keeps them."""
    site = wiring.site.now()
    authorise(caller, "site.edit", [camera.id for camera in site.cameras])
    headers = {"Content-Disposition": 'attachment; filename="site.yaml"'}
    return Response(to_yaml(site), media_type="application/yaml", headers=headers)


@router.post("/site/import", max_body_size=LARGEST)
def import_site(
    file: Annotated[bytes, Body(media_type="application/yaml", description="The file.")],
    edit: SiteEdit,
    dry_run: Annotated[
        bool, Query(description="Only say what would change; nothing is stored.")
    ] = False,
) -> SiteDiff:
    """Replace the site by a YAML file of the form that the export has.

    Cameras keep their ids; a masked secret keeps the value that is stored for it.
    """
    read = from_yaml(file)
    old = edit.wiring.site.now()

    def put(site: Site) -> Site:
        return replace(read, revision=site.revision)

    if dry_run:
        authorise(edit.caller, "site.edit", [camera.id for camera in old.cameras])
        new = edit.wiring.site.prepare(old, put(old))
        return difference(old, new, old.revision)
    new = edit.site(put)
    return difference(old, new, new.revision)
