"""Withdrawn words are nowhere any more."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import ids
from community.db import db
from community.models import (
    AuditEntry,
    Group,
    Member,
    OutboxEvent,
    Post,
    PostState,
    Role,
    Thread,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import last_post, now, papers, press, rows, send_post

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


CANARY = "Kanariya-7f3a"


def withdraw(browser: FlaskClient, post: Post) -> int:
    path = url("posts", post) + "/withdraw"
    form = next(form for form in papers(browser.get(path)) if form.action == path)
    return browser.post(path, data=dict(form.fields)).status_code


def ensure_gone(page: TestResponse) -> None:
    """The page is there, says that the post was withdrawn, and holds none of its words."""
    assert page.status_code == 200
    assert CANARY not in page.get_data(as_text=True)
    assert "Withdrawn by its author." in words(page)


def test_withdrawn_words_are_nowhere(
    world: World, enter: Enter, author: Member, reader: Member, chief: Member, room: Group
) -> None:
    browser, other = enter(author), enter(reader)
    text = f"Line one {CANARY} here.\n\nLine two with {CANARY} too."
    send_post(browser, f"{url('groups', room)}/new", title=f"Title {CANARY}", body=text, tlp="GREEN", kind="incident")
    opening = last_post()
    edit(browser, opening, body=f"{text}\n\nMore {CANARY}.", title=f"Other title {CANARY}")
    at = f"{url('threads', opening)}/reply?quote={ids.encode(opening.id)}"
    send_post(other, at)
    quote = last_post()
    edit(other, quote, body=quote.body + f"\n\nmine\n\n> cut out: {CANARY}".replace("cut out: ", "More "))
    deeper = f"{url('threads', opening)}/reply?quote={ids.encode(quote.id)}"
    send_post(enter(chief), deeper)
    send_post(other, at, body=f"> Line one {CANARY}\n\nwithout its header")
    assert withdraw(browser, opening) == 303
    assert [table for table, value in rows() if CANARY in str(value)] == []
    for member in (author, reader, chief):
        ensure_gone(enter(member).get(url("threads", opening)))
    post, thread = now(Post, opening.id), now(Thread, opening.id)
    assert (post.state, post.body, post.html, thread.title) == (PostState.WITHDRAWN, "", "", "")
    assert (post.author_id, post.tlp) == (author.id, Tlp.GREEN)
    assert "mine" in now(Post, quote.id).body
    assert "The quoted post was withdrawn" in now(Post, quote.id).body


def test_other_quotes_stay(world: World, enter: Enter, author: Member, reader: Member, room: Group) -> None:
    opening = world.thread(room, reader, "T", body="Opening words stay.")
    gone = world.reply(opening, author, "These words go.")
    browser = enter(reader)
    quoted = "".join(f"> [x](/posts/{ids.encode(post.id)})\n>\n> {post.body}\n\nYes.\n\n" for post in (opening, gone))
    send_post(browser, f"{url('threads', opening)}/reply", body=quoted)
    reply = last_post()
    withdraw(enter(author), gone)
    body = now(Post, reply.id).body
    assert "Opening words stay." in body
    assert "These words go." not in body
    assert body.count("Yes.") == 2


def test_who_edits_a_quote_meanwhile_does_not_bring_it_back(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, reader, "T")
    gone = world.reply(opening, author, f"{CANARY} words")
    browser = enter(reader)
    send_post(browser, f"{url('threads', opening)}/reply?quote={ids.encode(gone.id)}")
    reply = last_post()
    page = browser.get(edit_at(reply))
    drafted = browser.get(f"{url('threads', opening)}/reply?quote={ids.encode(gone.id)}")
    withdraw(enter(author), gone)
    late = press(browser, page, "save", body=reply.body + "\n\nmore")
    assert late.status_code == 409
    again = press(browser, late, "save")
    assert again.status_code == 422
    assert "quotes a post that was withdrawn" in words(again)
    assert press(browser, drafted, "check", body=reply.body).status_code == 422
    assert [table for table, value in rows() if CANARY in str(value)] == []


def test_a_withdrawn_post_is_over(world: World, enter: Enter, author: Member, reader: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", body="B")
    guest = world.member("guest")
    world.grant(opening, guest)
    browser = enter(author)
    assert withdraw(browser, opening) == 303
    assert enter(guest).get(url("posts", opening)).status_code == 404
    for path in ("edit", "withdraw", "widen", "grants"):
        assert browser.get(f"{url('posts', opening)}/{path}").status_code == 403
    assert "Withdrawn by its author." in words(enter(reader).get(url("posts", opening)))
    assert tags() == ["member:post:withdrawn"]
    assert kinds() == ["PostWithdrawn"]
