"""Somebody flags a post, a moderator marks words in it, and they are gone from the open page and from every file."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from community.actions import purging
from community.db import db
from tests.browser.conftest import Site
from tests.browser.test_live import Ear, site
from tests.browser.test_moderation import flag_without_script
from tests.cases import CANARY, Scene
from tests.factories import World, url
from tests.security.remains import remains

__all__ = ["site"]


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def mark(page: Page) -> None:
    """The words are selected with the keyboard, in the text itself."""
    text = page.get_by_label("As it is now")
    text.evaluate("(text, at) => { text.focus(); text.setSelectionRange(at, at) }", len("It was "))
    for _ in CANARY:
        page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="Take out what is selected").click()
    expect(page.get_by_label("Words").first).to_have_value(CANARY)
    expect(page.get_by_text("Added to the list below.")).to_be_visible()


def test_flag_redact_purge(app: Flask, site: Site, scene: Scene) -> None:
    flag_without_script(site, scene)
    reader = site.page(scene["Other"].member)
    ear = Ear(reader)
    reader.goto(url("threads", scene.opening))
    ear.opened()
    expect(reader.get_by_text(CANARY)).to_be_visible()
    chief = site.page(scene["Chief"].member)
    chief.goto(scene.at())
    chief.get_by_role("link", name="Take words out").click()
    mark(chief)
    assert site.serious(chief) == []
    chief.get_by_role("button", name="See before and after").click()
    expect(chief.get_by_role("heading", name="Before and after")).to_be_visible()
    expect(chief.locator(".redacted")).to_have_text("left out: organization name")
    assert site.serious(chief) == []
    chief.get_by_role("button", name="Take the words out", exact=True).click()
    expect(chief.get_by_text("The words are taken out")).to_be_visible()
    expect(reader.locator(".redacted")).to_have_text("left out: organization name")
    expect(reader.get_by_text(CANARY)).to_have_count(0)
    db.session.rollback()
    purging.sweep()
    assert remains(app, CANARY) == set()


def test_a_block_is_as_wide_whatever_it_hides(site: Site, scene: Scene) -> None:
    page = site.page(scene["Author"].member)
    page.goto(f"{url('threads', scene.opening)}/reply")
    page.get_by_label("Text").fill("⟦person⟧ ⟦organization⟧ ⟦nothing⟧")
    page.get_by_role("button", name="Preview").click()
    blocks = page.locator(".preview .redacted")
    expect(blocks).to_have_count(2)
    widths = {blocks.nth(number).evaluate("one => one.getBoundingClientRect().width") for number in range(2)}
    assert len(widths) == 1
    expect(page.locator(".preview")).to_contain_text("⟦nothing⟧")
