"""Who may not write is told so, and what is wrong in a text is said beside it; no word is lost."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from community import clock, ids
from community.db import db
from community.models import (
    Engagement,
    Group,
    Member,
    Post,
    PostState,
    Role,
    Thread,
    Visibility,
)
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import last_post, paper, press, send, send_post

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


def test_where_one_reads_but_does_not_write_is_403(world: World, enter: Enter, author: Member) -> None:
    group = world.group()
    world.join(author, group, Role.READER)
    opening = world.thread(group, None)
    browser = enter(author)
    assert browser.get(at(group)).status_code == 403
    assert browser.get(url("threads", opening) + "/reply").status_code == 403
    public = world.group(visibility=Visibility.PUBLIC)
    assert browser.get(at(public)).status_code == 403


@pytest.mark.parametrize("step", ["check", "send", "draft", "autosave", "preview", "discard", "back"])
def test_what_one_does_not_see_is_not_there(world: World, enter: Enter, author: Member, room: Group, step: str) -> None:
    secret = world.group(visibility=Visibility.SECRET)
    hidden = world.thread(secret, world.member())
    browser = enter(author)
    token = paper(browser.get(at(room)), "check")["csrf_token"]
    form = {"csrf_token": token, "step": step, "title": "T", "body": "B", "tlp": "GREEN", "send_key": "a" * 32}
    missing = ids.encode(clock.random_id())
    for real, made_up in (
        (at(secret), f"/groups/{missing}/new"),
        (url("threads", hidden) + "/reply", f"/threads/{missing}/reply"),
    ):
        there, nowhere = browser.post(real, data=form), browser.post(made_up, data=form)
        assert there.status_code == nowhere.status_code == 404
        assert there.data == nowhere.data
        assert browser.get(real).status_code == 404


def test_a_thread_locked_meanwhile_gives_the_words_back(
    world: World, enter: Enter, author: Member, room: Group
) -> None:
    opening = world.thread(room, author)
    browser = enter(author)
    confirmation = press(browser, browser.get(url("threads", opening) + "/reply"), "check", body="My words")
    db.session.execute(update(Thread).values(locked_at=clock.now()))
    db.session.commit()
    answer = press(browser, confirmation, "send")
    assert answer.status_code == 403
    assert "My words" in words(answer)
    assert count(Post) == 1


def test_nobody_replies_to_what_was_withdrawn(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, state=PostState.WITHDRAWN)
    assert enter(author).get(url("threads", opening) + "/reply").status_code == 403


@pytest.mark.parametrize("label", ["GREEN", "AMBER", "AMBER+STRICT"])
def test_only_labels_one_could_read_are_offered_and_taken(world: World, enter: Enter, room: Group, label: str) -> None:
    loose = world.member(engagement=Engagement.CONTRACTOR)
    world.join(loose, room)
    browser = enter(loose)
    page = browser.get(at(room))
    assert set(paper(page, "check").options("tlp")) == {"CLEAR", "RED"}
    refused = press(browser, page, "check", title="T", body="B", tlp=label)
    assert refused.status_code == 422
    assert "This label cannot be used here" in words(refused)
    sent = press(browser, press(browser, page, "check", title="T", body="B", tlp="CLEAR"), "send", tlp=label)
    assert sent.status_code == 422
    assert count(Post) == 0


def test_a_reply_is_never_wider_than_its_thread(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, tlp=Tlp.AMBER_STRICT)
    browser = enter(author)
    page = browser.get(url("threads", opening) + "/reply")
    assert paper(page, "check").options("tlp") == ["RED", "AMBER+STRICT"]
    for step in ("check", "send"):
        form = paper(page, "check")
        form.put(body="B", tlp="GREEN")
        assert send(browser, page, form, step).status_code == 422
    assert count(Post) == 1


def test_a_follow_up_is_its_authors(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author)
    answer = send_post(enter(author), url("threads", opening) + "/reply", body="Report 2", follow_up="y")
    assert answer.status_code == 303
    assert last_post().follow_up
    other = world.member()
    world.join(other, room)
    browser = enter(other)
    confirmation = press(browser, browser.get(url("threads", opening) + "/reply"), "check", body="B", follow_up="y")
    refused = press(browser, confirmation, "send")
    assert refused.status_code == 422
    assert "Only the author of the first report" in words(refused)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Give it a title."),
        ({"title": "\u200b\u2060 "}, "Give it a title."),
        ({"title": "x" * 201}, "too long by 1 characters; 200 are possible"),
        ({"body": " \n\t\n"}, "Write something first."),
        ({"body": "x" * 50_001}, "too long by 1 characters; 50,000 are possible"),
        ({"tlp": None}, "Choose who may know."),
        ({"tlp": "GREEN\x00"}, "Choose who may know."),
        ({"tlp": "red"}, "Choose who may know."),
        ({"kind": "nonsense"}, "Not a valid choice"),
        ({"severity": "5"}, "Not a valid choice"),
        ({"event_type": "nonsense"}, "Not a valid choice"),
        ({"cause_types": ["insider", "nonsense"]}, "not a valid choice"),
    ],
)
@pytest.mark.parametrize("step", ["check", "send"])
def test_what_is_wrong_is_said_and_kept(
    enter: Enter, author: Member, room: Group, changes: dict[str, str], said: str, step: str
) -> None:
    browser = enter(author)
    page = browser.get(at(room))
    form = paper(page, "check")
    form.put(**{"title": "My title", "body": "My text", "tlp": "GREEN"} | changes)
    answer = send(browser, page, form, step)
    assert answer.status_code == 422
    assert said in words(answer)
    again = paper(answer, "check")
    if "body" not in changes:
        assert again["body"] == "My text"
    if len(changes.get("body") or "") > 10:
        assert len(again["body"]) == 50_001
    assert count(Post) == 0


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a\x00b\x07c", "abc"),
        ("tab\there\r\nnext\rlast", "tab\there\nnext\nlast"),
        ("\n\n    code\n\n", "    code"),
        ("👩‍🚒 🇯🇵 \u05d0\u05d1 \u0627\u0628 é", "👩‍🚒 🇯🇵 \u05d0\u05d1 \u0627\u0628 é"),
        ("x" * 50_000, "x" * 50_000),
        ("\ufffe\uffffend", "end"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_any_text_is_stored_as_it_can_be(enter: Enter, author: Member, room: Group, written: str, stored: str) -> None:
    send_post(enter(author), at(room), title="T", body=written, tlp="GREEN")
    post = last_post()
    assert post.body == stored
    assert "<script" not in post.html


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a\x00b \n\t c", "ab c"),
        ("\u202eevil\u202c", "evil"),
        ("か\u3099", "が"),
        ("x" * 200, "x" * 200),
        ("👩‍🚒", "👩‍🚒"),
    ],
)
def test_a_title_is_one_line(enter: Enter, author: Member, room: Group, written: str, stored: str) -> None:
    send_post(enter(author), at(room), title=written, body="B", tlp="GREEN")
    assert db.session.get_one(Thread, last_post().id).title == stored


def test_unknown_steps_and_missing_fields_are_no_fault(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    token = paper(browser.get(at(room)), "check")["csrf_token"]
    for form in (
        {},
        {"step": "fly"},
        {"step": "send"},
        {"recipients": "nobody", "quotes": "x", "whole_groups": "\x00"},
    ):
        assert browser.post(at(room), data={"csrf_token": token} | form).status_code == 422
