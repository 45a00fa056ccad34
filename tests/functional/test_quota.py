"""How much one can send in an hour: counted with and without a name together, told to the author alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from community import clock
from community.db import db
from community.models import Member, Post, SealedAct
from tests.browsing import words
from tests.factories import World
from tests.functional.test_unnamed import MINE, author, count, reader, room, unnamed
from tests.paperwork import press, rows, send_post
from tests.unnamed import Crowd, later, look, reply_at, send

__all__ = ["author", "reader", "room"]
NOON = clock.hour() + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _three_an_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    held = app.extensions["musubi"]
    monkeypatch.setitem(app.extensions, "musubi", replace(held, posts_an_hour=3, posts_an_hour_new=2))
    with clock.fixed(NOON, "quota"):
        yield


def grown(*members: Member) -> None:
    """They came in long ago."""
    db.session.rollback()
    for one in members:
        db.session.get_one(Member, one.id).joined_on = (clock.now() - timedelta(days=8)).date()
    db.session.commit()


def named(browser: FlaskClient, room: Crowd, body: str = "Named") -> Any:
    """The page for writing, sent to be looked at."""
    return press(browser, browser.get(reply_at(room.opening)), "check", body=body, tlp="GREEN")


@pytest.mark.parametrize("how", ["named", "waiting", "released"])
def test_each_way_of_posting_counts_for_both(room: Crowd, author: FlaskClient, reader: FlaskClient, how: str) -> None:
    grown(*room.others)
    for number in range(3):
        if how == "named":
            assert send_post(author, reply_at(room.opening), body=f"No. {number}", tlp="GREEN").status_code == 303
        else:
            more = {"at_once": "y"} if how == "released" else {}
            send(author, reply_at(room.opening), body=f"No. {number}", tlp="GREEN", **more)
    refused = named(author, room, "It stays"), look(author, reply_at(room.opening), body="It stays", tlp="GREEN")
    for answer in refused:
        assert answer.status_code == 422
        assert "You have sent 3 posts in this hour" in words(answer)
        assert "It stays" in answer.text
    assert named(reader, room).status_code == 200


def test_a_page_that_was_open_is_refused_as_well(room: Crowd, author: FlaskClient) -> None:
    grown(*room.others)
    pages = [
        look(author, reply_at(room.opening), body=f"No. {one}", tlp="GREEN", send_key=f"{one}" * 32) for one in range(4)
    ]
    codes = [press(author, page, "send").status_code for page in pages]
    assert codes == [303, 303, 303, 422]
    assert count(SealedAct) == 3


def test_a_double_click_is_no_second_post(room: Crowd, author: FlaskClient) -> None:
    grown(*room.others)
    for number in range(3):
        page = named(author, room, f"No. {number}")
        for _ in range(2):
            assert press(author, page, "send").status_code == 303
    assert count(Post) == 4


def test_who_is_new_sends_less(room: Crowd, author: FlaskClient) -> None:
    for number in range(2):
        assert send_post(author, reply_at(room.opening), body=f"No. {number}", tlp="GREEN").status_code == 303
    assert "You have sent 2 posts" in words(named(author, room))


def test_what_waited_comes_out_though_the_hour_is_used_up(room: Crowd, author: FlaskClient) -> None:
    grown(*room.others)
    send(author, reply_at(room.opening), body="Sealed", tlp="GREEN")
    for number in range(2):
        assert send_post(author, reply_at(room.opening), body=f"No. {number}", tlp="GREEN").status_code == 303
    later()
    assert [post.body for post in unnamed()] == ["Sealed"]


def test_the_next_hour_begins_anew(room: Crowd, author: FlaskClient) -> None:
    grown(*room.others)
    for number in range(3):
        send_post(author, reply_at(room.opening), body=f"No. {number}", tlp="GREEN")
    with clock.fixed(NOON + timedelta(hours=1), "next"):
        assert named(author, room).status_code == 200


def test_a_refusal_leaves_no_row(world: World, room: Crowd, author: FlaskClient) -> None:
    grown(*room.others)
    for number in range(3):
        send(author, reply_at(room.opening), body=f"No. {number}", tlp="GREEN")
    author.get(MINE)
    before = sorted(map(str, rows()))
    assert look(author, reply_at(room.opening), body="Once more", tlp="GREEN").status_code == 422
    assert sorted(map(str, rows())) == before
