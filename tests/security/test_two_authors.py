"""The two-authors equation: whoever wrote an anonymous post, the database looks the same (LK-137, LK-159, LK-160).

The same world is run twice. In it both people make the same requests, but for the last: once Alice sends, once Bob.
Afterwards every value of every table and every file is compared. Only what is random or sealed may differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community import clock, ids
from community.actions import releasing
from community.blocks import Missing
from community.db import db
from community.models import Case, CaseStep, Group, Member, Post, Promotion, Role
from community.outbox import deliver_due
from community.redacting import Words
from community.tlp import Tlp
from community.viewer import viewer_of_member
from moderation.actions.deciding import Letter, redact_post
from moderation.actions.promoting import Seen, propose
from moderation.promotions import Prepared
from tests.browsing import send as post_form
from tests.conftest import empty
from tests.factories import World, url
from tests.paperwork import now, press
from tests.unnamed import Crowd, crowd, look, reply_at, unnamed_post

START = datetime(2026, 5, 4, 9, 12, 40, tzinfo=UTC)
MASKED = {
    ("sealed_acts", "sealed"),
    ("sealed_acts", "tag"),
    ("posts", "author_tag"),
    ("posts", "send_tag"),
    ("posts", "pseudonym"),
}


class Cast(NamedTuple):
    """Who is at a browser: the author, somebody who might have been, a reader, a moderator of the group, and two of the
    site.
    """

    author: FlaskClient
    other: FlaskClient
    reader: FlaskClient
    moderator: FlaskClient
    asker: FlaskClient
    second: FlaskClient


Act = Callable[[Cast, Crowd], None]


def dump(app: Flask) -> dict[str, Any]:
    """Everything that somebody with a copy of the server has, but what may differ."""
    db.session.rollback()
    found: dict[str, Any] = {}
    for table in db.metadata.sorted_tables:
        columns = [column for column in table.columns if (table.name, column.name) not in MASKED]
        found[table.name] = sorted(map(repr, db.session.execute(select(*columns))))
    db.session.rollback()
    folder = Path(app.extensions["musubi"].data_dir)
    files = (one for one in sorted(folder.rglob("*")) if one.is_file() and "sqlite" not in one.name)
    return found | {f"file {one.name}": one.read_bytes() for one in files}


def at(minutes: int, seed: str) -> Any:
    return clock.fixed(START + timedelta(minutes=minutes), seed)


def release(minutes: int) -> None:
    db.session.rollback()
    with at(minutes, "released"):
        releasing.sweep()
        db.session.rollback()
        while deliver_due():
            db.session.rollback()


def id_of(browser: FlaskClient) -> str:
    return str(browser.environ_base["who"])


def both_look(people: Iterable[FlaskClient], path: str, **typed: str) -> dict[str, TestResponse]:
    """Both write the same and look at who would read it, in the same order whoever is to send."""
    pages = {}
    for browser in sorted(people, key=id_of):
        with at(1, id_of(browser)):
            pages[id_of(browser)] = look(browser, path, **typed)
    return pages


def last(author: FlaskClient, pages: dict[str, TestResponse]) -> None:
    with at(2, "last"):
        assert press(author, pages[id_of(author)], "send").status_code == 303


def send_reply(cast: Cast, room: Crowd) -> None:
    last(cast.author, both_look((cast.author, cast.other), reply_at(room.opening), body="A confession", tlp="GREEN"))


def send_thread(cast: Cast, room: Crowd) -> None:
    path = f"{url('groups', room.group)}/new"
    last(cast.author, both_look((cast.author, cast.other), path, title="A title", body="A confession", tlp="AMBER"))


def send_at_once(cast: Cast, room: Crowd) -> None:
    last(
        cast.author, both_look((cast.author, cast.other), reply_at(room.opening), body="Now", tlp="GREEN", at_once="y")
    )


def correct(cast: Cast, room: Crowd) -> None:
    send_at_once(cast, room)
    db.session.rollback()
    post = db.session.scalars(select(Post.id).where(Post.body == "Now")).one()
    path = f"/me/anonymous/{ids.encode(post)}/edit"
    with at(3, "edit"):
        assert press(cast.author, cast.author.get(path), "save", body="Otherwise", tlp="AMBER").status_code == 303


def withdraw(cast: Cast, room: Crowd) -> None:
    send_at_once(cast, room)
    db.session.rollback()
    post = db.session.scalars(select(Post.id).where(Post.body == "Now")).one()
    with at(3, "withdraw"):
        assert post_form(cast.author, f"/me/anonymous/{ids.encode(post)}/withdraw").status_code == 303


def decided(cast: Cast, room: Crowd) -> tuple[int, int]:
    """The post, and a decision about it."""
    send_at_once(cast, room)
    post = unnamed_post()
    with at(3, "flag"):
        assert post_form(cast.reader, f"/posts/{ids.encode(post)}/flag", wrong="conduct").status_code == 303
    case = now(Case, select(Case.id))
    given = {"act": "remove", "version": "1", "standard": "conduct", "words": "Not so"}
    with at(4, "decision"):
        assert post_form(cast.moderator, f"/moderation/cases/{ids.encode(case.id)}", **given).status_code == 303
    db.session.rollback()
    return post, db.session.scalars(select(CaseStep.id).where(CaseStep.by_id.is_not(None))).one()


def appeal(cast: Cast, room: Crowd) -> None:
    post, step = decided(cast, room)
    path, given = f"/me/anonymous/{ids.encode(post)}/decisions", {"decision": ids.encode(step), "words": "I object"}
    with at(4, "appeal"):
        assert post_form(cast.author, path, **given).status_code == 303


def take_note(cast: Cast, room: Crowd) -> None:
    decided(cast, room)
    with at(4, "heard"):
        assert post_form(cast.author, "/me/anonymous/told").status_code == 303


def unseal(cast: Cast, room: Crowd) -> None:
    """Two site moderators learn who it was: one of two people, and nothing else differs."""
    send_at_once(cast, room)
    path = f"/moderation/posts/{ids.encode(unnamed_post())}/unseal"
    with at(3, "asked"):
        assert post_form(cast.asker, path, reason="Again and again, to harm").status_code == 303
    case = ids.encode(now(Case, select(Case.id)).id)
    with at(4, "agreed"):
        assert post_form(cast.second, f"/moderation/cases/{case}/unseal", version="1").status_code == 200


def take_note_of_it(cast: Cast, room: Crowd) -> None:
    unseal(cast, room)
    with at(4, "heard"):
        assert post_form(cast.author, "/me/anonymous/told").status_code == 303


def destroy(cast: Cast, room: Crowd) -> None:
    """A moderator took words out of it; its author destroys what was there before."""
    send_at_once(cast, room)
    post = unnamed_post()
    chief = db.session.scalars(select(Member.id).where(Member.name == "Moderator")).one()
    with at(3, "taken out"):
        letter = Letter(wanted=(Words("Now", Missing.OTHER),), post_version=1)
        redact_post(viewer_of_member(chief), post, letter)
    db.session.rollback()
    with at(4, "destroy"):
        assert cast.author.get(f"/me/anonymous/{ids.encode(post)}/before").status_code == 200
        assert post_form(cast.author, f"/me/anonymous/{ids.encode(post)}/destroy").status_code == 303


def proposed(cast: Cast, room: Crowd) -> str:
    """A post without a name, of which a moderator proposes a copy for another group: where its author is asked."""
    send_at_once(cast, room)
    post = unnamed_post()
    with at(3, "propose"):
        chief = db.session.scalars(select(Member.id).where(Member.name == "Moderator")).one()
        target = db.session.scalars(select(Group.id).where(Group.name == "Elsewhere")).one()
        seen = Seen(0, db.session.get_one(Post, post).version)
        propose(viewer_of_member(chief), post, Prepared(target, Tlp.GREEN, "A title", "Words"), seen)
    db.session.rollback()
    return f"/me/anonymous/promotions/{ids.encode(db.session.scalars(select(Promotion.id)).one())}"


def answers(chosen: str) -> Act:
    """Proposed, and answered; the answer comes out at the next daily release."""

    def act(cast: Cast, room: Crowd) -> None:
        path = proposed(cast, room)
        with at(4, "answer"):
            given = {"answer": chosen, "version": "1", "words": "Shorter"}
            assert post_form(cast.author, path, **given).status_code == 303
        release(24 * 60)

    return act


ANSWERS = [answers(chosen) for chosen in ("agree", "refuse", "changes")]


def offices(world: World, room: Crowd) -> list[Member]:
    """A moderator of the group, and two of the site."""
    moderator = world.member("Moderator")
    world.join(moderator, room.group, Role.MODERATOR)
    since = (START - timedelta(days=60)).date()
    keepers = [world.member(name, site_moderator=True, joined_on=since) for name in ("Asker", "Second")]
    for keeper in keepers:
        world.join(keeper, room.group, Role.READER)
    return [moderator, *keepers]


def played(app: Flask, act: Act, who: int) -> Iterator[dict[str, Any]]:
    """The dumps before and after release, with the person ``who`` as the author."""
    empty(app)
    with at(0, "world"):
        world = World(app)
        room = crowd(world)
        world.group("Elsewhere")
        people = [room.others[0], room.others[1], room.others[2], *offices(world, room)]
        browsers = [world.enter(one) for one in people]
        for number, browser in enumerate(browsers):
            browser.environ_base["who"] = f"who {number}"
    act(Cast(browsers[who], browsers[1 - who], *browsers[2:]), room)
    yield dump(app)
    release(45)
    if act in (take_note, take_note_of_it):
        release(16 * 60)  # with the day
    yield dump(app)
    with at(46, "read"):
        for path in ("/", url("threads", room.opening), "/notifications"):
            for browser in browsers:
                assert browser.get(path).status_code == 200
    yield dump(app)


ACTS = [
    send_reply,
    send_thread,
    send_at_once,
    correct,
    withdraw,
    appeal,
    take_note,
    destroy,
    unseal,
    take_note_of_it,
    *ANSWERS,
]


@pytest.mark.parametrize("act", ACTS)
def test_lk_160_two_databases_do_not_tell_who_wrote_it(app: Flask, act: Act) -> None:
    alice, bob = list(played(app, act, 0)), list(played(app, act, 1))
    for step, (one, other) in enumerate(zip(alice, bob, strict=True)):
        different = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
        assert different == set(), step
