"""Zones and lines are drawn over the live picture and saved with their rules."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.installation import Installation
from tests.ui.conftest import Opener, yard

pytestmark = pytest.mark.timeout(120)


def click_at(board: Locator, *places: tuple[float, float]) -> None:
    """Click at fractions of the picture."""
    box = board.bounding_box()
    assert box is not None
    for x, y in places:
        board.click(position={"x": x * box["width"], "y": y * box["height"]})


def drag(page: Page, board: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one fraction of the picture to another."""
    box = board.bounding_box()
    assert box is not None
    pixels = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*pixels[0])
    page.mouse.down()
    page.mouse.move(*pixels[1], steps=5)
    page.mouse.up()


def test_a_fence_is_drawn_changed_undone_and_saved(visit: Opener, vedette: Installation) -> None:
    before = vedette.get("/cameras/yard")
    page = visit("/cameras/yard/zones")
    board = page.get_by_role("application")
    expect(page.locator("[data-state=live] video")).to_be_visible()
    page.get_by_text("Line", exact=True).first.click()
    click_at(board, (0.1, 0.3), (0.3, 0.3), (0.3, 0.6))
    page.keyboard.press("Control+z")
    page.keyboard.press("Enter")
    name = page.get_by_role("textbox", name="Name").first
    expect(name).to_have_value("Line 1")
    name.fill("Back fence")
    page.get_by_role("button", name="Crossing", exact=True).click()
    rule = page.locator("[data-rule]")
    rule.get_by_text("To the left").click()
    rule.get_by_text("Person", exact=True).click()
    drag(page, board, (0.3, 0.3), (0.4, 0.4))
    page.keyboard.press("Control+z")
    drag(page, board, (0.3, 0.3), (0.35, 0.5))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("All saved")).to_be_visible()
    after = vedette.get("/cameras/yard")
    line = after["lines"][-1]
    assert (line["id"], line["name"]) == ("line-1", "Back fence")
    assert line["points"][0] == pytest.approx([0.1, 0.3], abs=0.005)
    assert line["points"][1] == pytest.approx([0.35, 0.5], abs=0.01)
    added = after["rules"][-1]
    assert added["kind"] == "crossing"
    assert added["options"] == {"line": "line-1", "direction": "left", "labels": ["person"]}
    assert after["lines"][:-1] == before["lines"]
    assert after["zones"] == before["zones"]
    vedette.replace(yard(before["streams"][0]["source"]["options"]["url"]))


def test_a_deleted_zone_takes_its_rule_along(visit: Opener, vedette: Installation) -> None:
    before = vedette.get("/cameras/yard")
    page = visit("/cameras/yard/zones")
    page.get_by_role("button", name="Store").click()
    page.locator("aside").get_by_role("button", name="Delete Store").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("All saved")).to_be_visible()
    after = vedette.get("/cameras/yard")
    assert after["zones"] == []
    assert [rule["id"] for rule in after["rules"]] == ["gate"]
    vedette.replace(yard(before["streams"][0]["source"]["options"]["url"]))


def test_leaving_with_something_unsaved_is_asked_about(visit: Opener) -> None:
    page = visit("/cameras/yard/zones")
    page.get_by_text("Mask", exact=True).click()
    click_at(page.get_by_role("application"), (0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.1))
    expect(page.get_by_role("button", name="Mask 1").first).to_be_visible()
    page.get_by_role("link", name="Live").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Leave without saving?")
    question.get_by_role("button", name="Stay").click()
    expect(page).to_have_url("/cameras/yard/zones")
    page.get_by_role("link", name="Live").click()
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url("/")
