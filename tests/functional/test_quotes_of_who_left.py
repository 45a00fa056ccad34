"""Who leaves without their name is not named again by a page that was open meanwhile and quotes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import anonymity, ids
from community.actions import posts
from community.db import db
from community.drafts import kept
from community.models import MemberState, Post, SealedAct
from community.quoting import FORMER
from community.viewer import viewer_of_member
from tests.browsing import send, words
from tests.factories import World, url
from tests.notified import Person, Room, furnish
from tests.paperwork import last_post, now, paper, press, rows, send_post
from tests.paperwork import send as send_form
from tests.races import held, wait_for_a_lock
from tests.trusting import state
from tests.unnamed import crowd, later, reply_at
from tests.unnamed import send as send_unnamed
from trust.actions import leaving

NAME = "Ben Bakkenes"


@pytest.fixture
def room(world: World) -> Room:
    """Ben has said something."""
    room = furnish(world)
    ben = Person(world, NAME)
    world.join(ben.member, room.group)
    return room._replace(ben=ben)


@pytest.fixture
def said(world: World, room: Room) -> Post:
    return world.reply(room.opening, room.ben.member, "First words")


def page(room: Room, said: Post) -> TestResponse:
    """Where Cho replies, with Ben's words quoted."""
    return room.cho.browser.get(f"{url('threads', room.opening)}/reply?quote={ids.encode(said.id)}")


def leave(who: Person, signed: str = "unnamed") -> TestResponse:
    return send(who.browser, "/me/leave", signed=signed)


def named() -> list[tuple[str, Any]]:
    """Where the name still is, in whatever table."""
    return [(table, value) for table, value in rows() if isinstance(value, str) and NAME in value]


def test_a_page_that_was_open_sends_no_name(room: Room, said: Post) -> None:
    written = page(room, said)
    assert NAME in written.text
    leave(room.ben)
    confirmation = press(room.cho.browser, written, "check", body=f"{paper(written, 'check')['body']}Yes")
    assert confirmation.status_code == 200
    assert NAME not in confirmation.text
    assert press(room.cho.browser, confirmation, "send").status_code == 303
    assert last_post().body == f"> [{FORMER}](/posts/{ids.encode(said.id)})\n>\n> First words\n\nYes"
    assert FORMER in last_post().html
    assert named() == []


def test_nor_when_it_was_agreed_already(room: Room, said: Post) -> None:
    confirmation = press(room.cho.browser, page(room, said), "check")
    form = paper(confirmation, "send")
    leave(room.ben)
    answers = [send_form(room.cho.browser, confirmation, form, "send") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], "twice the same form"
    assert answers[0].location == answers[1].location
    assert FORMER in last_post().body
    assert named() == []


@pytest.mark.parametrize("step", ["preview", "back", "check"])
def test_what_is_shown_again_has_no_name(room: Room, said: Post, step: str) -> None:
    form = paper(page(room, said), "preview")
    leave(room.ben)
    form.put(tlp="GREEN" if step != "check" else None)
    answer = send_form(room.cho.browser, page(room, room.opening), form, step)
    assert NAME not in answer.text
    assert "First words" in answer.text
    assert FORMER in words(answer)


@pytest.mark.parametrize("step", ["draft", "autosave"])
def test_what_is_kept_has_no_name(room: Room, said: Post, step: str) -> None:
    written = page(room, said)
    leave(room.ben)
    send_form(room.cho.browser, written, paper(written, "draft"), step)
    draft = kept(viewer_of_member(room.cho.member.id), f"reply:{room.opening.id}")
    assert draft
    assert draft.fields["body"][0].startswith(f"> [{FORMER}]")
    assert NAME not in room.cho.browser.get(f"{url('threads', room.opening)}/reply").text


@pytest.mark.parametrize("before", [True, False])
def test_an_edit_that_was_open_names_nobody(room: Room, said: Post, before: bool) -> None:
    """Also where the quote came into the text by the edit."""
    quote = paper(page(room, said), "check")["body"]
    send_post(room.cho.browser, f"{url('threads', room.opening)}/reply", body=quote if before else "Mine")
    mine = last_post()
    path = f"{url('posts', mine)}/edit"
    open_page = room.cho.browser.get(path)
    leave(room.ben)
    shown = press(room.cho.browser, open_page, "preview", body=f"{quote}Changed")
    assert NAME not in shown.text
    assert press(room.cho.browser, open_page, "save", body=f"{quote}Changed").status_code == 303
    assert now(Post, mine.id).body.startswith(f"> [{FORMER}]")
    assert "Changed" in now(Post, mine.id).html
    assert named() == []


