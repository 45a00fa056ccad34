"""The author may open one post to one more person: this post and nothing around it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids
from community.db import db
from community.models import (
    AuditEntry,
    Engagement,
    Grant,
    Group,
    Member,
    OutboxEvent,
    Post,
    PostState,
    Recipient,
    Role,
    Visibility,
)
from community.tlp import Tlp
from tests.browsing import after, words
from tests.browsing import send as send_form
from tests.factories import World, url
from tests.paperwork import last_post, send_post

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def people(world: World) -> dict[str, Member]:
    return {name: world.member(name) for name in ("author", "first", "second", "third", "other")}


@pytest.fixture
def room(world: World, people: dict[str, Member]) -> Group:
    group = world.group("Room")
    for member in people.values():
        world.join(member, group)
    return group


def keys(*members: Member) -> list[str]:
    return [ids.encode(member.id) for member in members]


def named(post: Post) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(Recipient.member_id).where(Recipient.post_id == post.id)))


def readers(enter: Enter, people: dict[str, Member], path: str) -> set[str]:
    return {name for name, member in people.items() if enter(member).get(path).status_code == 200}


def reply_at(opening: Post) -> str:
    return url("threads", opening) + "/reply"


def quoting(enter: Enter, member: Member, opening: Post, quoted: Post, **changes: object) -> FlaskClient:
    browser = enter(member)
    send_post(browser, f"{reply_at(opening)}?quote={ids.encode(quoted.id)}", **changes)
    return browser


def grant(enter: Enter, author: Member, post: Post, member: Member, **more: str) -> str:
    """The author sends the form; returns what the page says then."""
    browser = enter(author)
    path = url("posts", post) + "/grants"
    return after(browser, send_form(browser, path, member=ids.encode(member.id), **more))


@pytest.mark.parametrize("label", [Tlp.RED, Tlp.AMBER_STRICT, Tlp.GREEN])
def test_a_grant_opens_the_post_and_nothing_around_it(
    world: World, enter: Enter, people: dict[str, Member], room: Group, label: Tlp
) -> None:
    guest = world.member("guest", engagement=Engagement.CONTRACTOR)
    circle = [people["first"]] if label is Tlp.RED else []
    title = "A title that stands in the thread"
    opening = world.thread(room, people["author"], title, tlp=label, recipients=circle, body="the opening words")
    reply = world.reply(opening, people["first"], "the words of the reply", recipients=[people["author"]])
    assert enter(guest).get(url("posts", opening)).status_code == 404
    grant(enter, people["author"], opening, guest)
    browser = enter(guest)
    page = browser.get(url("posts", opening))
    assert page.status_code == 200
    assert "the opening words" in words(page)
    assert "the words of the reply" not in words(page)
    for hidden in ("Room", room.name, "/groups/" + ids.encode(room.id), "/threads/", "first", "audience"):
        assert hidden not in page.get_data(as_text=True)
    for path in ("", "/reply"):
        assert browser.get(url("threads", opening) + path).status_code == 404
    for path in (url("posts", reply), url("groups", room) + "/new", url("posts", opening) + "/audience"):
        assert browser.get(path).status_code in (403, 404)
    assert browser.get(url("posts", opening) + "/audience").status_code == 404
    for path in ("edit", "grants", "withdraw", "widen", "narrow"):
        assert browser.get(f"{url('posts', opening)}/{path}").status_code == 403
    assert browser.get(url("posts", opening) + "/thread").location == url("posts", opening)


def test_readers_see_to_whom_it_was_opened_and_when(
    world: World, enter: Enter, people: dict[str, Member], room: Group
) -> None:
    guest = world.member("guest", world.organization("Guest Works"))
    opening = world.thread(room, people["author"])
    said = grant(enter, people["author"], opening, guest)
    assert "They can read it now." in said
    for path in (url("posts", opening), url("posts", opening) + "/audience"):
        page = words(enter(people["second"]).get(path))
        assert "guest" in page
        assert "Guest Works" in page
        assert f"{clock.now():%Y-%m}" in page


def test_a_grant_is_recorded_and_can_be_taken_back(
    world: World, enter: Enter, people: dict[str, Member], room: Group
) -> None:
    guest = world.member("guest")
    opening = world.thread(room, people["author"])
    grant(enter, people["author"], opening, guest)
    grant(enter, people["author"], opening, guest, back="1")
    grant(enter, people["author"], opening, guest, back="1")
    assert enter(guest).get(url("posts", opening)).status_code == 404
    db.session.rollback()
    tags = list(db.session.scalars(select(AuditEntry.tag).order_by(AuditEntry.number)))
    assert tags == ["member:grant:given", "member:grant:taken"]
    kinds = list(db.session.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.number)))
    assert kinds == ["PostGranted", "GrantTakenBack"]


def test_who_could_no_longer_read_it_hears_nothing_when_a_grant_is_taken_back(
    world: World, enter: Enter, people: dict[str, Member]
) -> None:
    secret = world.group("Secret", Visibility.SECRET)
    world.join(people["author"], secret, Role.MODERATOR)
    world.join(people["first"], secret)
    opening = world.thread(secret, people["author"], tlp=Tlp.RED)
    world.grant(opening, people["first"])
    send_form(enter(people["first"]), url("groups", secret) + "/leave")
    grant(enter, people["author"], opening, people["first"], back="1")
    assert not db.session.scalars(select(Grant)).all()
    assert "GrantTakenBack" not in set(db.session.scalars(select(OutboxEvent.kind)))


def test_in_a_secret_group_only_its_members_can_be_named(world: World, enter: Enter, people: dict[str, Member]) -> None:
    secret = world.group("Secret", Visibility.SECRET)
    inside = world.member("inside", engagement=Engagement.CONTRACTOR)
    for member in (people["author"], inside):
        world.join(member, secret)
    opening = world.thread(secret, people["author"], tlp=Tlp.AMBER)
    browser = enter(people["author"])
    found = words(browser.get(url("posts", opening) + "/grants?q=i"))
    assert "inside" in found
    assert "third" not in found
    assert "cannot be chosen" in grant(enter, people["author"], opening, people["third"])
    assert enter(people["third"]).get(url("posts", opening)).status_code == 404
    grant(enter, people["author"], opening, inside)
    assert enter(inside).get(url("posts", opening)).status_code == 200


def test_a_grant_does_not_open_the_words_of_others(
    world: World, enter: Enter, people: dict[str, Member], room: Group
) -> None:
    guest = world.member("guest")
    opening = world.thread(room, people["first"], body="words of another")
    quoting(enter, people["author"], opening, opening)
    reply = last_post()
    assert "quotes words of others" in grant(enter, people["author"], reply, guest)
    assert enter(guest).get(url("posts", reply)).status_code == 404
    grant(enter, people["first"], opening, guest)
    assert "They can read it now." in grant(enter, people["author"], reply, guest)
    assert enter(guest).get(url("posts", reply)).status_code == 200


def test_somebody_in_a_pause_can_be_chosen(world: World, enter: Enter, people: dict[str, Member], room: Group) -> None:
    guest = world.member("guest", state="dormant")
    opening = world.thread(room, people["author"])
    assert "They can read it now." in grant(enter, people["author"], opening, guest)


@pytest.mark.parametrize("who", ["reader", "author", "suspended", "pending", "nobody"])
def test_who_cannot_be_chosen(world: World, enter: Enter, people: dict[str, Member], room: Group, who: str) -> None:
    opening = world.thread(room, people["author"])
    chosen = {
        "reader": people["first"],
        "author": people["author"],
        "suspended": world.member(state="suspended"),
        "pending": world.member(state="pending"),
        "nobody": Member(id=clock.random_id()),
    }[who]
    assert "cannot be chosen" in grant(enter, people["author"], opening, chosen)
    db.session.rollback()
    assert db.session.scalars(select(Grant)).all() == []


def test_only_the_author_opens_a_post(world: World, enter: Enter, people: dict[str, Member], room: Group) -> None:
    chief = world.member("chief", site_moderator=True)
    world.join(chief, room, Role.MODERATOR)
    opening = world.thread(room, people["author"])
    nameless = world.thread(room, None)
    gone = world.thread(room, people["author"], state=PostState.WITHDRAWN)
    for member, post in (
        (people["first"], opening),
        (chief, opening),
        (people["author"], nameless),
        (people["author"], gone),
    ):
        assert enter(member).get(url("posts", post) + "/grants").status_code == 403


def test_finding_people_takes_any_words(enter: Enter, people: dict[str, Member], room: Group, world: World) -> None:
    opening = world.thread(room, people["author"])
    world.member("100%_\\ sure")
    browser = enter(people["author"])
    for asked, found in (
        ("%25_%5C", True),
        ("0%25s", False),
        ("%00x", False),
        ("%", True),
        ("'%22", False),
        ("SURE", True),
        ("%E6%BC%A2", False),
    ):
        page = browser.get(f"{url('posts', opening)}/grants?q={asked}")
        assert page.status_code == 200
        assert ("100%_\\ sure" in words(page)) is found
