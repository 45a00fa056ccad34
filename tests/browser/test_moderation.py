"""A post is flagged without JavaScript, found with the keyboard, removed, and gone from the page that was open."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_live import Ear, site
from tests.cases import CANARY, Scene
from tests.factories import World, url

__all__ = ["site"]


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def flag_without_script(site: Site, scene: Scene) -> None:
    page = site.page(scene["Reader"].member, java_script_enabled=False)
    page.goto(url("threads", scene.opening))
    page.locator("article").nth(1).get_by_role("link", name="Flag").click()
    page.get_by_label("It shows who was affected, or who reported").check()
    page.get_by_label("In your words").fill("The name in the first line")
    page.get_by_role("button", name="Send to the moderators").click()
    expect(page.get_by_text("Thank you. The moderators look at it")).to_be_visible()


def find_by_keyboard(site: Site, page: Page) -> None:
    page.goto("/moderation")
    assert site.serious(page) == []
    for key, focused in (("j", "A title"), ("j", "Another"), ("j", "Another"), ("k", "A title")):
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_have_text(f"Flagged post: {focused}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The name in the first line")).to_be_visible()
    assert site.serious(page) == []


def test_flag_find_remove(site: Site, scene: Scene) -> None:
    flag_without_script(site, scene)
    scene.flag("Reader", scene.world.thread(scene.group, scene["Author"].member, "Another"))
    other = site.page(scene["Other"].member)
    ear = Ear(other)
    other.goto(url("threads", scene.opening))
    ear.opened()
    expect(other.get_by_text(CANARY)).to_be_visible()
    site.expected = ("/live",)  # the open page asks once more for the post, which is gone for it
    chief = site.page(scene["Chief"].member)
    find_by_keyboard(site, chief)
    chief.get_by_role("link", name="Remove the post").click()
    chief.get_by_label("Standard text").select_option("identifies")
    chief.get_by_role("button", name="Remove the post").click()
    expect(chief.get_by_text("Removed by moderators")).to_be_visible()
    expect(other.get_by_text(CANARY)).to_have_count(0)
    expect(other.get_by_role("heading", name="A title")).to_be_visible()
