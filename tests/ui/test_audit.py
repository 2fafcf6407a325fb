"""The audit log on the page, and the ways in that need no login."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.end_to_end.installation import Installation
from tests.ui.conftest import Opener

pytestmark = pytest.mark.timeout(120)
SECRET = "another-long-password"


def test_an_invited_person_comes_in_and_the_log_tells_of_it(
    visit: Opener, vedette: Installation
) -> None:
    body = {"name": "The gardener", "limits": {"role": "viewer"}}
    link = vedette.client.post("/api/v1/invitations", json=body).raise_for_status().json()
    page = visit(f"/invitation#{link['token']}", login=False)
    page.get_by_label("User name").fill("gard")
    page.get_by_label(re.compile("^Password$|^Password ")).first.fill(SECRET)
    page.get_by_label("Password again").fill(SECRET)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("button", name="User menu")).to_contain_text("gard")
    rail = page.get_by_role("navigation", name="Pages")
    expect(rail.get_by_role("link", name="Live")).to_be_visible()
    expect(rail.get_by_role("link", name="Audit")).to_have_count(0)

    again = visit(f"/invitation#{link['token']}", login=False)
    expect(again.get_by_role("alert")).to_contain_text("not good any more")

    log = visit("/audit?actor=gard&action=accept_invitation")
    rows = log.locator("[data-action]")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name="Details").click()
    expect(rows.get_by_role("cell").last).to_contain_text('"name": "gard"')
    assert SECRET not in rows.inner_text()
    log.get_by_label("Who", exact=True).fill("nobody-of-that-name")
    expect(log.get_by_text("Nothing fits")).to_be_visible()
    with log.expect_download() as download:
        log.get_by_role("link", name="Export as CSV").click()
    assert download.value.suggested_filename == "audit.csv"


def test_nobody_registers_where_that_is_off(visit: Opener) -> None:
    page = visit("/register", login=False)
    expect(page).to_have_url(re.compile("/login$"))
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_role("link", name="Ask for access")).to_have_count(0)
