"""Home: what wants an answer, what is new in what one follows and elsewhere, and putting it all away."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from community import clock
from community.db import db
from community.models import Group, GroupInvitation, Member, Role, Severity
from tests.browsing import after, plain, send
from tests.factories import World, save, url

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    return group


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author")


@pytest.fixture
def reader(world: World, room: Group) -> Member:
    member = world.member("Reader")
    world.join(member, room, Role.READER)
    return member


def sections(page: str) -> dict[str, str]:
    """The headed parts of home: heading and plain words."""
    parts = re.findall(r'<section class="section" id="(\w+)".*?</section>', page, re.DOTALL)
    found = re.findall(r'<section class="section".*?</section>', page, re.DOTALL)
    return {key: plain(part) for key, part in zip(parts, found, strict=True)}


def home(browser: FlaskClient) -> str:
    return browser.get("/").get_data(as_text=True)


def test_warnings_come_first_then_what_one_follows_then_the_rest(
    world: World, enter: Enter, room: Group, author: Member, reader: Member
) -> None:
    browser = enter(reader)
    world.thread(room, author, "Plain")
    followed = world.thread(room, author, "Followed")
    send(browser, f"{url('threads', followed)}/follow")
    alarmed = world.thread(room, author, "Alarmed")
    world.reply(alarmed, author, severity=Severity.WARNING)
    found = sections(home(browser))
    assert list(found) == ["answer", "followed", "new"]
    assert "Alarmed" in found["answer"]
    assert "Warning" in found["answer"]
    assert "Followed" in found["followed"]
    assert "Plain" in found["new"]
    browser.get(url("threads", alarmed))
    assert list(sections(home(browser))) == ["followed", "new"]


def test_an_old_warning_is_not_pushed_out_by_newer_posts(
    world: World, enter: Enter, room: Group, author: Member, reader: Member
) -> None:
    long_ago = clock.now() - timedelta(days=5)
    world.thread(room, author, "Alarm", severity=Severity.WARNING, released_at=long_ago)
    for number in range(21):
        world.thread(room, author, f"Newer {number}")
    assert "Alarm" in sections(home(enter(reader)))["answer"]


def test_invitations_and_requests_wait_on_home(
    world: World, enter: Enter, room: Group, author: Member, reader: Member
) -> None:
    other, chief, asker = world.group("Other"), world.member("Chief"), world.member("Asker")
    world.join(chief, other, Role.MODERATOR)
    invited: dict[str, Any] = {"group_id": other.id, "member_id": reader.id, "inviter_id": chief.id}
    save(GroupInvitation(id=clock.random_id(), role=Role.READER, invited_at=clock.now(), **invited))
    send(enter(asker), f"{url('groups', other)}/ask", reason="Because")
    assert "Chief invites you into the group Other" in sections(home(enter(reader)))["answer"]
    assert "1 case waits for you" in sections(home(enter(chief)))["answer"]
    assert "answer" not in sections(home(enter(author)))


def test_all_can_be_marked_as_read_but_what_came_in_meanwhile(
    world: World, enter: Enter, room: Group, author: Member, reader: Member
) -> None:
    browser = enter(reader)
    for number in range(25):
        world.thread(room, author, f"Thread {number}")
    drawn = browser.get("/").get_data(as_text=True)
    until = re.search(r'name="until" value="([^"]+)"', drawn)
    assert until
    world.thread(room, author, "Late")
    after(browser, send(browser, "/read", until=until[1]))
    page = home(browser)
    assert "Late" in sections(page)["new"]
    assert "Thread" not in sections(page)["new"]
    assert browser.get("/unread").json == {"notifications": 0, "groups": {url("groups", room)[8:]: 1}}


@pytest.mark.parametrize(
    "until", ["", "x", "0001-01-01", "9999-12-31T23:59:59+14:00", "2026-01-01T00:00:00" + "0" * 5000]
)
def test_nonsense_in_the_form_is_no_error(world: World, enter: Enter, reader: Member, until: str) -> None:
    assert send(enter(reader), "/read", until=until).status_code == 303


def test_one_member_marks_for_themselves_only(
    world: World, enter: Enter, room: Group, author: Member, reader: Member
) -> None:
    other = world.member("Other")
    world.join(other, room)
    world.thread(room, author, "Thread")
    send(enter(reader), "/read")
    assert "Thread" in sections(home(enter(other)))["new"]
    assert "All quiet" in home(enter(reader))


def test_the_guide_stays_until_it_is_put_away(world: World, enter: Enter, room: Group) -> None:
    newcomer = world.member("Newcomer", guided=False)
    browser = enter(newcomer)
    assert "Welcome. Four things to know" in home(browser)
    assert "Welcome. Four things to know" not in after(browser, send(browser, "/guide"))
    db.session.rollback()
    assert db.session.get_one(Member, newcomer.id).guided
