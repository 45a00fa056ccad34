"""Releasing what was sent without a name: once, still hidden among enough others, and at a time that tells nothing."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import clock, ids
from community.db import db
from community.models import Membership, Post, PostState, Role, SealedAct, Thread
from community.tlp import Tlp
from tests.browsing import send as post_form
from tests.browsing import words
from tests.factories import World, url
from tests.functional.test_unnamed import MINE, Enter, author, room, unnamed
from tests.paperwork import now
from tests.unnamed import Crowd, later, reply_at, send

__all__ = ["author", "room"]


def lock(opening: Post, *, locked: bool) -> None:
    db.session.rollback()
    db.session.get_one(Thread, opening.id).locked_at = clock.now() if locked else None
    db.session.commit()


def test_whoever_lifts_an_obstacle_does_not_see_whose_post_comes_out(room: Crowd, author: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Held up", tlp="GREEN")
    lock(room.opening, locked=True)
    later()
    lock(room.opening, locked=False)
    later(timedelta(minutes=35))
    assert unnamed() == []
    number = ids.encode(db.session.scalars(select(SealedAct.id)).one())
    assert post_form(author, f"{MINE}/waiting/{number}/release").status_code == 303
    assert [post.body for post in unnamed()] == ["Held up"]


def test_it_is_not_released_into_a_crowd_that_became_too_small(room: Crowd, author: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Alone now", tlp="GREEN")
    db.session.rollback()
    away = [one.id for one in room.others[1:4]]
    db.session.execute(update(Membership).where(Membership.member_id.in_(away)).values(role=Role.READER))
    db.session.commit()
    later()
    assert unnamed() == []
    number = ids.encode(db.session.scalars(select(SealedAct.id)).one())
    answer = post_form(author, f"{MINE}/waiting/{number}/release")
    assert "Too few people could have written this" in words(author.get(answer.location))
    assert unnamed() == []


def test_its_time_says_nothing_of_posts_that_some_readers_do_not_see(
    world: World, room: Crowd, author: FlaskClient
) -> None:
    moment = clock.now().replace(minute=50, second=0)
    db.session.execute(update(Post).values(released_at=moment - timedelta(hours=3)))
    db.session.commit()
    world.reply(room.opening, room.writer, "Among us", tlp=Tlp.AMBER_STRICT, released_at=moment - timedelta(minutes=9))
    with clock.fixed(moment, "sent"):
        send(author, reply_at(room.opening), body="To more", tlp="GREEN", at_once="y")
    [post] = unnamed()
    assert post.released_at == moment.replace(minute=0, second=0, microsecond=0)


def test_it_can_be_withdrawn_where_a_named_one_can(room: Crowd, author: FlaskClient, enter: Enter) -> None:
    send(author, reply_at(room.opening), body="Kanariya-79", tlp="GREEN", at_once="y")
    [post] = unnamed()
    lock(room.opening, locked=True)
    assert post_form(enter(room.writer), f"{url('posts', room.opening)}/withdraw").status_code == 303
    assert post_form(author, f"{MINE}/{ids.encode(post.id)}/withdraw").status_code == 303
    later()
    assert now(Post, post.id).state == PostState.WITHDRAWN


def test_what_no_key_opens_holds_nothing_up(room: Crowd, author: FlaskClient, enter: Enter) -> None:
    send(author, reply_at(room.opening), body="Sealed", tlp="GREEN")
    db.session.rollback()
    db.session.execute(update(SealedAct).values(sealed=b"x" * 100))
    db.session.commit()
    assert author.get(MINE).status_code == 200
    assert post_form(enter(room.writer), f"{url('posts', room.opening)}/withdraw").status_code == 303
    later()
    assert unnamed() == []
