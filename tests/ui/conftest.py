"""A running Vedette with one camera, and a browser to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.end_to_end.installation import PASSWORD, Installation, running, until
from tests.ui.film import FPS, LINE, ZONE, walk
from vedette.core.site import Camera, Line, RuleSpec, Spec, Stream, Zone
from vedette.testing.rtsp import RtspServer
from vedette.web.pages import DIST


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A visitor's screen and wishes."""

    width: int = 1280
    height: int = 800
    language: str = "en-GB"
    scheme: Literal["dark", "light"] = "dark"


_USUAL = Look()


class Opener(Protocol):
    """Opens a page of the app."""

    def __call__(self, path: str = "/", *, login: bool = True, look: Look = _USUAL) -> Page: ...


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    """An installed Chromium, and a web app to show."""
    if not (DIST / "index.html").is_file():
        pytest.skip("the web app is not built (make setup)")
    return chromium


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    """The camera."""
    with RtspServer() as one:
        one.add("walk", walk(tmp_path_factory.mktemp("film")))
        yield one


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that Vedette keeps what it knows."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def vedette(browser: Browser, server: RtspServer, data_dir: Path) -> Iterator[Installation]:
    """Vedette with that camera, live."""
    with running(data_dir, "--runner", "threads") as one:
        one.add(yard(server.url("walk")))
        until(lambda: one.is_running("yard"), 30, "the camera live")
        yield one


def yard(url: str) -> Camera:
    """A camera with a line and a zone that somebody walks through again and again."""
    crossing = RuleSpec(
        id="gate", name="Gate crossed", kind="crossing", options={"line": "gate"}, cooldown_s=0
    )
    stay = RuleSpec(
        id="store", name="Store entered", kind="intrusion", options={"zone": "store"},
        severity="critical", cooldown_s=0,
    )  # fmt: skip
    return Camera(
        id="yard",
        name="Yard",
        analyse_fps=FPS,
        streams=(Stream(source=Spec(kind="rtsp", options={"url": url})),),
        lines=(Line(id="gate", name="Gate", points=LINE),),
        zones=(Zone(id="store", name="Store", polygon=ZONE),),
        rules=(crossing, stay),
    )


@pytest.fixture
def visit(browser: Browser, vedette: Installation) -> Iterator[Opener]:
    """Opens pages, logged in, in a context of their own; fails on errors in the page."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(path: str = "/", *, login: bool = True, look: Look = _USUAL) -> Page:
        context = browser.new_context(
            base_url=vedette.url,
            viewport={"width": look.width, "height": look.height},
            locale=look.language,
            color_scheme=look.scheme,
        )
        contexts.append(context)
        if login:
            body = {"name": "admin", "password": PASSWORD}
            answer = context.request.post(
                "/api/v1/login", data=body, headers={"Origin": vedette.url}
            )
            assert answer.ok, answer.text()
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: _note(said.type, said.text, errors))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def _note(kind: str, text: str, errors: list[str]) -> None:
    # What a browser says of answers such as 401 is no error of the page; a broken policy is.
    if kind == "error" and "status of" not in text and "WebSocket connection" not in text:
        errors.append(text)
