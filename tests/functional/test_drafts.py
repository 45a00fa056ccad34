"""What is not sent yet is kept for its author alone; the tables tell neither whose it is nor where it goes."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from community import drafts, ids
from community.db import db
from community.models import Draft, Group, Member, Membership
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import form_with, last_post, paper, papers, press, rows, send, send_post

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def author(world: World) -> Member:
    return world.member("author")


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    return group


def at(group: Group) -> str:
    return f"{url('groups', group)}/new"


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Draft)) or 0


def test_a_draft_is_found_again(world: World, enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    changes = {"title": "Half a title", "body": "Half a text\n\n漢字 🎌", "tlp": "AMBER", "kind": "incident"}
    saved = press(browser, browser.get(at(room)), "draft", **changes, cause_types=["insider"])
    assert saved.status_code == 303
    again = enter(author).get(saved.location)
    form = paper(again, "check")
    assert form["body"].replace("\r\n", "\n") == changes["body"]
    assert (form["title"], form["tlp"], form["kind"], form.all("cause_types")) == (
        "Half a title",
        "AMBER",
        "incident",
        ["insider"],
    )
    assert "This is the draft you left here." in words(again)
    for path in ("/posts/new", "/my/drafts"):
        page = words(enter(author).get(path))
        assert "Half a title" in page
        assert "New post in Room" in page


def test_saving_again_replaces(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    for body in ("one", "two"):
        press(browser, browser.get(at(room)), "draft", body=body)
    assert kept() == 1
    assert paper(browser.get(at(room)), "check")["body"] == "two"


def test_typing_keeps_it_too(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    page = browser.get(at(room))
    form = paper(page, "check")
    form.put(body="typed")
    answer = send(browser, page, form, "autosave")
    assert (answer.status_code, answer.data) == (204, b"")
    assert paper(browser.get(at(room)), "check")["body"] == "typed"
    form.put(body=" ")
    send(browser, page, form, "autosave")
    assert kept() == 0


def test_sending_ends_the_draft(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    press(browser, browser.get(at(room)), "draft", title="T", body="B", tlp="GREEN")
    send_post(browser, at(room))
    assert last_post().body == "B"
    assert kept() == 0
    assert paper(browser.get(at(room)), "check")["body"] == ""


def test_two_posts_from_one_kept_draft_are_two_posts(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    press(browser, browser.get(at(room)), "draft", title="T", body="B", tlp="GREEN")
    first, second = browser.get(at(room)), browser.get(at(room))
    for page, body in ((first, "one"), (second, "two")):
        assert press(browser, press(browser, page, "check", body=body), "send").status_code == 303
    assert last_post().body == "two"


def test_it_can_be_thrown_away(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    page = browser.get(press(browser, browser.get(at(room)), "draft", body="B").location)
    form = next(form for form in papers(page) if ("step", "discard") in form.buttons)
    assert browser.post(at(room), data=dict(form.fields) | {"step": "discard"}).status_code == 303
    assert kept() == 0


def test_a_reply_is_kept_with_its_quote(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "Its title", body="words")
    path = url("threads", opening) + "/reply"
    browser = enter(author)
    quote = f"{path}?quote={ids.encode(opening.id)}"
    press(browser, browser.get(quote), "draft")
    form = paper(browser.get(path), "check")
    assert form["body"].startswith("> [author]")
    assert form.all("quotes") == [ids.encode(opening.id)]
    assert paper(browser.get(quote), "check")["body"] == form["body"]
    assert "Reply in “Its title”" in words(browser.get("/my/drafts"))


def test_nobody_else_finds_it(world: World, enter: Enter, author: Member, room: Group) -> None:
    other = world.member(site_moderator=True)
    world.join(other, room)
    browser = enter(author)
    press(browser, browser.get(at(room)), "draft", body="secret words")
    elsewhere = enter(other)
    assert paper(elsewhere.get(at(room)), "check")["body"] == ""
    assert "secret words" not in words(elsewhere.get("/my/drafts"))


def test_where_one_no_longer_sees_it_is_not_listed(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author, "Hidden title")
    browser = enter(author)
    press(browser, browser.get(url("threads", opening) + "/reply"), "draft", body="my words")
    db.session.execute(delete(Membership).where(Membership.member_id == author.id))
    db.session.commit()
    page = words(browser.get("/my/drafts"))
    assert "Hidden title" not in page
    assert "my words" not in page


def test_the_row_tells_nothing(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author)
    browser = enter(author)
    before = set(map(str, rows()))
    press(browser, browser.get(url("threads", opening) + "/reply"), "draft", body="Canary words")
    new = [value for table, value in rows() if str((table, value)) not in before]
    row = db.session.scalars(select(Draft)).one()
    assert sorted(map(str, new)) == sorted(map(str, (row.tag, row.sealed, row.saved_hour)))
    assert (row.saved_hour.minute, row.saved_hour.second, row.saved_hour.microsecond) == (0, 0, 0)
    for number in (author.id, room.id, opening.id):
        assert number.to_bytes(8, "big") not in row.tag + row.sealed
        assert str(number).encode() not in row.tag + row.sealed
    assert b"Canary" not in row.sealed


def test_rows_of_one_person_share_nothing(world: World, enter: Enter, author: Member, room: Group) -> None:
    opening = world.thread(room, author)
    browser = enter(author)
    for path in (at(room), url("threads", opening) + "/reply"):
        press(browser, browser.get(path), "draft", title="T", body="the same words")
    one, two = db.session.scalars(select(Draft)).all()
    assert len(one.sealed) == len(two.sealed)
    pieces = {one.sealed[place : place + 8] for place in range(len(one.sealed) - 8)}
    assert not any(two.sealed[place : place + 8] in pieces for place in range(len(two.sealed) - 8))
    assert one.tag[:4] != two.tag[:4]


def test_short_and_longer_texts_have_one_length(enter: Enter, author: Member, room: Group) -> None:
    sizes = set()
    for length in (1, 300, 1200):
        sizes.add(len(drafts.seal(b"t" * 32, {"body": ["x" * length]})))
    assert len(sizes) == 1


def test_another_key_or_a_damaged_row_opens_nothing(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    press(browser, browser.get(at(room)), "draft", body="B")
    row = db.session.scalars(select(Draft)).one()
    row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    db.session.commit()
    page = browser.get(at(room))
    assert page.status_code == 200
    assert form_with(page, "send_key")["body"] == ""
    assert drafts.unseal(b"t" * 32, drafts.seal(b"u" * 32, {"body": ["x"]})) == {}


def test_any_text_can_be_kept(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    for body in ("x" * 60_000, "a\x00b", "🎌" * 1000, "\u202e"):
        assert press(browser, browser.get(at(room)), "draft", body=body, title="x" * 300).status_code == 303
        assert browser.get(at(room)).status_code == 200
