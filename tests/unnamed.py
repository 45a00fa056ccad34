"""A group in which one can post without a name, and enough people in it."""

from datetime import timedelta
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from community import clock
from community.actions import releasing
from community.db import db
from community.models import Anonymous, Group, Member, Post
from community.outbox import deliver_due
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


def later(span: timedelta = LATER) -> None:
    """What is done meanwhile: housekeeping, and telling what came of it."""
    db.session.rollback()
    with clock.fixed(clock.now() + span, "later"):
        releasing.sweep()
        db.session.rollback()
        while deliver_due():
            db.session.rollback()
