"""The web app's files, and a plain page where they have not been built."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from vedette.core.errors import NotFound
from vedette.web.callers import public
from vedette.web.routing import feature

__all__ = ["DIST", "pages"]

DIST = Path(__file__).parent / "dist"
_IMMUTABLE = "public, max-age=31536000, immutable"
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Vedette</title>
<h1>Vedette runs, but its web app has not been built</h1>
<p>In a checkout, build it with <code>make setup</code>, then reload this page.
An installed package always contains it.</p>
<p>The API works without it: see <a href="/docs">/docs</a>.</p>
</html>
"""


def pages(folder: Path) -> APIRouter:
    """Serves the folder; addresses that name no file are the app's own and get its index."""
    router = feature("pages", "")

    @router.get(
        "/{path:path}",
        include_in_schema=False,
        dependencies=[public("the app has to load before one can log in; it holds no data")],
    )
    def page(path: str) -> Response:
        """A file of the web app."""
        if path.split("/", 1)[0] in ("api", "metrics", "healthz", "openapi.json"):
            raise NotFound("there is no such address in the API")
        file = _file(folder, path)
        if file is not None:
            return _serve(file, path)
        if path.startswith("assets/"):
            raise NotFound("there is no such file")
        index = folder / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT)
        return _serve(index, "index.html")

    return router


def _file(folder: Path, path: str) -> Path | None:
    if not path or "\0" in path or "\\" in path:
        return None
    try:
        root, file = folder.resolve(), (folder / path).resolve()
        # Hidden files are marks of the build, not pages.
        inside = file.is_relative_to(root) and not file.name.startswith(".")
        return file if inside and file.is_file() else None
    except (OSError, ValueError):
        return None


def _serve(file: Path, path: str) -> Response:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    cache = _IMMUTABLE if path.startswith("assets/") else "no-cache"
    return FileResponse(file, media_type=kind, headers={"Cache-Control": cache})
