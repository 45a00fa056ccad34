"""A session that nobody uses is over; what counts as use, and what it says of anybody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import clock, housekeeping
from community.db import db
from community.models import Member, MemberState, OutboxEvent, SignIn
from tests.authenticator import Device, give, sign_in, token_of
from tests.browsing import send
from tests.factories import World, url
from tests.security.test_leaks_live import connect

Enter = Callable[[Member], FlaskClient]


def fresh() -> Any:
    """The database as it is now."""
    db.session.rollback()
    return db.session


def ago(**how: int) -> None:
    """Let every session have been used so long ago; it began four hours ago."""
    used = clock.now() - timedelta(**how)
    fresh().execute(update(SignIn).values(used_at=used, began_at=clock.now() - timedelta(hours=4)))
    db.session.commit()


def used_at() -> Any:
    return fresh().scalars(select(SignIn.used_at)).one()


def test_a_session_that_nobody_uses_is_over(world: World, enter: Enter) -> None:
    browser = enter(world.member())
    ago(minutes=119)
    assert browser.get("/me").status_code == 200
    ago(minutes=121)
    assert browser.get("/me").location == "/sign-in?next=/me"
    housekeeping.tidy()
    assert fresh().scalars(select(SignIn.id)).all() == []
    assert fresh().scalars(select(OutboxEvent.kind)).all() == ["SignInEnded"]


def test_pages_keep_it_going_until_its_end(world: World, client: FlaskClient) -> None:
    sign_in(client, give(world.member(), Device()))
    start = clock.now()
    for minutes in range(0, 12 * 60, 100):
        with clock.fixed(start + timedelta(minutes=minutes), minutes):
            assert client.get("/groups").status_code == 200
    with clock.fixed(start + timedelta(hours=12, minutes=1), "the end"):
        assert client.get("/groups").status_code == 303


def test_it_moves_in_steps(world: World, enter: Enter) -> None:
    browser = enter(world.member())
    browser.get("/groups")
    assert used_at() is None
    ago(minutes=4)
    before = used_at()
    browser.get("/groups")
    assert used_at() == before
    ago(minutes=6)
    browser.get("/groups")
    assert clock.now() - used_at() < timedelta(minutes=1)


def test_what_is_sent_or_asked_by_itself_does_not_count(world: World, enter: Enter) -> None:
    """Else the row would move at the minute of an anonymous post, and an open page would keep itself alive."""
    group, member = world.group(), world.member(seen_on=None)
    world.join(member, group)
    browser = enter(member)
    with browser.session_transaction() as session:
        session["csrf_token"] = "1" * 40
    ago(minutes=60)
    before, quietly = used_at(), {"Sec-Fetch-Mode": "cors"}
    token = token_of(browser.get("/groups", headers=quietly).text)
    assert browser.get("/unread", headers=quietly).status_code == 200
    assert browser.post(f"{url('groups', group)}/new", data={"csrf_token": token, "step": "check"}).status_code < 500
    browser.get("/terms")
    browser.get("/static/icon.svg").close()
    assert used_at() == before
    assert fresh().scalars(select(Member.seen_on)).all() == [None]
    assert browser.get("/groups", headers={"Sec-Fetch-Mode": "navigate"}).status_code == 200
    assert used_at() > before
    assert fresh().scalars(select(Member.seen_on)).all() == [clock.now().date()]


def test_being_seen_is_a_day_and_waits_for_the_passkey(world: World, enter: Enter) -> None:
    member = world.member(state=MemberState.DORMANT, seen_on=None)
    enter(member).get("/waiting")
    assert fresh().scalars(select(Member.seen_on)).all() == [None]


def test_nothing_typed_is_lost_when_it_was_over(world: World, enter: Enter) -> None:
    group, member = world.group(), world.member()
    world.join(member, group)
    browser = enter(member)
    page = browser.get(f"{url('groups', group)}/new").text
    ago(minutes=121)
    words = {"csrf_token": token_of(page), "title": "Pumps stopped", "body": "Since Friday.\n\nAll & sundry."}
    answer = browser.post(f"{url('groups', group)}/new", data=words)
    assert answer.status_code == 401
    assert 'name="title" value="Pumps stopped"' in answer.text
    assert "Since Friday.\n\nAll &amp; sundry." in answer.text


def test_an_open_page_is_told(app: Flask, world: World) -> None:
    socket = connect(app, world.member().id)
    ago(minutes=119)
    app.extensions["musubi_sockets"].end_fallen()
    assert socket.is_connected()
    ago(minutes=121)
    app.extensions["musubi_sockets"].end_fallen()
    assert not socket.is_connected()


def test_the_list_of_sessions_says_so(world: World, enter: Enter) -> None:
    member = world.member()
    here, _there = enter(member), enter(member)
    page = here.get("/me/sessions").text
    assert "12 hours after it began" in page
    assert "no page for 120 minutes" in page
    assert page.count("last used") == 1
    ago(minutes=121)
    assert send(enter(member), "/me/sessions/end-others").status_code == 303
