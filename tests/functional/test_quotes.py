"""A post is never wider than what it quotes."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids
from community.db import db
from community.models import (
    Group,
    Member,
    Post,
    PostState,
    Recipient,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import last_post, paper, press, send, send_post

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


def test_a_quote_is_put_into_the_text(enter: Enter, people: dict[str, Member], room: Group, world: World) -> None:
    opening = world.thread(room, people["author"], body="Line one\n\nLine two")
    page = enter(people["first"]).get(f"{reply_at(opening)}?quote={ids.encode(opening.id)}")
    text = paper(page, "check")["body"].replace("\r\n", "\n")
    assert text.startswith(f"> [author](/posts/{ids.encode(opening.id)})\n>\n> Line one\n>\n> Line two")


def test_a_post_is_never_wider_than_what_it_quotes(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    strict = world.reply(opening, people["first"], "strict words", tlp=Tlp.AMBER_STRICT)
    browser = enter(people["second"])
    page = browser.get(f"{reply_at(opening)}?quote={ids.encode(strict.id)}")
    form = paper(page, "check")
    assert form.options("tlp") == ["RED", "AMBER+STRICT"]
    assert form["tlp"] == "AMBER+STRICT"
    for step in ("check", "send"):
        form.put(tlp="GREEN")
        assert send(browser, page, form, step).status_code == 422
    quoting(enter, people["second"], opening, strict)
    assert last_post().tlp == Tlp.AMBER_STRICT


@pytest.mark.parametrize("how", ["header taken out", "form field taken out"])
def test_a_quote_stays_a_quote(enter: Enter, people: dict[str, Member], room: Group, world: World, how: str) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    strict = world.reply(opening, people["first"], "strict words", tlp=Tlp.AMBER)
    browser = enter(people["second"])
    page = browser.get(f"{reply_at(opening)}?quote={ids.encode(strict.id)}")
    form = paper(page, "check")
    if how == "header taken out":
        form.put(body="> strict words\n\nYes.", tlp="GREEN")
    else:
        form.put(quotes=None, tlp="GREEN")
    assert send(browser, page, form, "check").status_code == 422


def test_without_the_quote_the_label_is_free_again(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    strict = world.reply(opening, people["first"], "strict words", tlp=Tlp.AMBER)
    quoting(enter, people["second"], opening, strict, body="My own words only", tlp="GREEN")
    assert last_post().tlp == Tlp.GREEN


def test_who_quotes_red_writes_to_the_same_people(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    red = world.reply(
        opening, people["first"], "red words", tlp=Tlp.RED, recipients=[people["second"], people["third"]]
    )
    quoting(enter, people["second"], opening, red, recipients=keys(people["other"]))
    post = last_post()
    assert post.tlp == Tlp.RED
    assert readers(enter, people, url("posts", post)) == {"first", "second", "third"}


def test_who_quotes_two_red_posts_writes_to_those_who_read_both(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    one = world.reply(opening, people["first"], "one", tlp=Tlp.RED, recipients=[people["second"], people["third"]])
    two = world.reply(opening, people["first"], "two", tlp=Tlp.RED, recipients=[people["second"], people["other"]])
    body = "".join(f"> [first](/posts/{ids.encode(post.id)})\n>\n> {post.body}\n\n" for post in (one, two))
    send_post(enter(people["second"]), reply_at(opening), body=body, tlp="RED")
    assert readers(enter, people, url("posts", last_post())) == {"first", "second"}


def test_what_one_does_not_see_cannot_be_quoted(
    enter: Enter, people: dict[str, Member], room: Group, world: World
) -> None:
    opening = world.thread(room, people["author"], tlp=Tlp.GREEN)
    red = world.reply(opening, people["first"], "red words", tlp=Tlp.RED, recipients=[people["second"]])
    withdrawn = world.reply(opening, people["first"], "", state=PostState.WITHDRAWN)
    elsewhere = world.thread(room, people["author"])
    browser = enter(people["third"])
    missing = browser.get(f"{reply_at(opening)}?quote={ids.encode(clock.random_id())}")
    assert missing.status_code == 404
    for post in (red, withdrawn, elsewhere):
        answer = browser.get(f"{reply_at(opening)}?quote={ids.encode(post.id)}")
        assert (answer.status_code, answer.data) == (404, missing.data)
    # Its number in the text is refused, in the same words whether the post is hidden, elsewhere or missing.
    for number in (red.id, elsewhere.id, clock.random_id()):
        text = f"> [x](/posts/{ids.encode(number)})\n> guess\n"
        answer = press(browser, browser.get(reply_at(opening)), "check", body=text, tlp="GREEN")
        assert answer.status_code == 422
        assert "quotes a post that is not in this thread, or that you cannot read there" in words(answer)
        assert paper(answer, "check")["body"].splitlines() == text.splitlines()
