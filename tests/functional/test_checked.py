"""What a text gives away is shown to its author before it is sent, is taken out with one click, and is kept nowhere."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from community import ids
from community.models import Group, Member, Post
from community.tlp import Tlp
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import Paper, last_post, now, paper, papers, press, rows
from tests.unnamed import crowd, look, reply_at
from tests.unnamed import send as send_unnamed

Enter = Callable[[Member], FlaskClient]
PHONE, MAIL = "03-1234-5678", "taro.yamada@power.example"
BODY = f"It called us from {PHONE} twice.\n\nAsk {MAIL}, or {PHONE}."


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author")


@pytest.fixture
def room(world: World, author: Member) -> Group:
    group = world.group("Room")
    world.join(author, group)
    return group


@pytest.fixture
def browser(enter: Enter, author: Member) -> FlaskClient:
    return enter(author)


def check(browser: FlaskClient, room: Group, title: str = "A call", body: str = BODY) -> TestResponse:
    at = f"{url('groups', room)}/new"
    return press(browser, browser.get(at), "check", title=title, body=body, tlp=Tlp.GREEN)


def marked(page: TestResponse) -> list[str]:
    """What the page marks, in order, without the number behind it."""
    found = re.findall(r"<mark>(.*?)<sup.*?</mark>", page.get_data(as_text=True), re.DOTALL)
    return [unescape(one) for one in found]


def buttons(page: TestResponse) -> list[str]:
    return [value for one in papers(page) for name, value in one.buttons if name == "remove"]


def take_out(browser: FlaskClient, page: TestResponse, value: str) -> TestResponse:
    form = next(one for one in papers(page) if ("remove", value) in one.buttons)
    return browser.post(form.action or page.request.path, data=MultiDict([*form.fields, ("remove", value)]))


def sent(page: TestResponse) -> Paper:
    return paper(page, "send")


def test_findings_are_marked_and_explained_before_sending(browser: FlaskClient, room: Group) -> None:
    page = check(browser, room, title=f"Call {PHONE}")
    assert page.status_code == 200
    assert marked(page) == [PHONE, PHONE, MAIL, PHONE]
    assert "A telephone number leads to a person or an office." in words(page)
    assert "A mail address leads to a person." in words(page)
    assert len(buttons(page)) == 3  # one for each of two, and one for all


def test_nothing_found_is_nothing_shown(browser: FlaskClient, room: Group) -> None:
    page = check(browser, room, body="198.51.100.7 used CVE-2024-12345 against evil.example")
    assert marked(page) == buttons(page) == []
    assert "Look at" not in words(page)


def test_the_author_may_send_it_all_the_same(browser: FlaskClient, room: Group) -> None:
    assert press(browser, check(browser, room), "send").status_code == 303
    assert last_post().body == BODY


def test_one_click_takes_the_same_words_out_everywhere(browser: FlaskClient, room: Group) -> None:
    page = check(browser, room, title=f"Call {PHONE}")
    page = take_out(browser, page, buttons(page)[0])
    assert page.status_code == 200
    assert sent(page)["title"] == "Call [removed]"
    assert sent(page)["body"] == BODY.replace(PHONE, "[removed]")
    assert marked(page) == [MAIL]
    assert press(browser, page, "send").status_code == 303
    assert PHONE not in last_post().body


def test_all_of_it_goes_with_one_click_and_nothing_else(browser: FlaskClient, room: Group) -> None:
    page = take_out(browser, check(browser, room), "all")
    assert marked(page) == []
    assert "Nothing more was found" in words(page)
    assert sent(page)["body"] == BODY.replace(PHONE, "[removed]").replace(MAIL, "[removed]")
    assert sent(page)["tlp"] == Tlp.GREEN
    assert sent(page).all("remove") == []
    back = press(browser, page, "back")
    assert paper(back, "check")["body"] == sent(page)["body"]


def test_a_japanese_text_gets_a_japanese_block(browser: FlaskClient, room: Group) -> None:
    page = check(browser, room, body=f"不審な電話がありました（{PHONE}）。")
    page = take_out(browser, page, buttons(page)[0])
    assert sent(page)["body"] == "不審な電話がありました（［削除］）。"


@pytest.mark.parametrize("value", ["nonsense", "", "body:0:4", "body:9999999:1", "tlp:0:1", "body"])
def test_a_button_that_is_not_there_takes_nothing_out(browser: FlaskClient, room: Group, value: str) -> None:
    form = sent(check(browser, room))
    page = browser.post(f"{url('groups', room)}/new", data=MultiDict([*form.fields, ("remove", value)]))
    assert page.status_code == 200
    assert sent(page)["body"] == BODY


def test_a_title_that_grows_too_long_goes_back_to_the_form(browser: FlaskClient, room: Group) -> None:
    title = ("10.0.0.1 " * 22).strip()
    page = take_out(browser, check(browser, room, title=title), "all")
    assert page.status_code == 422
    assert paper(page, "check")["title"] == " ".join(["[removed]"] * 22)


def test_many_findings_stay_one_page(browser: FlaskClient, room: Group) -> None:
    numbers = [f"03-{number}-5678" for number in range(1000, 1150)]
    page = check(browser, room, body="\n".join(numbers))
    assert len(marked(page)) == len(buttons(page)) - 1 == 100
    assert "50 more are not listed here." in words(page)
    assert marked(take_out(browser, page, "all")) == []


def test_a_reply_is_checked(world: World, browser: FlaskClient, room: Group, author: Member) -> None:
    at = f"{url('threads', world.thread(room, author))}/reply"
    page = press(browser, browser.get(at), "check", body=BODY)
    assert marked(page) == [PHONE, MAIL, PHONE]
    assert press(browser, take_out(browser, page, "all"), "send").status_code == 303
    assert last_post().body == BODY.replace(PHONE, "[removed]").replace(MAIL, "[removed]")


# --- edits and wider labels ---


def test_an_edit_is_saved_at_once_when_nothing_is_found(
    world: World, browser: FlaskClient, room: Group, author: Member
) -> None:
    at = f"{url('posts', world.thread(room, author))}/edit"
    assert press(browser, browser.get(at), "save", body="Other words").status_code == 303


def test_an_edit_is_checked_before_it_is_saved(world: World, browser: FlaskClient, room: Group, author: Member) -> None:
    post = world.thread(room, author, "A title", body="Old words")
    page = press(browser, browser.get(f"{url('posts', post)}/edit"), "save", body=BODY)
    assert marked(page) == [PHONE, MAIL, PHONE]
    assert last_post().body == "Old words"
    page = take_out(browser, page, buttons(page)[0])
    assert marked(page) == [MAIL]
    assert paper(press(browser, page, "back"), "save")["body"] == BODY.replace(PHONE, "[removed]")
    assert press(browser, page, "send").status_code == 303
    assert last_post().body == BODY.replace(PHONE, "[removed]")


def test_after_taking_out_the_last_one_the_author_looks_once_more(
    world: World, browser: FlaskClient, room: Group, author: Member
) -> None:
    post = world.reply(world.thread(room, author), author, "Old words")
    page = press(browser, browser.get(f"{url('posts', post)}/edit"), "save", body=BODY)
    page = take_out(browser, page, "all")
    assert page.status_code == 200
    assert "Nothing more was found" in words(page)
    assert press(browser, page, "send").status_code == 303


def test_a_wider_label_shows_what_more_people_would_read(
    world: World, browser: FlaskClient, room: Group, author: Member
) -> None:
    post = world.thread(room, author, f"Call {PHONE}", Tlp.AMBER, body=BODY)
    at = f"{url('posts', post)}/widen"
    page = press(browser, browser.get(at), "check", tlp=Tlp.GREEN)
    assert marked(page) == [PHONE, PHONE, MAIL, PHONE]
    page = take_out(browser, page, "all")
    assert page.request.path == f"{url('posts', post)}/edit"
    assert sent(page)["tlp"] == Tlp.AMBER
    assert press(browser, page, "send").status_code == 303
    assert last_post().body == BODY.replace(PHONE, "[removed]").replace(MAIL, "[removed]")
    assert marked(press(browser, browser.get(at), "check", tlp=Tlp.GREEN)) == []


# --- posts without a name ---


def test_what_tells_the_author_is_shown_and_taken_out_of_a_post_without_a_name(world: World, enter: Enter) -> None:
    room = crowd(world)
    author = room.others[0]
    body = f"{author.name} of House 1 saw this. Call {PHONE}."
    browser = enter(author)
    named = press(browser, browser.get(reply_at(room.opening)), "check", body=body, tlp=Tlp.GREEN)
    assert marked(named) == [PHONE]
    page = look(browser, reply_at(room.opening), body=body, tlp=Tlp.GREEN)
    assert marked(page) == [author.name, "House 1", PHONE]
    page = take_out(browser, page, buttons(page)[0])
    assert marked(page) == ["House 1", PHONE]
    page = take_out(browser, page, "all")
    assert sent(page)["body"] == "[removed] of [removed] saw this. Call [removed]."
    assert sent(page)["without_name"] == "y"
    assert press(browser, page, "send").status_code == 303


def test_what_tells_the_author_is_taken_out_of_a_correction_without_a_name(world: World, enter: Enter) -> None:
    room = crowd(world)
    browser = enter(room.others[0])
    send_unnamed(browser, reply_at(room.opening), body="Nothing special", tlp=Tlp.GREEN, at_once="y")
    at = f"/me/anonymous/{ids.encode(last_unnamed().id)}/edit"
    page = press(browser, browser.get(at), "save", body="Seen at House 1 today", at_once="y")
    assert marked(page) == ["House 1"]
    page = take_out(browser, page, buttons(page)[0])
    assert (page.request.path, sent(page)["at_once"]) == (at, "True")
    assert press(browser, page, "send").status_code == 303
    assert last_unnamed().body == "Seen at [removed] today"


def last_unnamed() -> Post:
    return now(Post, select(Post.id).where(Post.author_tag.is_not(None)))


def test_the_line_above_a_quote_is_left_as_it_is(world: World, enter: Enter) -> None:
    room = crowd(world)
    own = world.reply(room.opening, room.others[0], f"Call {PHONE}")
    browser = enter(room.others[0])
    at = f"{reply_at(room.opening)}?quote={ids.encode(own.id)}"
    page = press(browser, browser.get(at), "check", without_name="y", tlp=Tlp.GREEN)
    assert marked(page) == [PHONE]
    body = sent(take_out(browser, page, buttons(page)[0]))["body"]
    assert f"[{room.others[0].name}](/posts/{ids.encode(own.id)})" in body


# --- kept nowhere ---


def test_findings_are_written_nowhere(
    browser: FlaskClient, room: Group, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    page = check(browser, room)
    take_out(browser, page, buttons(page)[0])
    stored = [str(value) for _, value in rows()]
    told = [*stored, *capfd.readouterr(), caplog.text]
    for words_found in (PHONE, MAIL, "leads to a person", "mail_address"):
        assert not [text for text in told if words_found in text]


def test_a_draft_of_the_checked_text_is_sealed(browser: FlaskClient, room: Group) -> None:
    form = sent(check(browser, room))
    browser.post(f"{url('groups', room)}/new", data=MultiDict([*form.fields, ("step", "draft"), ("remove", "all")]))
    assert not [value for _, value in rows() if isinstance(value, str | bytes) and PHONE in str(value)]
    kept = paper(browser.get(f"{url('groups', room)}/new"), "check")
    assert kept["body"] == BODY
