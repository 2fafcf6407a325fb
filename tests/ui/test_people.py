"""Users, roles and invitations are made on the page, and each sees only what is theirs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Look, Opener

pytestmark = pytest.mark.timeout(120)
SECRET = "another-long-password"


def log_in(page: Page, name: str, password: str = SECRET) -> None:
    page.get_by_label("User name").fill(name)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="Log in").click()


def make_user(page: Page, name: str, role: str) -> None:
    page.get_by_role("button", name="Add a user").click()
    form = page.get_by_role("dialog")
    form.get_by_label("User name").fill(name)
    form.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name=role, exact=True).click()
    form.get_by_role("switch", name="Send a link").click()
    form.locator("input[type=password]").fill(SECRET)
    form.get_by_role("button", name="Add a user").click()
    expect(form).to_be_hidden()
    expect(page.locator(f"[data-user={name}]")).to_contain_text(role)


def test_a_user_made_on_the_page_sees_only_what_the_role_allows(visit: Opener) -> None:
    page = visit("/people")
    make_user(page, "auda", "Auditor")
    theirs = visit("/login", login=False)
    log_in(theirs, "auda")
    # An auditor sees no pictures, so the wall is not where the auditor begins.
    expect(theirs).to_have_url(re.compile("/alarms$"))
    rail = theirs.get_by_role("navigation", name="Pages")
    expect(rail.get_by_role("link", name="People")).to_be_visible()
    expect(rail.get_by_role("link", name="Live")).to_have_count(0)
    rail.get_by_role("link", name="People").click()
    expect(theirs.locator("[data-user=admin]")).to_contain_text("Administrator")
    expect(theirs.get_by_role("button", name="Add a user")).to_have_count(0)
    expect(theirs.get_by_role("button", name="What to do with admin")).to_have_count(0)


def test_a_user_is_changed_shut_out_and_deleted(visit: Opener) -> None:
    page = visit("/people")
    make_user(page, "vito", "Viewer")
    row = page.locator("[data-user=vito]")
    menu = row.get_by_role("button", name="What to do with vito")
    menu.click()
    page.get_by_role("menuitem", name="Edit").click()
    form = page.get_by_role("dialog")
    form.get_by_role("switch", name="All cameras").click()
    form.get_by_role("combobox", name="Cameras").click()
    page.get_by_role("option", name="Yard").click()
    page.keyboard.press("Tab")
    form.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Viewer · Yard")
    menu.click()
    page.get_by_role("menuitem", name="Shut out").click()
    expect(row).to_have_attribute("data-state", "disabled")
    theirs = visit("/login", login=False)
    log_in(theirs, "vito")
    expect(theirs.get_by_role("alert")).to_be_visible()
    menu.click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_a_role_is_made_of_rights(visit: Opener) -> None:
    page = visit("/people?tab=roles")
    expect(page.locator("[data-role=administrator]")).to_contain_text("Everything")
    page.get_by_role("button", name="Make a role").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("Night porter")
    form.get_by_label("Live pictures").check()
    form.get_by_label("See the site").check()
    form.get_by_role("button", name="Save").click()
    row = page.locator("[data-role]", has_text="Night porter")
    expect(row).to_contain_text("Live pictures · See the site")
    row.get_by_role("button", name="Delete the role Night porter?").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_an_invitation_is_shown_once_and_taken_back(visit: Opener) -> None:
    page = visit("/people?tab=invitations")
    page.get_by_role("button", name="Invite somebody").click()
    form = page.get_by_role("dialog")
    form.get_by_label("For whom").fill("The gardener")
    form.get_by_role("button", name="Make the link").click()
    shown = page.get_by_role("dialog", name="The link is made").get_by_label("Link", exact=True)
    expect(shown).to_have_value(re.compile(r"/invitation#.{20,}"))
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    row = page.locator("[data-invitation]", has_text="The gardener")
    expect(row).to_have_attribute("data-state", "open")
    row.get_by_role("button", name="Take back").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_fits_the_screen(visit: Opener, width: int) -> None:
    page = visit("/people", look=Look(width=width, language="zh-TW"))
    expect(page.locator("[data-user=admin]")).to_contain_text("管理員")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
