"""The check of a text in a real browser: seen, taken out by keyboard, sent."""

import pytest
from playwright.sync_api import expect

from community.models import Group, Member
from tests.browser.conftest import Site
from tests.factories import World, url
from tests.paperwork import last_post

BODY = "電話は03-1234-5678、管理画面は10.1.2.3です。\n\npassword: hunter2\n\nMail: taro@power.example"


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author")


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    world.join(world.member("Reader"), group)
    return group


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_words_are_taken_out_by_keyboard_and_the_rest_is_sent(
    site: Site, author: Member, room: Group, scripts: bool, width: int
) -> None:
    page = site.page(author, width=width, java_script_enabled=scripts)
    page.goto(f"{url('groups', room)}/new")
    page.get_by_role("textbox", name="Title").fill("A call")
    page.get_by_role("textbox", name="Text").fill(BODY)
    page.locator("input[name=tlp][value=GREEN]").check()
    page.get_by_role("button", name="See who will read it").click()
    expect(page.get_by_role("heading", name="Look at 4 places again")).to_be_visible()
    assert page.locator(".found-text mark").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if scripts:
        assert site.serious(page) == []
    page.get_by_role("button", name="Take out: hunter2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look at 3 places again")).to_be_visible()
    page.get_by_role("button", name="Take out: 03-1234-5678").click()
    expect(page.get_by_role("heading", name="Look at 2 places again")).to_be_in_viewport()
    if scripts:
        expect(page.locator("#check")).to_be_focused()
    page.get_by_role("button", name="Send to 1 other person").click()
    page.wait_for_url("**/threads/**")
    assert last_post().body == BODY.replace("hunter2", "［削除］").replace("03-1234-5678", "［削除］")
