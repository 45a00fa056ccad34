"""External links lead through a page that says where, and only who sees the post can ask it."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from community import ids
from community.models import Group, Member
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import last_post, press, send_post

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author")


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    return group


@pytest.fixture
def link(enter: Enter, author: Member, room: Group) -> str:
    """The address of a leaving page in a post."""
    body = "[advisory](https://vendor.example/a?b=1&c=2)"
    send_post(enter(author), f"{url('groups', room)}/new", title="T", body=body, tlp="GREEN")
    found = re.search(r'href="(/posts/[^"]+/leave/[^"]+)"', last_post().html)
    assert found
    return found[1]


def test_the_page_says_where_the_link_leads(enter: Enter, author: Member, link: str) -> None:
    assert "https://vendor.example/a" not in last_post().html
    page = enter(author).get(link)
    assert page.status_code == 200
    assert "https://vendor.example/a?b=1&c=2" in words(page)
    assert 'href="https://vendor.example/a?b=1&amp;c=2" rel="noopener noreferrer' in page.get_data(as_text=True)
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_who_does_not_see_the_post_finds_nothing(world: World, enter: Enter, link: str) -> None:
    assert enter(world.member()).get(link).status_code == 404


def test_an_altered_link_is_nothing(world: World, enter: Enter, author: Member, room: Group, link: str) -> None:
    browser = enter(author)
    other = "a" if link[-1] != "a" else "b"
    assert browser.get(link[:-1] + other).status_code == 404
    elsewhere = world.thread(room, author, body="[advisory](https://vendor.example/a?b=1&c=2)")
    token = link.rsplit("/", 1)[1]
    assert browser.get(f"{url('posts', elsewhere)}/leave/{token}").status_code == 404


def test_a_link_ends_with_the_words_it_stood_in(enter: Enter, author: Member, link: str) -> None:
    browser = enter(author)
    press(browser, browser.get(f"/posts/{ids.encode(last_post().id)}/edit"), "save", body="No link any more")
    assert browser.get(link).status_code == 404
