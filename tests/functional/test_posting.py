"""A member posts to a known audience: what the confirmation says is who reads it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, ids
from community.db import db
from community.models import (
    AuditEntry,
    Engagement,
    Group,
    Member,
    MemberState,
    OutboxEvent,
    Post,
    PostKind,
    Role,
    Thread,
    Visibility,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, save, url
from tests.paperwork import last_post, paper, press, send_post

Enter = Callable[[Member], FlaskClient]


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def at(group: Group) -> str:
    return f"{url('groups', group)}/new"


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author", world.organization("Harbour Authority"))


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    return group


def people(world: World, group: Group) -> list[Member]:
    """One person of each kind that the rules tell apart, named after it."""
    contractor: dict[str, Any] = {"engagement": Engagement.CONTRACTOR}
    made = {
        "staff": world.member("staff"),
        "reader": world.member("reader"),
        "agreed": world.member("agreed", **contractor, nda_signed=True),
        "loose": world.member("loose", **contractor),
        "asleep": world.member("asleep", state=MemberState.DORMANT),
        "again": world.member("again", state=MemberState.REVOUCHING),
        "waiting": world.member("waiting", state=MemberState.PENDING),
        "stopped": world.member("stopped", state=MemberState.SUSPENDED),
        "gone": world.member("gone", state=MemberState.LEFT),
        "new": world.member("new"),
    }
    for name, member in made.items():
        role = Role.READER if name == "reader" else Role.CONTRIBUTOR
        world.join(member, group, role, clock.now() - timedelta(hours=1) if name == "new" else None)
    return [*made.values(), world.member("outsider"), world.member("elsewhere", site_moderator=True)]


def shown_names(page: str, members: list[Member]) -> set[str]:
    listed = set(re.findall(r"<li>([a-zA-Z]+)(?: <span class=\"tag\">[^<]*</span>)?</li>", page))
    return listed & {member.name for member in members}


@pytest.mark.parametrize(
    ("label", "visibility", "hides_history"),
    [
        *((label, Visibility.PRIVATE, False) for label in Tlp),
        (Tlp.RED, Visibility.SECRET, True),
        (Tlp.AMBER, Visibility.SECRET, False),
        (Tlp.GREEN, Visibility.PRIVATE, True),
    ],
)
def test_the_people_on_the_confirmation_are_those_who_read_it(
    world: World, enter: Enter, author: Member, label: Tlp, hides_history: bool, visibility: Visibility
) -> None:
    group = world.group("Somewhere", visibility, hides_history=hides_history)
    world.join(author, group)
    everybody = people(world, group)
    browser = enter(author)
    named = [ids.encode(member.id) for member in everybody if member.name in ("staff", "loose", "outsider", "asleep")]
    changes = {"title": "Title", "body": "Text", "tlp": label, "recipients": named if label is Tlp.RED else None}
    confirmation = press(browser, browser.get(at(group)), "check", **changes)
    shown = shown_names(confirmation.get_data(as_text=True), everybody)
    assert press(browser, confirmation, "send").status_code == 303
    opening = last_post()
    awake(everybody)
    assert shown == {
        member.name for member in everybody if enter(member).get(url("threads", opening)).status_code == 200
    }
    assert shown  # nobody at all would be agreement, too


def awake(everybody: list[Member]) -> None:
    """Those who pause come back, as they can at any time."""
    for member in everybody:
        if member.state == MemberState.DORMANT:
            member.state = MemberState.ACTIVE
            save(member)


@pytest.mark.parametrize("label", [Tlp.CLEAR, Tlp.GREEN])
def test_in_a_public_group_everybody_of_the_community_is_shown(
    world: World, enter: Enter, author: Member, label: Tlp
) -> None:
    group = world.group("Square", Visibility.PUBLIC)
    world.join(author, group)
    everybody = people(world, group)
    browser = enter(author)
    page = browser.get(at(group))
    assert set(paper(page, "check").options("tlp")) == {"GREEN", "CLEAR"}
    confirmation = press(browser, page, "check", title="Title", body="Text", tlp=label)
    shown = shown_names(confirmation.get_data(as_text=True), everybody)
    press(browser, confirmation, "send")
    awake(everybody)
    assert shown == {m.name for m in everybody if enter(m).get(url("threads", last_post())).status_code == 200}
    assert {"outsider", "elsewhere"} <= shown


def test_the_audience_of_a_reply_is_held_by_its_opening(
    world: World, enter: Enter, author: Member, room: Group
) -> None:
    everybody = people(world, room)
    opening = world.thread(room, author, tlp=Tlp.AMBER, released_at=clock.now() - timedelta(days=1))
    browser = enter(author)
    page = browser.get(url("threads", opening) + "/reply")
    assert paper(page, "check").options("tlp") == ["RED", "AMBER+STRICT", "AMBER"]
    assert paper(page, "check")["tlp"] == "AMBER"
    confirmation = press(browser, page, "check", body="An answer")
    shown = shown_names(confirmation.get_data(as_text=True), everybody)
    assert press(browser, confirmation, "send").status_code == 303
    awake(everybody)
    path = url("posts", last_post())
    assert shown == {member.name for member in everybody if enter(member).get(path).status_code == 200}
    assert "loose" not in shown


def test_the_confirmation_says_everything_there_is_to_know(
    world: World, enter: Enter, author: Member, room: Group
) -> None:
    world.join(world.member("Reader", world.organization("Waterworks")), room)
    browser = enter(author)
    text = "See hxxps://evil.example/x and 192.0.2.7"
    page = press(browser, browser.get(at(room)), "check", title="A title", body=text, tlp="GREEN")
    said = words(page)
    assert said.index("Harbour Authority") < said.index("Waterworks")
    for expected in (
        "2 people",
        "2 organizations",
        "Send to 1 other person",
        "A title",
        "TLP:GREEN",
        "evil[.]example",
        "192[.]0[.]2[.]7",
        "you",
    ):
        assert expected in said
    for expected in ("TLP:GREEN", "evil[.]example", "192[.]0[.]2[.]7", "you"):
        assert expected in said
    assert "Whom the moderators let into this group later can read it too" in said
    assert "Site moderators can open it; you will see that they did." in said
    assert count(Post) == 0


INCIDENT = {
    "title": "Portal down",
    "body": "Since **08:00**.",
    "tlp": "AMBER",
    "kind": "incident",
    "severity": "warning",
    "event_type": "unavailable",
    "cause_types": ["mass_access", "unknown"],
}


def test_a_thread_is_written_confirmed_and_sent(world: World, enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    answer = send_post(browser, at(room), **INCIDENT)
    assert answer.status_code == 303
    post = last_post()
    thread = db.session.get_one(Thread, post.id)
    assert (post.id, post.group_id) == (post.thread_id, room.id)
    assert (post.author_id, post.organization_id) == (author.id, author.organization_id)
    assert (thread.title, thread.kind, thread.event_type) == ("Portal down", PostKind.INCIDENT, "unavailable")
    assert thread.cause_types == ["mass_access", "unknown"]
    assert (post.body, post.tlp, post.severity) == ("Since **08:00**.", Tlp.AMBER, "warning")
    assert "<strong>08:00</strong>" in post.html
    there = browser.get(browser.get(answer.location).location)
    assert "Portal down" in words(there)
    assert "Since 08:00 ." in words(there)


def test_it_is_recorded_without_its_words(world: World, enter: Enter, author: Member, room: Group) -> None:
    send_post(enter(author), at(room), title="Canary title", body="Canary text", tlp="GREEN")
    post = last_post()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.tag, entry.actor_id, entry.group_id, entry.subject_id) == (
        "member:post:published",
        author.id,
        room.id,
        post.id,
    )
    event = db.session.scalars(select(OutboxEvent)).one()
    assert (event.kind, event.payload) == ("PostPublished", {"post_id": post.id})
    assert "Canary" not in f"{entry.facts}{event.payload}"


def test_types_of_event_and_cause_belong_to_incidents(enter: Enter, author: Member, room: Group) -> None:
    changes = {"kind": "question", "event_type": "leak", "cause_types": ["insider"]}
    send_post(enter(author), at(room), title="T", body="B", tlp="GREEN", **changes)
    thread = db.session.get_one(Thread, last_post().id)
    assert (thread.event_type, thread.cause_types) == (None, [])


def test_back_keeps_what_was_written(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    body = 'First line\n\n  "quoted" <b> & émoji 🎌 日本語\nlast'
    first = press(browser, browser.get(at(room)), "check", title="T <i>", body=body, tlp="AMBER", kind="question")
    again = paper(press(browser, first, "back"), "check")
    assert (again["title"], again["body"], again["tlp"], again["kind"]) == ("T <i>", body, "AMBER", "question")


def test_a_preview_shows_the_text_and_sends_nothing(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    page = press(browser, browser.get(at(room)), "preview", title="T", body="**bold** [x](https://x.example)")
    assert "<strong>bold</strong>" in page.get_data(as_text=True)
    assert "/leave/" not in page.get_data(as_text=True)
    assert paper(page, "check")["title"] == "T"
    assert count(Post) == 0
