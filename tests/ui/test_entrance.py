"""Nobody gets in without a login; the first administrator is made with the terminal's code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.installation import PASSWORD
from tests.ui.conftest import Look, Opener

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """A fresh installation's link to its setup page, as its terminal prints it."""
    command = [sys.executable, "-m", "vedette", "run", "--runner", "threads", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(tmp_path)],
        env={**os.environ, "VEDETTE_LOG_LEVEL": "warning"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = (re.search(r"http://\S+/setup#\S+", line) for line in process.stdout)
        yield next(found[0] for found in lines if found)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def test_the_first_administrator_is_made_with_the_code(browser: Browser, link: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link.partition("/setup")[0])
        expect(page).to_have_url(re.compile("/setup$"))
        page.goto(link)
        page.get_by_label("User name").fill("ada")
        password = page.get_by_label(re.compile("^Password$|^Password "))
        password.first.fill("short")
        expect(page.get_by_text("Too short")).to_be_visible()
        password.first.fill("long enough now")
        page.get_by_label("Password again").fill("long enough then")
        expect(page.get_by_text("The two passwords differ.")).to_be_visible()
        page.get_by_label("Password again").fill("long enough now")
        page.get_by_role("button", name="Make the account").click()
        expect(page.get_by_role("heading", name="No cameras yet")).to_be_visible()
        page.get_by_role("link", name="Add a camera").click()
        expect(page.get_by_role("dialog")).to_be_visible()


def test_one_comes_to_the_asked_page_after_the_login(visit: Opener) -> None:
    page = visit("/alarms?show=all", login=False)
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("User name").fill("admin")
    password = page.locator("input[type=password]")
    password.fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("User name or password is wrong.")
    password.fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url("/alarms?show=all")
    page.get_by_role("button", name="User menu").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    page.goto("/")
    expect(page).to_have_url(re.compile("/login"))


def test_a_session_that_ends_on_the_server_ends_on_the_page(visit: Opener) -> None:
    page = visit("/cameras")
    expect(page.get_by_text("Yard", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("link", name="Live").click()
    page.reload()
    expect(page).to_have_url(re.compile("/login"))


@pytest.mark.parametrize(
    ("asked", "title"), [("en-GB", "Log in"), ("zh-CN", "登录"), ("zh-HK", "登入")]
)
def test_it_speaks_the_language_of_the_browser(visit: Opener, asked: str, title: str) -> None:
    page = visit("/login", login=False, look=Look(language=asked))
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_a_chosen_language_and_scheme_stay(visit: Opener) -> None:
    page = visit("/", look=Look(scheme="light"))
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitem", name="繁體中文").click()
    expect(page.get_by_role("link", name="警報").first).to_be_visible()
    page.get_by_role("button", name="淺色或深色").click()
    page.get_by_role("menuitem", name="深色").click()
    page.reload()
    expect(page.get_by_role("link", name="警報").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-TW")
