"""Cameras are added by their address, tried, changed, switched off and deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.end_to_end.installation import Installation, until
from tests.ui.conftest import Opener
from vedette.testing.rtsp import RtspServer

pytestmark = pytest.mark.timeout(120)


def test_a_camera_is_tried_added_changed_and_deleted(
    visit: Opener, vedette: Installation, server: RtspServer
) -> None:
    page = visit("/cameras")
    page.get_by_role("button", name="Add a camera").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name", exact=False).first.fill("Back door")
    address = form.get_by_role("textbox", name=re.compile("^Address"))
    address.fill("rtsp://127.0.0.1:9/none")
    form.get_by_role("button", name="Test the connection").click()
    expect(form.get_by_role("alert")).to_contain_text("Nobody answers at that address.")
    pasted = server.url("walk").replace("rtsp://", "rtsp://guest:pass%40word@")
    address.fill(pasted)
    form.get_by_role("button", name="Test the connection").click()
    expect(address).to_have_value(server.url("walk"))
    expect(form.get_by_role("textbox", name="User name")).to_have_value("guest")
    found = form.get_by_role("status")
    expect(found).to_contain_text("It works")
    expect(found).to_contain_text("640 × 360")
    form.get_by_role("button", name="Add a camera").click()
    row = page.locator("[data-camera=back-door]")
    expect(row).to_contain_text("Live")
    expect(row).to_contain_text("640×360")
    stored = vedette.get("/cameras/back-door")["streams"][0]["source"]
    assert stored["options"]["user"] == "guest"
    assert stored["secrets"] == {"password": "********"}

    row.get_by_role("button", name="Menu of Back door").click()
    page.get_by_role("menuitem", name="Edit").click()
    form.get_by_label("Group").fill("House")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(row).to_contain_text("House")
    assert vedette.get("/cameras/back-door")["streams"][0]["source"] == stored

    row.get_by_role("switch").click(force=True)
    expect(row).to_contain_text("Switched off")
    until(lambda: not vedette.get("/cameras/back-door")["enabled"], 5, "switched off")

    row.get_by_role("button", name="Menu of Back door").click()
    page.get_by_role("menuitem", name="Delete").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Delete Back door?")
    question.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_a_refused_address_names_the_key(visit: Opener) -> None:
    page = visit("/cameras?add")
    form = page.get_by_role("dialog")
    form.get_by_label("Name", exact=False).first.fill("Nowhere")
    form.get_by_role("textbox", name=re.compile("^Address")).fill("/not/allowed.mp4")
    form.get_by_role("button", name="Test the connection").click()
    expect(form.get_by_role("alert")).to_be_visible()
