"""An organization is merged away while others write down that they belong to it: what they do is done, or refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from community import clock, ids
from community.actions import posts
from community.db import action, db
from community.models import Follow, Invitation, Member, MemberState, Organization, Post, Vouch
from tests.browsing import send, words
from tests.factories import World, url
from tests.paperwork import form_with, paper, press
from tests.races import LONGEST, held, wait_for_a_lock
from trust.actions import organizations

Press = Callable[[], TestResponse]
ON_POSTGRES = [pytest.param("postgresql", marks=pytest.mark.postgres)]


class Cast(NamedTuple):
    """Who merges, who belongs to what goes, and somebody of another organization."""

    world: World
    keeper: FlaskClient
    goes: Organization
    stays: Organization
    member: Member
    other: Member


@pytest.fixture
def cast(world: World) -> Cast:
    goes, stays = world.organization("Goes"), world.organization("Stays")
    keeper = world.enter(world.member("Keeper", site_moderator=True))
    return Cast(world, keeper, goes, stays, world.member("Member", goes, founder=True), world.member("Other"))


def merging(cast: Cast) -> Press:
    """The button that merges, on a page that is open."""
    path = f"{url('organizations', cast.goes)}/merge"
    page = send(cast.keeper, path, into=ids.encode(cast.stays.id), step="check")
    form = dict(form_with(page, "into").fields)
    return lambda: cast.keeper.post(path, data=form)


def while_merged(cast: Cast, monkeypatch: pytest.MonkeyPatch, button: Press) -> TestResponse:
    """What the button answers that is pressed after the organization was taken away, and before that is committed."""
    merge = merging(cast)
    db.session.rollback()
    with ThreadPoolExecutor(2) as pool, held(monkeypatch, organizations, "_move_rows") as (there, go):
        merged: Future[TestResponse] = pool.submit(merge)
        assert there.wait(LONGEST)
        pressed = pool.submit(button)
        wait_for_a_lock()
        go.set()
        assert merged.result().status_code == 303
        return pressed.result()


def posting(cast: Cast, browser: FlaskClient, path: str, **words: str) -> Press:
    """The button that sends, on the page that says who will read it."""
    page = press(browser, browser.get(path), "check", body="Typed with care", tlp="GREEN", **words)
    form = paper(page, "send")
    return lambda: browser.post(path, data=dict(form.fields) | {"step": "send"})


def belongs_to(column: Any) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(column)))


@pytest.mark.parametrize("what", ["thread", "reply"])
def test_a_post_is_sent_for_what_its_author_belongs_to_now(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    group = cast.world.group()
    for one in (cast.member, cast.other):
        cast.world.join(one, group)
    opening = cast.world.thread(group, cast.other)
    browser = cast.world.enter(cast.member)
    path, title = (
        (f"{url('threads', opening)}/reply", {}) if what == "reply" else (f"{url('groups', group)}/new", {"title": "T"})
    )
    answer = while_merged(cast, monkeypatch, posting(cast, browser, path, **title))
    assert answer.status_code == 303, words(answer)
    sent = db.session.execute(select(Post.body, Post.organization_id).where(Post.author_id == cast.member.id)).all()
    assert [tuple(one) for one in sent] == [("Typed with care", cast.stays.id)]
    assert belongs_to(Organization.id) >= {cast.stays.id, cast.other.organization_id}


def test_a_vouch_is_given_for_what_the_voucher_belongs_to_now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    person, browser = cast.world.member(state=MemberState.REVOUCHING), cast.world.enter(cast.member)
    path = f"/vouch/{ids.encode(person.id)}"
    form = dict(form_with(browser.get(path), "words").fields) | {"words": "We know each other well."}
    assert while_merged(cast, monkeypatch, lambda: browser.post(path, data=form)).status_code == 303
    assert belongs_to(Vouch.organization_id) == {cast.stays.id}


def test_who_invites_into_what_is_gone_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = cast.world.enter(cast.other)
    form = dict(form_with(browser.get("/invite/new"), "knows").fields)
    form |= {"mail": "new@new.example", "organization": ids.encode(cast.goes.id), "knows": "Typed with care"}
    answer = while_merged(cast, monkeypatch, lambda: browser.post("/invite/new", data=form))
    assert answer.status_code == 400
    assert "is not listed any more" in words(answer)
    assert "Typed with care" in answer.text
    assert belongs_to(Invitation.organization_id) == set()


def test_who_begins_to_work_for_what_is_gone_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, path = cast.world.enter(cast.other), "/me/organization"
    looked = send(browser, path, employer=ids.encode(cast.goes.id))
    form = dict(form_with(looked, "employer").fields)
    answer = while_merged(cast, monkeypatch, lambda: browser.post(path, data=form))
    assert answer.status_code == 400
    assert "is not listed any more" in words(answer)
    assert db.session.get_one(Member, cast.other.id, populate_existing=True).state == MemberState.ACTIVE


@pytest.mark.parametrize("app", ON_POSTGRES, indirect=True)
def test_two_who_wait_for_each_other_both_come_through(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply keeps what it answers from being changed and then waits for the log. The merge has the log and waits for
    what is answered: the database stops one of the two, and that one begins anew.
    """
    group = cast.world.group()
    for one in (cast.member, cast.other):
        cast.world.join(one, group)
    opening = cast.world.thread(group, cast.member)
    reply = posting(cast, cast.world.enter(cast.other), f"{url('threads', opening)}/reply")
    merge = merging(cast)
    db.session.rollback()
    with ThreadPoolExecutor(2) as pool, held(monkeypatch, posts, "_agreed") as (there, go):
        replied = pool.submit(reply)
        assert there.wait(LONGEST)
        merged = pool.submit(merge)
        wait_for_a_lock()
        go.set()
        assert [one.result().status_code for one in (merged, replied)] == [303, 303]
    kept = db.session.execute(select(Post.organization_id).order_by(Post.released_at)).scalars().all()
    assert kept == [cast.stays.id, cast.other.organization_id]


@pytest.mark.parametrize("app", ON_POSTGRES, indirect=True)
def test_what_was_overtaken_is_done_once_more_and_not_for_ever(app: Flask, cast: Cast) -> None:
    tried = []

    @action
    def follow_nothing() -> None:
        tried.append(db.session.scalar(select(func.count()).select_from(Follow)))
        db.session.execute(insert(Follow), {"member_id": cast.other.id, "thread_id": clock.random_id()})

    with pytest.raises(IntegrityError):
        follow_nothing()
    assert tried == [0, 0]
