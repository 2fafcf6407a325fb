"""Alarms are read, opened with their picture, and answered by mouse or by key."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.installation import Installation, until
from tests.ui.conftest import Opener

pytestmark = pytest.mark.timeout(120)


def open_alarms(vedette: Installation, count: int) -> None:
    """Wait for alarms that nobody has answered."""
    until(
        lambda: len(vedette.get("/alarms?state=new&limit=10")["items"]) >= count, 60, "new alarms"
    )


def current(page: Page) -> str:
    """Id of the alarm that is open."""
    return page.url.partition("/alarms/")[2].partition("?")[0].replace("%3A", ":")


def test_an_alarm_opens_with_its_picture_and_is_answered(
    visit: Opener, vedette: Installation
) -> None:
    open_alarms(vedette, 1)
    page = visit("/")
    page.locator("aside [data-alarm]").first.click()
    picture = page.get_by_role("img", name="Picture of the alarm")
    expect(picture).to_be_visible()
    until(lambda: bool(picture.evaluate("one => one.naturalWidth > 300")), 10, "the picture")
    for fact in ("Yard", "Rule", "When"):
        expect(page.locator("dl")).to_contain_text(fact)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("article[data-state=acknowledged]")).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("the gardener")
    page.get_by_role("button", name="Real alarm").click()
    expect(page.locator("article[data-state=closed]")).to_be_visible()
    stored = vedette.get(f"/alarms/{current(page)}")
    assert (stored["state"], stored["verdict"]) == ("closed", "true")
    assert (stored["owner"], stored["note"]) == ("admin", "the gardener")


def test_a_list_is_worked_off_by_keys(visit: Opener, vedette: Installation) -> None:
    open_alarms(vedette, 2)
    page = visit("/alarms?show=open")
    expect(page.locator("[data-alarm]").first).to_be_visible()
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("/alarms/a-"))
    expect(page.locator("article[data-state=new]")).to_be_visible()
    first = current(page)
    page.keyboard.press("a")
    expect(page.locator("article[data-state=acknowledged]")).to_be_visible()
    # The page shows an answer before the server has confirmed it; a key meanwhile counts nothing.
    page.wait_for_timeout(1_000)
    page.keyboard.press("x")
    expect(page.locator("article[data-state=closed]")).to_be_visible(timeout=15_000)
    expect(page.locator(f"section [data-alarm='{first}']:not(article)")).to_have_count(0)
    page.keyboard.press("j")
    expect(page).not_to_have_url(re.compile(re.escape(first)))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/alarms\?show=open$"))
    assert vedette.get(f"/alarms/{first}")["verdict"] == "false"


def test_typing_a_note_answers_nothing(visit: Opener, vedette: Installation) -> None:
    open_alarms(vedette, 1)
    newest = vedette.get("/alarms?state=new&limit=1")["items"][0]["id"]
    page = visit(f"/alarms/{newest}")
    page.get_by_role("textbox", name="Note").press_sequentially("axa jk")
    expect(page.locator("article")).to_have_attribute("data-state", "new")
    assert vedette.get(f"/alarms/{newest}")["state"] == "new"


def test_what_another_person_does_shows_at_once(visit: Opener, vedette: Installation) -> None:
    open_alarms(vedette, 1)
    newest = vedette.get("/alarms?state=new&limit=1")["items"][0]["id"]
    page = visit(f"/alarms/{newest}")
    expect(page.locator("article[data-state=new]")).to_be_visible()
    vedette.client.post(f"/api/v1/alarms/{newest}/acknowledge").raise_for_status()
    expect(page.locator("article[data-state=acknowledged]")).to_be_visible(timeout=3_000)
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_an_alarm_that_does_not_exist_says_so(visit: Opener) -> None:
    page = visit("/alarms/a-none")
    expect(page.get_by_role("alert")).to_contain_text("It does not exist")
    expect(page.get_by_role("alert")).to_contain_text("Number of the request")
