"""What moderators decide reaches an author whom nobody knows; they appeal and take note without being known."""

from datetime import timedelta
from threading import Thread as Running
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update

from community import anonymity, clock, ids
from community.db import db
from community.models import (
    AuditEntry,
    Case,
    CaseKind,
    CaseStep,
    Heard,
    Member,
    Membership,
    MemberState,
    Notification,
    Post,
    PostState,
    SealedAct,
    Submission,
)
from community.viewer import viewer_of_member
from moderation import hearing
from tests.authenticator import Device, give, sign_in
from tests.browsing import send as post_form
from tests.browsing import words
from tests.factories import World, url
from tests.functional.test_unnamed import MINE, Enter, author, count, reader, room
from tests.paperwork import now
from tests.promoting import days_later
from tests.unnamed import Crowd, chief, decide, guided, later, reply_at, send, unnamed_post

__all__ = ["author", "reader", "room"]


def decisions(post: int) -> str:
    return f"{MINE}/{ids.encode(post)}/decisions"


def appeal(browser: FlaskClient, post: int, step: int, said: str = "It was not so") -> int:
    return post_form(browser, decisions(post), decision=ids.encode(step), words=said).status_code


def onward(app: Flask, member: Member) -> str:
    """Where somebody is led who signs in with a passkey."""
    browser = app.test_client()
    return str((sign_in(browser, give(member, Device()), "/groups").json or {})["next"])


@pytest.mark.parametrize(
    ("act", "more", "said"),
    [
        ("guide", {"standard": "identifies"}, "Guidance sent"),
        ("warn", {"standard": "conduct"}, "Warning given"),
        ("narrow", {"tlp": "AMBER"}, "Label made stricter"),
        ("remove", {"standard": "personal"}, "Post removed"),
    ],
)
def test_the_author_alone_reads_what_was_decided_and_why(
    world: World, room: Crowd, author: FlaskClient, reader: FlaskClient, act: str, more: dict[str, str], said: str
) -> None:
    send(author, reply_at(room.opening), body="Unguarded", tlp="GREEN", at_once="y")
    decide(world, room, chief(world, room), act, **more)
    post = unnamed_post()
    for path in (MINE, decisions(post)):
        text = words(author.get(path))
        assert said in text
        assert "Say less" in text
    assert said not in words(reader.get(MINE))
    assert reader.get(decisions(post)).status_code == 404
    assert author.get(f"/posts/{ids.encode(post)}/decisions").status_code in (403, 404)
    later()
    assert count(Notification) == 0 or room.others[0].id not in set(db.session.scalars(select(Notification.member_id)))


def test_an_appeal_waits_and_names_nobody(world: World, room: Crowd, author: FlaskClient, enter: Enter) -> None:
    post, step = guided(world, room, room.others[0])
    audited = count(AuditEntry)
    assert appeal(author, post, step, "I was there") == 303
    assert (count(AuditEntry), count(Submission)) == (audited, 1)
    assert "Your appeal waits to be released" in words(author.get(decisions(post)))
    assert "An appeal to the moderators" in words(author.get(MINE))
    later()
    said = db.session.scalars(select(Submission).where(Submission.words == "I was there")).one()
    case = now(Case, said.case_id)
    assert (said.member_id, said.step_id, case.kind) == (None, step, CaseKind.APPEAL)
    assert {said.at.minute, case.opened_at.minute, case.due_at.minute} == {0}
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert (entry.tag, entry.actor_id) == ("member:post:appeal", None)
    second = chief(world, room)
    page = second.get(f"/moderation/cases/{ids.encode(case.id)}")
    assert "I was there" in words(page)
    assert room.others[0].name not in words(page)
    done = {"act": "overturn", "version": str(case.version), "words": "You were right"}
    assert post_form(second, f"/moderation/cases/{ids.encode(case.id)}", **done).status_code == 303
    assert "You were right" in words(author.get(decisions(post)))


def test_one_appeals_once_and_in_time(world: World, room: Crowd, author: FlaskClient) -> None:
    post, step = guided(world, room, room.others[0])
    assert appeal(author, post, step) == 303
    again = post_form(author, decisions(post), decision=ids.encode(step), words="Once more, with words")
    assert again.status_code == 400
    assert "Once more, with words" in again.text
    later()
    assert appeal(author, post, step) == 400
    assert count(SealedAct) == 0
    second = decide(world, room, chief(world, room), "warn", standard="conduct")
    db.session.execute(update(CaseStep).values(at=clock.now() - timedelta(days=31)))
    db.session.commit()
    assert appeal(author, post, second) == 400


def test_an_appeal_of_the_last_day_is_in_time_when_it_is_released(
    world: World, room: Crowd, author: FlaskClient
) -> None:
    post, step = guided(world, room, room.others[0])
    db.session.execute(update(CaseStep).values(at=clock.now() - timedelta(days=30) + timedelta(minutes=3)))
    db.session.commit()
    assert appeal(author, post, step) == 303
    later()
    assert db.session.scalar(select(func.count()).where(Case.kind == CaseKind.APPEAL)) == 1


