"""One form makes one post, whatever was clicked or lost, and nobody reads it whom its author was not shown."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update

from community import clock
from community.db import db
from community.models import (
    Engagement,
    Group,
    Member,
    Membership,
    Post,
    Thread,
)
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import form_with, last_post, paper, press, send, send_post

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


def test_a_double_click_makes_one_post(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="B", tlp="GREEN")
    form = paper(confirmation, "send")
    answers = [send(browser, confirmation, form, "send") for _ in range(3)]
    assert {answer.location for answer in answers} == {answers[0].location}
    assert all(answer.status_code == 303 for answer in answers)
    assert count(Post) == 1


@pytest.mark.parametrize("what", ["thread", "reply"])
def test_a_second_click_leads_to_the_post_whatever_happened_meanwhile(
    world: World, enter: Enter, author: Member, room: Group, what: str
) -> None:
    opening = world.thread(room, author)
    browser = enter(author)
    page = browser.get(at(room) if what == "thread" else url("threads", opening) + "/reply")
    confirmation = press(browser, page, "check", title="T", body="B", tlp="GREEN")
    first = press(browser, confirmation, "send")
    world.join(world.member("Latecomer"), room)
    db.session.execute(update(Thread).values(locked_at=clock.now()))
    db.session.commit()
    second = press(browser, confirmation, "send")
    assert (second.status_code, second.location) == (303, first.location)
    assert count(Post) == 2


def test_clicks_at_the_same_moment_make_one_post(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="B", tlp="GREEN")
    form = paper(confirmation, "send")
    browsers = [enter(author) for _ in range(6)]
    tokens = [paper(one.get(at(room)), "check")["csrf_token"] for one in browsers]
    db.session.remove()

    def click(one: FlaskClient, token: str) -> tuple[int, str | None]:
        answer = one.post(at(room), data=dict(form.fields) | {"csrf_token": token, "step": "send"})
        return answer.status_code, answer.location

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(click, browsers, tokens))
    assert len(answers) == 1
    assert answers.pop()[0] == 303
    assert count(Post) == 1


def test_back_button_with_other_words_loses_nothing(enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="First", tlp="GREEN")
    form = paper(confirmation, "send")
    send(browser, confirmation, form, "send")
    form.put(body="Second")
    again = send(browser, confirmation, form, "send")
    assert again.status_code == 409
    assert "This form was sent before" in words(again)
    assert paper(again, "check")["body"] == "Second"
    assert press(browser, press(browser, again, "check"), "send").status_code == 303
    assert count(Post) == 2


def test_two_people_with_one_form_key_send_two_posts(world: World, enter: Enter, author: Member, room: Group) -> None:
    other = world.member()
    world.join(other, room)
    key = "0123456789abcdef" * 2
    for member in (author, other):
        send_post(enter(member), at(room), title="T", body="B", tlp="GREEN", send_key=key)
    assert count(Post) == 2


def test_the_row_does_not_hold_the_form_key(enter: Enter, author: Member, room: Group) -> None:
    key = "0123456789abcdef" * 2
    send_post(enter(author), at(room), title="T", body="B", tlp="GREEN", send_key=key)
    tag = last_post().send_tag
    assert tag is not None
    assert tag not in (bytes.fromhex(key), key.encode())


@pytest.mark.parametrize("how", ["signed out", "other session"])
def test_a_lost_session_loses_no_word(world: World, enter: Enter, author: Member, room: Group, how: str) -> None:
    browser = enter(author)
    body = "Line one\n\n" + "a long text " * 20 + "\nlast line"
    confirmation = press(browser, browser.get(at(room)), "check", title="Kept", body=body, tlp="GREEN")
    form = paper(confirmation, "send")
    fresh = world.app.test_client() if how == "signed out" else enter(author)
    for _ in range(2):  # as often as one likes
        held = send(fresh, confirmation, form, "send")
        assert held.status_code == (401 if how == "signed out" else 400)
        kept = dict(form_with(held, "send_key").fields)
        assert kept["title"] == "Kept"
        assert kept["body"].replace("\r\n", "\n").strip() == body.strip()
    back = enter(author)
    held = send(back, confirmation, form, "send")
    answer = back.post(at(room), data=dict(form_with(held, "send_key").fields))
    assert answer.status_code == 303
    assert last_post().body == body.strip()
    assert count(Post) == 1


def test_somebody_added_meanwhile_asks_again(world: World, enter: Enter, author: Member, room: Group) -> None:
    browser = enter(author)
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="B", tlp="GREEN")
    late = world.member("Latecomer", world.organization("Late Works"))
    world.join(late, room)
    asked = press(browser, confirmation, "send")
    assert asked.status_code == 409
    assert "one more person would read it now" in words(asked)
    assert "Latecomer , Late Works" in words(asked)
    assert count(Post) == 0
    assert press(browser, asked, "send").status_code == 303
    assert count(Post) == 1


def test_somebody_gone_meanwhile_does_not(world: World, enter: Enter, author: Member, room: Group) -> None:
    other = world.member()
    world.join(other, room)
    browser = enter(author)
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="B", tlp="GREEN")
    db.session.execute(delete(Membership).where(Membership.member_id == other.id))
    db.session.commit()
    assert press(browser, confirmation, "send").status_code == 303


def test_a_label_widened_after_the_confirmation_asks_again(
    world: World, enter: Enter, author: Member, room: Group
) -> None:
    world.join(world.member("Loose", engagement=Engagement.CONTRACTOR), room)
    browser = enter(author)
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="B", tlp="GREEN")
    asked = press(browser, confirmation, "send", tlp="CLEAR")
    assert asked.status_code == 409
    assert "Loose" in words(asked)
    assert count(Post) == 0


@pytest.mark.parametrize("forged", ["", "AAAA.BBBB", "é.\u0000", "stolen"])
def test_an_audience_cannot_be_made_up(world: World, enter: Enter, author: Member, room: Group, forged: str) -> None:
    other = world.group()
    world.join(author, other)
    browser = enter(author)
    if forged == "stolen":
        forged = paper(press(browser, browser.get(at(other)), "check", title="T", body="B", tlp="GREEN"), "send")[
            "shown"
        ]
    confirmation = press(browser, browser.get(at(room)), "check", title="T", body="B", tlp="GREEN")
    assert press(browser, confirmation, "send", shown=forged).status_code == 409
    assert count(Post) == 0