def test_who_leaves_with_the_name_stays_named_and_so_do_others(world: World, room: Room, said: Post) -> None:
    other = world.reply(room.opening, room.ai.member, "Other words")
    both = "".join(paper(page(room, one), "check")["body"] for one in (said, other))
    leave(room.ben, "named")
    send_post(room.cho.browser, f"{url('threads', room.opening)}/reply", body=both)
    assert (NAME in last_post().body, "[Ai]" in last_post().body) == (True, True)
    gone = Person(world, "Dan Dijk")
    world.join(gone.member, room.group)
    third = world.reply(room.opening, gone.member, "Third words")
    all_three = both + paper(page(room, third), "check")["body"]
    leave(gone)
    send_post(room.cho.browser, f"{url('threads', room.opening)}/reply", body=all_three)
    assert [name in last_post().body for name in (NAME, "[Ai]", "Dan", FORMER)] == [True, True, False, True]


def test_nobody_learns_who_left_elsewhere(world: World, room: Room) -> None:
    """Of a post that one does not read, nothing shows whether its author is still here."""
    hidden = world.group("Hidden")
    world.join(room.ben.member, hidden)
    elsewhere = world.thread(hidden, room.ben.member)
    leave(room.ben)
    for post_id in (elsewhere.id, elsewhere.id ^ 1):
        body = f"> [Ben](/posts/{ids.encode(post_id)})\n>\n> Words"
        answer = press(room.cho.browser, page(room, room.opening), "preview", body=body)
        assert FORMER not in words(answer)
        assert "Ben" in words(answer)


def sealed() -> list[str]:
    """The texts that wait to be released without a name."""
    db.session.rollback()
    waiting = (anonymity.unseal(row.id, row.sealed) for row in db.session.scalars(select(SealedAct)))
    return [act["draft"]["body"] for act in waiting]


@pytest.mark.parametrize("at_once", ["", "y"])
def test_nor_does_who_sends_without_a_name(world: World, at_once: str) -> None:
    """What waits to be released, what is released, and what is written anew."""
    room, ben = crowd(world), Person(world, NAME)
    world.join(ben.member, room.group)
    quoted = world.reply(room.opening, ben.member, "First words")
    browser = world.enter(room.others[0])
    open_page = browser.get(f"{reply_at(room.opening)}?quote={ids.encode(quoted.id)}")
    quote = paper(open_page, "check")["body"]
    send_unnamed(browser, reply_at(room.opening), body="Mine", tlp="GREEN", at_once="y")
    db.session.rollback()
    mine = db.session.scalars(select(Post.id).where(Post.author_tag.is_not(None))).one()
    path = f"/me/anonymous/{ids.encode(mine)}/edit"
    edit = browser.get(path)
    leave(ben)
    confirmed = press(browser, open_page, "check", without_name="y", body=f"{quote}Yes", tlp="GREEN", at_once=at_once)
    assert press(browser, confirmed, "send").status_code == 303
    assert press(browser, edit, "save", body=f"{quote}Anew", at_once=at_once).status_code == 303
    assert [NAME in body for body in sealed()] == ([] if at_once else [False, False])
    assert NAME not in browser.get("/me/anonymous").text
    later()
    db.session.rollback()
    bodies = db.session.scalars(select(Post.body).where(Post.author_tag.is_not(None))).all()
    assert [FORMER in body for body in bodies] == [True, True]
    assert named() == []


# --- at one moment ---


def test_who_sends_while_they_leave_names_nobody(room: Room, said: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmation = press(room.cho.browser, page(room, said), "check")
    form = paper(confirmation, "send")
    db.session.rollback()
    with ThreadPoolExecutor(2) as pool, held(monkeypatch, leaving, "_take_name_out_of_quotes") as (there, go):
        left = pool.submit(leave, room.ben)
        assert there.wait(10)
        sent = pool.submit(send_form, room.cho.browser, confirmation, form, "send")
        wait_for_a_lock()
        go.set()
        assert [one.result().status_code for one in (left, sent)] == [303, 303]
    assert FORMER in last_post().body
    assert named() == []


@pytest.mark.parametrize("app", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_leaves_while_they_are_quoted_is_told(room: Room, said: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmation = press(room.cho.browser, page(room, said), "check")
    form = paper(confirmation, "send")
    db.session.rollback()
    with ThreadPoolExecutor(1) as pool, held(monkeypatch, posts, "_agreed") as (there, go):
        sent = pool.submit(send_form, room.cho.browser, confirmation, form, "send")
        assert there.wait(10)
        answer = leave(room.ben)
        go.set()
        assert sent.result().status_code == 303
    assert answer.status_code == 400
    assert "is being written at this moment" in words(answer)
    assert state(room.ben.member) == MemberState.ACTIVE
    leave(room.ben)
    assert named() == []