def test_a_double_click_is_one_appeal(app: Flask, world: World, room: Crowd, enter: Enter) -> None:
    post, step = guided(world, room, room.others[0])
    browsers = [enter(room.others[0]) for _ in range(2)]
    answers: list[int] = []
    clicks = [Running(target=lambda one=one: answers.append(appeal(one, post, step))) for one in browsers]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert 303 in answers
    assert count(SealedAct) == 1


def test_who_is_out_of_the_group_is_an_outsider(world: World, room: Crowd, author: FlaskClient) -> None:
    post, step = guided(world, room, room.others[0])
    assert appeal(author, post, step) == 303
    db.session.rollback()
    gone = db.session.get_one(Membership, (room.group.id, room.others[0].id))
    db.session.delete(gone)
    db.session.commit()
    assert author.get(decisions(post)).status_code == 404
    later()
    assert db.session.scalar(select(func.count()).where(Case.kind == CaseKind.APPEAL)) == 0


def test_a_removed_post_is_appealed_and_comes_back(world: World, room: Crowd, author: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Unguarded", tlp="GREEN", at_once="y")
    step = decide(world, room, chief(world, room), "remove", standard="personal")
    post = unnamed_post()
    assert appeal(author, post, step) == 303
    later()
    case = now(Case, select(Case.id).where(Case.kind == CaseKind.APPEAL))
    given = {"act": "overturn", "version": str(case.version), "words": "Sorry"}
    assert post_form(chief(world, room), f"/moderation/cases/{ids.encode(case.id)}", **given).status_code == 303
    assert now(Post, post).state == PostState.PUBLISHED
    assert "The author is right" in words(author.get(decisions(post)))


def test_signing_in_leads_the_author_there_and_nobody_else(app: Flask, world: World, room: Crowd) -> None:
    guided(world, room, room.others[0])
    assert onward(app, room.others[0]).startswith(f"{MINE}/told")
    for one in room.others[1:]:
        assert onward(app, one) == "/groups"


def test_who_has_read_it_is_not_told_again(app: Flask, world: World, room: Crowd, author: FlaskClient) -> None:
    _post, step = guided(world, room, room.others[0])
    page = author.get(f"{MINE}/told?next=/groups")
    assert "Guidance sent" in words(page)
    answer = post_form(author, f"{MINE}/told?next=/groups")
    assert (answer.status_code, answer.location) == (303, "/groups")
    later()
    assert count(Heard) == 0
    days_later()
    assert list(db.session.scalars(select(Heard.step_id))) == [step]
    assert onward(app, room.others[0]) == "/groups"
    assert "Guidance sent" in words(author.get(MINE))


def test_what_is_older_than_an_appeal_can_be_is_not_told(app: Flask, world: World, room: Crowd) -> None:
    guided(world, room, room.others[0])
    db.session.rollback()
    db.session.execute(update(CaseStep).values(at=clock.now() - timedelta(days=31)))
    db.session.commit()
    assert onward(app, room.others[0]) == "/groups"


def test_a_recovered_account_is_told_nothing_of_before(app: Flask, world: World, room: Crowd) -> None:
    post, _step = guided(world, room, room.others[0])
    db.session.rollback()
    db.session.execute(update(Member).where(Member.id == room.others[0].id).values(recovered_at=clock.now()))
    db.session.commit()
    assert onward(app, room.others[0]) == "/groups"
    assert world.enter(room.others[0]).get(decisions(post)).status_code == 404


def test_to_be_told_costs_the_same_for_everybody(app: Flask, world: World, room: Crowd) -> None:
    """As many hashes, and the same statements, for the author as for anybody."""
    guided(world, room, room.others[0])
    assert statements(app, room.others[0]) == statements(app, room.others[1])


def statements(app: Flask, member: Member) -> tuple[list[str], int]:
    """What is sent to the database, and how many keyed hashes are made."""
    viewer, keyed = viewer_of_member(member.id), anonymity._keyed
    found: list[str] = []
    made: list[str] = []

    def counted(purpose: str, *more: object) -> bytes:
        made.append(purpose)
        return keyed(purpose, *more)

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anonymity, "_keyed", counted)
        hearing.unheard(viewer)
    event.remove(db.engine, "before_cursor_execute", note)
    return found, len(made)


@pytest.mark.parametrize("state", [MemberState.SUSPENDED])
def test_who_is_suspended_is_told_nothing_of_decisions(
    app: Flask, world: World, room: Crowd, state: MemberState
) -> None:
    guided(world, room, room.others[0])
    db.session.rollback()
    db.session.execute(update(Member).where(Member.id == room.others[0].id).values(state=state))
    db.session.commit()
    assert onward(app, room.others[0]) == "/sign-in/suspended"


def test_the_page_of_a_case_knows_nothing_of_the_author(world: World, room: Crowd) -> None:
    moderator = chief(world, room)
    post, _step = guided(world, room, room.others[0])
    db.session.rollback()
    case = db.session.scalars(select(Case.id)).one()
    text = moderator.get(f"/moderation/cases/{ids.encode(case)}").text
    assert "Suspend the author" not in text
    assert url("members", room.others[0]) not in text
    assert post
