"""Writing in a real browser, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from community.db import db
from community.models import Draft, Group, Member, Post
from community.tlp import Tlp
from tests.browser.conftest import Site
from tests.factories import World, url
from tests.paperwork import last_post


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author")


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    for number in range(9):
        world.join(world.member(f"Reader {number}"), group)
    return group


def fill(page: Page, room: Group, label: str = "GREEN") -> None:
    page.goto(f"{url('groups', room)}/new")
    page.get_by_role("textbox", name="Title").fill("A title")
    page.get_by_role("textbox", name="Text").fill("Some **words**")
    page.locator(f"input[name=tlp][value='{label}']").check()


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_from_the_text_to_three_people(site: Site, author: Member, room: Group, scripts: bool, width: int) -> None:
    page = site.page(author, width=width, java_script_enabled=scripts)
    fill(page, room, "AMBER")
    people = page.get_by_role("group", name="Who may read it, beside you")
    expect(people).to_be_hidden()
    page.locator("input[name=tlp][value=RED]").check()
    expect(people).to_be_visible()
    for number in (1, 4, 7):
        page.get_by_label(f"Reader {number}").check()
    page.get_by_role("button", name="See who will read it").click()
    expect(page.get_by_role("heading", name="Who will read this", exact=True)).to_be_visible()
    page.get_by_role("button", name="Send to 3 other people").click()
    page.wait_for_url(re.compile(r"/threads/\w+\?page=1#p-\w+$"))
    expect(page.get_by_text("Only the author and the 3 people named")).to_be_visible()
    assert last_post().tlp == Tlp.RED


def test_people_are_found_while_typing(site: Site, author: Member, room: Group) -> None:
    page = site.page(author)
    fill(page, room, "RED")
    page.get_by_placeholder("Filter by name or organization").fill("reader 4")
    expect(page.get_by_label("Reader 4")).to_be_visible()
    expect(page.get_by_label("Reader 5")).to_be_hidden()


def test_a_draft_is_kept_while_typing(site: Site, author: Member, room: Group) -> None:
    page = site.page(author)
    fill(page, room)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert count(Draft) == 1
    page.goto(f"{url('groups', room)}/new")
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Some **words**")
    expect(page.get_by_text("This is the draft you left here.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_preview_leaves_the_form_as_it_is(site: Site, author: Member, room: Group, scripts: bool) -> None:
    page = site.page(author, java_script_enabled=scripts)
    fill(page, room)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview strong")).to_have_text("words")
    expect(page.get_by_role("textbox", name="Title")).to_have_value("A title")
    page.get_by_role("button", name="See who will read it").click()
    expect(page.get_by_role("button", name="Send to 9 other people")).to_be_visible()


def test_back_and_forth_sends_once(site: Site, author: Member, room: Group) -> None:
    page = site.page(author)
    fill(page, room)
    page.get_by_role("button", name="See who will read it").click()
    page.get_by_role("button", name="Send to").dblclick()
    page.wait_for_url("**/threads/**")
    assert count(Post) == 1
    assert count(Draft) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_writing_has_a_serious_fault(
    site: Site, world: World, author: Member, room: Group, scheme: str
) -> None:
    opening = world.thread(room, author, "A title", body="See 192.0.2.7", tlp=Tlp.AMBER)
    world.grant(opening, world.member("Guest"))
    page = site.page(author, color_scheme=scheme)
    fill(page, room, "RED")
    found = site.serious(page)
    page.get_by_label("Reader 1").check()
    page.get_by_role("button", name="See who will read it").click()
    found += site.serious(page)
    parts = ("", "/edit", "/widen", "/grants?q=r", "/audience", "/withdraw", "/history")
    for path in ("/posts/new", "/my/drafts", *(url("posts", opening) + part for part in parts)):
        page.goto(path)
        found += [f"{path}: {one}" for one in site.serious(page)]
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, path
    assert found == []
