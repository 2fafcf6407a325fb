"""The own account: a second factor with the codes of an app, keys, open logins."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.installation import Installation
from tests.ui.conftest import Opener
from vedette.access.second_factor import STEP_S, totp

pytestmark = pytest.mark.timeout(120)
SECRET = "another-long-password"


@pytest.fixture
def person(vedette: Installation) -> Iterator[str]:
    """Name of a viewer of its own, so that nobody else is asked for its codes."""
    body = {"name": "cora", "limits": {"role": "viewer"}, "password": SECRET}
    made = vedette.client.post("/api/v1/users", json=body).raise_for_status().json()
    yield "cora"
    vedette.client.delete(f"/api/v1/users/{made['user']['id']}").raise_for_status()


def log_in(page: Page, name: str) -> None:
    page.get_by_label("User name").fill(name)
    page.locator("input[type=password]").fill(SECRET)
    page.get_by_role("button", name="Log in").click()


def test_a_second_factor_is_turned_on_and_asked_for(visit: Opener, person: str) -> None:
    page = visit("/login?next=/account", login=False)
    log_in(page, person)
    card = page.get_by_role("region", name="Second factor")
    card.get_by_role("button", name="Turn on").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=password]").fill("not the password")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_role("alert")).to_contain_text("wrong")
    dialog.locator("input[type=password]").fill(SECRET)
    dialog.get_by_role("button", name="Go on").click()
    picture = dialog.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    secret = dialog.locator("[data-secret]").inner_text()
    dialog.get_by_label("One-time code").fill(totp(secret, int(time.time() / STEP_S)))
    dialog.get_by_role("button", name="Turn on").click()
    codes = dialog.locator("[data-recovery] code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    dialog.get_by_role("button", name="I have kept it").click()
    expect(card).to_contain_text("Recovery codes left: 10")

    page.get_by_role("button", name="User menu").click()
    page.get_by_role("menuitem", name="Log out").click()
    log_in(page, person)
    # A code is good once, so the next login takes a recovery code.
    page.get_by_label("One-time code").fill(recovery)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="User menu")).to_be_visible()
    page.goto("/account")
    expect(card).to_contain_text("Recovery codes left: 9")


def test_a_key_is_shown_once_and_works_until_it_is_deleted(
    visit: Opener, person: str, vedette: Installation
) -> None:
    page = visit("/login?next=/account", login=False)
    log_in(page, person)
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Door script")
    dialog.get_by_label("See cameras").check()
    # Nobody can give a key what he may not do himself.
    expect(dialog.get_by_label("Change cameras")).to_have_count(0)
    dialog.locator("input[type=password]").fill(SECRET)
    dialog.get_by_role("button", name="Make a key").click()
    key = dialog.get_by_label("Key", exact=True).input_value()

    def status() -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.get(f"{vedette.url}/api/v1/cameras", headers=headers).status_code

    assert status() == 200
    dialog.get_by_role("button", name="I have kept it").click()
    row = page.locator("[data-key='Door script']")
    expect(row).to_contain_text("See cameras")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert status() == 401


def test_a_changed_password_ends_the_other_logins(visit: Opener, person: str) -> None:
    other = visit("/login", login=False)
    log_in(other, person)
    expect(other.get_by_role("button", name="User menu")).to_be_visible()
    page = visit("/login?next=/account", login=False)
    log_in(page, person)
    logins = page.get_by_role("region", name="Open logins")
    expect(logins.locator("[data-session]")).to_have_count(2)
    card = page.get_by_role("region", name="Password")
    card.get_by_label("Password until now").fill(SECRET)
    card.get_by_label("New password").fill("a third long password")
    card.get_by_label("Password again").fill("a third long password")
    card.get_by_role("button", name="Change the password").click()
    # Passwords are slow to check, by intent, and slower on a busy machine.
    expect(page.get_by_text("The password is changed.")).to_be_visible(timeout=15_000)
    expect(logins.locator("[data-session]")).to_have_count(1)
    expect(logins).to_contain_text("This one")
    other.reload()
    expect(other).to_have_url(re.compile("/login"))
