"""A member corrects what they sent: other words, whose difference everybody can read."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids
from community.db import db
from community.models import (
    AuditEntry,
    Group,
    Member,
    OutboxEvent,
    Post,
    Quote,
    Revision,
    Role,
    Thread,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, save, url
from tests.paperwork import now, paper, press, send

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def author(world: World) -> Member:
    return world.member("author")


@pytest.fixture
def reader(world: World) -> Member:
    return world.member("reader")


@pytest.fixture
def chief(world: World) -> Member:
    return world.member("chief")


@pytest.fixture
def room(world: World, author: Member, reader: Member, chief: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    world.join(reader, group)
    world.join(chief, group, Role.MODERATOR)
    return group


def edit_at(post: Post) -> str:
    return url("posts", post) + "/edit"


def edit(browser: FlaskClient, post: Post, **changes: object) -> int:
    return press(browser, browser.get(edit_at(post)), "save", **changes).status_code


def tags() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.tag).order_by(AuditEntry.number)))


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.number)))


def test_readers_see_the_new_words_the_mark_and_the_difference(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, "Old title", body="We saw three addresses.")
    assert edit(enter(author), opening, title="New title", body="We saw four addresses.") == 303
    browser = enter(reader)
    thread = words(browser.get(url("threads", opening)))
    assert "We saw four addresses." in thread
    assert "edited" in thread
    assert "three" not in thread
    history = browser.get(url("posts", opening) + "/history").get_data(as_text=True)
    assert "three</del>" in history
    assert "four</ins>" in history
    assert "Old</del>" in history
    assert kinds() == ["PostEdited"]
    assert tags() == ["member:post:edited"]
    facts = db.session.scalars(select(AuditEntry.facts)).one()
    assert facts == {"changed": ["body", "title"]}


def test_the_form_holds_what_the_post_says(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", body="\n  code\nline", tlp=Tlp.AMBER, kind="question", severity="warning")
    form = paper(enter(author).get(edit_at(opening)), "save")
    assert (form["title"], form["tlp"], form["kind"], form["severity"]) == ("T", "AMBER", "question", "warning")
    assert form["body"].replace("\r\n", "\n").endswith("  code\nline")


def test_who_cannot_read_the_post_cannot_read_its_history(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, tlp=Tlp.RED, body="one", recipients=[])
    edit(enter(author), opening, body="two")
    assert enter(reader).get(url("posts", opening) + "/history").status_code == 404
    assert enter(author).get(url("posts", opening) + "/history").status_code == 200


def test_nothing_changed_is_no_edit(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", body="B")
    assert edit(enter(author), opening) == 303
    assert now(Post, opening.id).edited_at is None
    assert kinds() == tags() == []


def test_an_incident_gets_its_types_later(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", kind="incident")
    edit(enter(author), opening, event_type="leak", cause_types=["insider"], severity="warning")
    thread = now(Thread, opening.id)
    assert (thread.event_type, thread.cause_types, now(Post, opening.id).severity) == ("leak", ["insider"], "warning")


def test_of_two_edits_the_second_sees_both_and_loses_nothing(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", body="The beginning.")
    desk, phone = enter(author), enter(author)
    at_desk, at_phone = desk.get(edit_at(opening)), phone.get(edit_at(opening))
    assert press(desk, at_desk, "save", body="The beginning. From the desk.").status_code == 303
    second = press(phone, at_phone, "save", body="The beginning. From the phone.")
    assert second.status_code == 409
    assert "From the desk." in words(second)
    assert "From the phone." in words(second)
    assert paper(second, "save")["body"] == "The beginning. From the phone."
    assert now(Post, opening.id).body == "The beginning. From the desk."
    assert press(phone, second, "save").status_code == 303
    assert now(Post, opening.id).body == "The beginning. From the phone."
    history = words(enter(reader).get(url("posts", opening) + "/history"))
    assert "desk" in history
    assert "phone" in history


def test_wrong_input_keeps_the_text(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", body="B")
    browser = enter(author)
    page = browser.get(edit_at(opening))
    for changes in ({"title": ""}, {"body": "x" * 50_001}, {"version": "x"}, {"version": ""}, {"tlp": "x"}):
        form = paper(page, "save")
        form.put(**{"body": "My new text"} | changes)
        answer = send(browser, page, form, "save")
        assert answer.status_code == 422
        assert paper(answer, "save")["body"] == (changes.get("body") or "My new text")
    for version in ("0", "99", "-1", "9" * 30):
        form = paper(page, "save")
        form.put(body="My new text", version=version)
        assert send(browser, page, form, "save").status_code == 409
    assert now(Post, opening.id).body == "B"


@pytest.mark.parametrize("path", ["edit", "withdraw", "widen"])
def test_only_the_author_corrects(
    world: World, enter: Enter, author: Member, reader: Member, chief: Member, room: Group, path: str
) -> None:
    opening = world.thread(room, author)
    nameless = world.thread(room, None)
    for member in (reader, chief):
        assert enter(member).get(f"{url('posts', opening)}/{path}").status_code == 403
    assert enter(author).get(f"{url('posts', nameless)}/{path}").status_code == 403
    assert enter(world.member()).get(f"{url('posts', opening)}/{path}").status_code == 404


def test_who_may_no_longer_write_keeps_the_words(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author)
    browser = enter(author)
    page = browser.get(edit_at(opening))
    world.join(author, room, Role.READER)
    answer = press(browser, page, "save", body="My long new text")
    assert answer.status_code == 403
    assert "My long new text" in words(answer)


def test_an_edit_cannot_make_a_post_wider_than_what_it_quotes(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.GREEN)
    strict = world.reply(opening, reader, "strict", tlp=Tlp.AMBER)
    red = world.reply(opening, reader, "red", tlp=Tlp.RED, recipients=[author])
    reply = world.reply(opening, author, "mine", tlp=Tlp.GREEN)
    wide_red = world.reply(opening, author, "mine", tlp=Tlp.RED, recipients=[reader, world.member()])
    browser = enter(author)
    for post, quoted in ((reply, strict), (reply, red), (wide_red, red)):
        body = f"> [reader](/posts/{ids.encode(quoted.id)})\n> x\n\nYes"
        answer = press(browser, browser.get(edit_at(post)), "save", body=body)
        assert answer.status_code == 422
        assert "quotes a post with a stricter label" in words(answer)
    body = f"> [reader](/posts/{ids.encode(strict.id)})\n> strict\n\nYes"
    assert edit(browser, reply, body=body, tlp="AMBER") == 303
    assert db.session.scalars(select(Quote.quoted_id).where(Quote.post_id == reply.id)).all() == [strict.id]


def test_history_is_read_page_by_page(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(
        room, author, "T", body="step 13 end", version=13, released_at=clock.now() - timedelta(hours=9)
    )
    for number in range(1, 13):
        body = f"step {number} end"
        row = {"post_id": opening.id, "version": number, "body": body, "title": "T", "tlp": Tlp.GREEN}
        save(Revision(id=number, written_at=clock.now(), **row))
    browser = enter(author)
    page = browser.get(url("posts", opening) + "/history")
    assert page.get_data(as_text=True).count("<del>") == 10
    assert "3</del>" in page.get_data(as_text=True)
    older = browser.get(url("posts", opening) + "/history?before=4").get_data(as_text=True)
    assert older.count("<del>") == 2
    for nonsense in ("x", "-1", "9" * 30, "0"):
        assert browser.get(url("posts", opening) + f"/history?before={nonsense}").status_code == 200
