"""A label becomes stricter by its author or a moderator, and wider only by its author, before a known audience."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community.db import db
from community.models import (
    AuditEntry,
    Engagement,
    Group,
    Member,
    OutboxEvent,
    Post,
    PostState,
    Quote,
    Recipient,
    Revision,
    Role,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, save, url
from tests.paperwork import now, paper, papers, press, send

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


def test_the_author_makes_it_stricter_but_not_wider(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, tlp=Tlp.AMBER)
    browser = enter(author)
    page = browser.get(edit_at(opening))
    assert paper(page, "save").options("tlp") == ["AMBER+STRICT", "AMBER"]
    for label in ("GREEN", "CLEAR", "RED"):
        assert press(browser, page, "save", tlp=label).status_code == 422
    assert press(browser, page, "save", tlp="AMBER+STRICT").status_code == 303
    assert now(Post, opening.id).tlp == Tlp.AMBER_STRICT
    assert kinds() == ["PostEdited", "PostRelabelled"]
    assert "TLP:AMBER → TLP:AMBER+STRICT" in words(enter(reader).get(url("posts", opening) + "/history"))


def test_what_follows_becomes_as_strict_as_the_author_wants(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, tlp=Tlp.GREEN)
    reply = world.reply(opening, reader)
    assert edit(enter(author), opening, tlp="AMBER") == 303
    assert now(Post, reply.id).tlp == Tlp.AMBER


def narrow(browser: FlaskClient, post: Post, label: str) -> int:
    page = browser.get(url("posts", post) + "/narrow")
    form = next(form for form in papers(page) if "version" in dict(form.fields))
    form.put(tlp=label)
    return browser.post(page.request.path, data=dict(form.fields)).status_code


def test_a_moderator_makes_it_stricter_and_what_follows_with_it(
    world: World, enter: Enter, author: Member, reader: Member, chief: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.CLEAR)
    clear = world.reply(opening, reader, tlp=Tlp.CLEAR)
    strict = world.reply(opening, reader, tlp=Tlp.AMBER_STRICT)
    red = world.reply(opening, reader, tlp=Tlp.RED, recipients=[author])
    gone = world.reply(opening, reader, tlp=Tlp.CLEAR, state=PostState.WITHDRAWN, body="-")
    assert narrow(enter(chief), opening, "AMBER") == 303
    labels = [now(Post, post.id).tlp for post in (opening, clear, strict, red, gone)]
    assert labels == [Tlp.AMBER, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED, Tlp.AMBER]
    revisions = db.session.scalars(select(Revision)).all()
    assert {(row.post_id, row.tlp) for row in revisions} == {(opening.id, Tlp.CLEAR), (clear.id, Tlp.CLEAR)}
    told = [row.payload for row in db.session.scalars(select(OutboxEvent)) if row.kind == "PostRelabelled"]
    assert {(row["post_id"], row["by_id"]) for row in told} == {(post.id, chief.id) for post in (opening, clear, gone)}
    assert tags() == ["moderator:post:narrowed", "system:post:narrowed", "system:post:narrowed"]


def test_what_quotes_it_becomes_as_strict(
    world: World, enter: Enter, author: Member, reader: Member, chief: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.GREEN)
    quoted = world.reply(opening, author, "words")
    first, second, other = (world.reply(opening, reader, f"> words {number}") for number in range(3))
    save(Quote(post_id=first.id, quoted_id=quoted.id), Quote(post_id=second.id, quoted_id=first.id))
    assert narrow(enter(chief), quoted, "AMBER") == 303
    labels = [now(Post, post.id).tlp for post in (quoted, first, second, other, opening)]
    assert labels == [Tlp.AMBER, Tlp.AMBER, Tlp.AMBER, Tlp.GREEN, Tlp.GREEN]


def test_a_moderator_cannot_make_it_red_or_wider(
    world: World, enter: Enter, author: Member, chief: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.AMBER)
    browser = enter(chief)
    for label in ("RED", "GREEN", "AMBER"):
        assert narrow(browser, opening, label) == 409
    assert now(Post, opening.id).tlp == Tlp.AMBER
    assert enter(reader).get(url("posts", opening) + "/narrow").status_code == 403
    red = world.thread(room, author, tlp=Tlp.RED, recipients=[chief])
    assert "It cannot become stricter" in words(browser.get(url("posts", red) + "/narrow"))


def test_wider_goes_through_its_audience(world: World, enter: Enter, author: Member, room: Group) -> None:
    loose = world.member("loose", engagement=Engagement.CONTRACTOR)
    world.join(loose, room)
    opening = world.thread(room, author, "T", tlp=Tlp.AMBER, body="B")
    browser = enter(author)
    page = browser.get(url("posts", opening) + "/widen")
    assert paper(page, "check").options("tlp") == ["GREEN", "CLEAR"]
    confirmation = press(browser, page, "check", tlp="CLEAR")
    assert "loose" in words(confirmation)
    assert now(Post, opening.id).tlp == Tlp.AMBER
    assert enter(loose).get(url("threads", opening)).status_code == 404
    assert press(browser, confirmation, "send").status_code == 303
    assert enter(loose).get(url("threads", opening)).status_code == 200
    assert tags() == ["member:post:widened"]
    assert kinds() == ["PostRelabelled"]


def test_wider_asks_again_for_somebody_added(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.AMBER)
    browser = enter(author)
    confirmation = press(browser, browser.get(url("posts", opening) + "/widen"), "check", tlp="GREEN")
    world.join(world.member("Latecomer"), room)
    asked = press(browser, confirmation, "send")
    assert asked.status_code == 409
    assert "Latecomer" in words(asked)
    assert now(Post, opening.id).tlp == Tlp.AMBER
    assert press(browser, asked, "send").status_code == 303


def test_wider_never_without_its_page(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.AMBER)
    browser = enter(author)
    page = browser.get(url("posts", opening) + "/widen")
    form = paper(page, "check")
    form.put(tlp="GREEN")
    assert send(browser, page, form, "send").status_code == 409
    assert now(Post, opening.id).tlp == Tlp.AMBER


def test_the_confirmation_of_a_wider_label_names_the_earlier_wordings(
    world: World, enter: Enter, author: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.AMBER, body="first")
    browser = enter(author)
    edit(browser, opening, body="second")
    page = press(browser, browser.get(url("posts", opening) + "/widen"), "check", tlp="GREEN")
    assert "An earlier wording becomes readable too" in words(page)


def test_a_reply_becomes_no_wider_than_its_thread_and_its_quotes(
    world: World, enter: Enter, author: Member, reader: Member, room: Group
) -> None:
    opening = world.thread(room, reader, "T", tlp=Tlp.GREEN)
    quoted = world.reply(opening, reader, "words", tlp=Tlp.AMBER)
    reply = world.reply(opening, author, "> words", tlp=Tlp.AMBER_STRICT)
    save(Quote(post_id=reply.id, quoted_id=quoted.id))
    page = enter(author).get(url("posts", reply) + "/widen")
    assert paper(page, "check").options("tlp") == ["AMBER"]


def test_red_opened_to_its_group_forgets_whom_it_named(
    world: World, enter: Enter, author: Member, reader: Member, chief: Member, room: Group
) -> None:
    opening = world.thread(room, author, "T", tlp=Tlp.RED, recipients=[reader])
    reply = world.reply(opening, reader, recipients=[author])
    browser = enter(author)
    press(browser, press(browser, browser.get(url("posts", opening) + "/widen"), "check", tlp="AMBER"), "send")
    assert enter(chief).get(url("threads", opening)).status_code == 200
    assert enter(chief).get(url("posts", reply)).status_code == 404
    db.session.rollback()
    assert db.session.scalars(select(Recipient.post_id)).all() == [reply.id]
