"""The terms of use have versions: who accepted an older one is asked before anything else, and loses nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import ids
from community.db import db
from community.models import AuditEntry, Member
from community.terms import VERSION
from tests.authenticator import token_of
from tests.browsing import words
from tests.factories import World, url
from tests.security.test_leaks_live import connect

Enter = Callable[[Member], FlaskClient]


def fresh() -> Any:
    """The database as it is now."""
    db.session.rollback()
    return db.session


def accept(browser: FlaskClient, page: str = "/terms/accept?next=/groups", **form: str) -> Any:
    token = token_of(browser.get(page).text)
    return browser.post(page, data={"version": VERSION, "csrf_token": token} | form)


@pytest.mark.parametrize("before", ["", "2024-01-01"])
def test_who_accepted_an_older_version_reads_the_new_one_first(world: World, enter: Enter, before: str) -> None:
    group = world.group()
    member = world.member(terms=before)
    world.join(member, group)
    browser = enter(member)
    answers = [
        browser.get(path) for path in ("/", "/me", f"{url('groups', group)}?page=2", "/no/such/place", "/groups")
    ]
    for answer in answers:
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/terms/accept")
    page = words(browser.get(answers[-1].location))
    assert "The terms of use have changed" in page
    assert "What is new in this version" in page
    assert VERSION in page
    assert accept(browser).location == "/groups"
    assert browser.get("/groups").status_code == 200
    assert fresh().scalar(select(Member.terms)) == VERSION
    entry = fresh().scalars(select(AuditEntry)).one()
    assert (entry.tag, entry.actor_id, entry.facts) == ("member:terms:accepted", member.id, {"version": VERSION})


def test_what_was_accepted_is_what_was_shown(world: World, enter: Enter) -> None:
    browser = enter(world.member(terms=""))
    assert accept(browser, version="2024-01-01").status_code == 400
    assert fresh().scalar(select(Member.terms)) == ""
    assert accept(browser, "/terms/accept?next=//evil.example").location == "/"


def test_nothing_in_flight_is_lost(world: World, enter: Enter) -> None:
    group, member = world.group(), world.member()
    world.join(member, group)
    browser, path = enter(member), f"{url('groups', group)}/new"
    token = token_of(browser.get(path).text)
    fresh().execute(update(Member).values(terms="2024-01-01"))
    db.session.commit()
    answer = browser.post(path, data={"title": "Pumps stopped", "body": "Since\n\nFriday.", "csrf_token": token})
    assert answer.status_code == 403
    assert "the terms of use have changed" in answer.text
    assert 'name="title" value="Pumps stopped"' in answer.text
    assert "Since\n\nFriday." in answer.text
    accept(browser)
    assert browser.get(path).status_code == 200


def test_open_pages_go_on_and_one_may_sign_out(app: Flask, world: World, enter: Enter) -> None:
    member = world.member(terms="")
    browser = enter(member)
    assert browser.get("/unread", headers={"Sec-Fetch-Mode": "cors"}).status_code == 200
    assert connect(app, member.id).is_connected()
    page = browser.get("/terms/accept").text
    assert browser.post("/sign-out", data={"csrf_token": token_of(page)}).location == "/"
    assert browser.get("/groups").location == "/sign-in?next=/groups"


def test_it_opens_nothing_for_who_may_not(world: World, enter: Enter, client: FlaskClient) -> None:
    assert client.get("/terms/accept").location == "/sign-in?next=/terms/accept"
    member = world.member(terms="", state="pending")
    browser = enter(member)
    assert browser.get("/terms/accept").location == "/waiting"
    assert browser.get(f"/groups/{ids.encode(1)}").location == "/waiting"


def test_everybody_may_read_them(client: FlaskClient) -> None:
    page = words(client.get("/terms"))
    assert f"Version of {VERSION}" in page
    assert "What is new in this version" in page
