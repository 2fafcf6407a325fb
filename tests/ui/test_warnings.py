"""A disk that is nearly full is told of on the page, before anything is removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.installation import PASSWORD, running, until

pytestmark = pytest.mark.timeout(120)


def test_whoever_looks_sees_that_a_disk_is_nearly_full(browser: Browser, tmp_path: Path) -> None:
    settings = ("--set", "archive.warn_free_gib=100000000", "--set", "archive.min_free_gib=0")
    with running(tmp_path, "--runner", "threads", *settings) as vedette:
        until(lambda: bool(vedette.get("/status")["warnings"]), 30, "a warning")
        (warning,) = vedette.get("/archive")["warnings"]
        assert (warning["subject"], warning["code"]) == ("archive.fast", "disk_nearly_full")
        with browser.new_context(base_url=vedette.url, locale="en-GB") as context:
            body = {"name": "admin", "password": PASSWORD}
            context.request.post("/api/v1/login", data=body, headers={"Origin": vedette.url})
            page = context.new_page()
            page.goto("/")
            banner = page.get_by_text("A disk of the archive is nearly full.")
            expect(banner).to_be_visible(timeout=20_000)
