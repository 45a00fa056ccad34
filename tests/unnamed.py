"""A group in which one can post without a name, and enough people in it."""

from datetime import timedelta
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import clock, ids
from community.actions import releasing
from community.db import db
from community.models import Anonymous, Case, CaseKind, CaseState, CaseStep, Group, Member, Post, Role
from community.outbox import deliver_due
from tests.browsing import send as post_form
from tests.factories import World, url
from tests.paperwork import press

LATER = timedelta(minutes=31)


class Crowd(NamedTuple):
    """The group, its thread, who wrote that, and the others: enough for a name to be hidden among them."""

    group: Group
    opening: Post
    writer: Member
    others: list[Member]


def crowd(world: World, **more: Any) -> Crowd:
    """Six writers of six organizations in a group that allows it."""
    group = world.group("Room", anonymous=Anonymous.ALLOWED, **more)
    people = [world.member(f"Person {number}", world.organization(f"House {number}")) for number in range(6)]
    for one in people:
        world.join(one, group)
    return Crowd(group, world.thread(group, people[0], "The question"), people[0], people[1:])


def look(browser: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Write without a name, and look at who will read it and who could have written it."""
    return press(browser, browser.get(path), "check", without_name="y", **changes)


def send(browser: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Write without a name, look, send."""
    confirmed = look(browser, path, **changes)
    assert confirmed.status_code == 200, confirmed.get_data(as_text=True)
    return press(browser, confirmed, "send")


def reply_at(opening: Post) -> str:
    """Where one replies."""
    return f"{url('threads', opening)}/reply"


def unnamed_post() -> int:
    """The one anonymous post there is."""
    db.session.rollback()
    return db.session.scalars(select(Post.id).where(Post.author_tag.is_not(None))).one()


def chief(world: World, room: Crowd) -> FlaskClient:
    """A moderator of the group."""
    member = world.member("Chief")
    world.join(member, room.group, Role.MODERATOR)
    return world.enter(member)


def decide(world: World, room: Crowd, moderator: FlaskClient, act: str, **form: str) -> int:
    """Somebody flags the anonymous post, and the moderator decides; answers with the step."""
    flagger = world.member()
    world.join(flagger, room.group)
    flagged = post_form(world.enter(flagger), f"/posts/{ids.encode(unnamed_post())}/flag", wrong="conduct")
    assert flagged.status_code == 303
    db.session.rollback()
    case = db.session.scalars(select(Case).where(Case.state == CaseState.OPEN, Case.kind == CaseKind.FLAG)).one()
    given = {"act": act, "version": str(case.version), "words": "Say less"} | form
    answer = post_form(moderator, f"/moderation/cases/{ids.encode(case.id)}", **given)
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    decided = select(CaseStep.id).where(CaseStep.case_id == case.id, CaseStep.by_id.is_not(None))
    return db.session.scalars(decided).one()


def guided(world: World, room: Crowd, author: Member) -> tuple[int, int]:
    """The author posted, and a moderator sent guidance: the post and the step."""
    send(world.enter(author), reply_at(room.opening), body="Unguarded", tlp="GREEN", at_once="y")
    return unnamed_post(), decide(world, room, chief(world, room), "guide", standard="identifies")


def later(span: timedelta = LATER) -> None:
    """What is done meanwhile: housekeeping, and telling what came of it."""
    db.session.rollback()
    with clock.fixed(clock.now() + span, "later"):
        releasing.sweep()
        db.session.rollback()
        while deliver_due():
            db.session.rollback()
