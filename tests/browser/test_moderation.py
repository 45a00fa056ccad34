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


def _listening(site: Site, scene: Scene) -> Page:
    """The thread, open in the browser of somebody else."""
    other = site.page(scene["Other"].member)
    ear = Ear(other)
    other.goto(url("threads", scene.opening))
    ear.opened()
    expect(other.get_by_text(CANARY)).to_be_visible()
    return other


def _walk(chief: Page) -> None:
    """Through the queue by keyboard alone."""
    for key, focused in (("j", "A title"), ("j", "Another"), ("j", "Another"), ("k", "A title")):
        chief.keyboard.press(key)
        expect(chief.locator(":focus")).to_have_text(f"Flagged post: {focused}")
    chief.keyboard.press("Enter")


def test_flag_find_remove(site: Site, scene: Scene) -> None:
    plain = site.page(scene["Reader"].member, java_script_enabled=False)
    plain.goto(url("threads", scene.opening))
    plain.locator("article").nth(1).get_by_role("link", name="Flag").click()
    plain.get_by_label("It shows who was affected, or who reported").check()
    plain.get_by_label("In your words").fill("The name in the first line")
    plain.get_by_role("button", name="Send to the moderators").click()
    expect(plain.get_by_text("Thank you. The moderators look at it")).to_be_visible()
    scene.flag("Reader", scene.world.thread(scene.group, scene["Author"].member, "Another"))

    other = _listening(site, scene)
    site.expected = ("/live",)  # the open page asks once more for the post, which is gone for it
    chief = site.page(scene["Chief"].member)
    chief.goto("/moderation")
    assert site.serious(chief) == []
    _walk(chief)
    expect(chief.get_by_text("The name in the first line")).to_be_visible()
    assert site.serious(chief) == []
    chief.get_by_role("link", name="Remove the post").click()
    chief.get_by_label("Standard text").select_option("identifies")
    chief.get_by_role("button", name="Remove the post").click()
    expect(chief.get_by_text("Removed by moderators")).to_be_visible()
    expect(other.get_by_text(CANARY)).to_have_count(0)
    expect(other.get_by_role("heading", name="A title")).to_be_visible()
