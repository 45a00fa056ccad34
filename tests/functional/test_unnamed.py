"""A member posts without a name: offered, weighed, sealed, released, corrected, taken back."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, ids, pseudonyms
from community.db import db
from community.models import (
    Anonymous,
    AuditEntry,
    Case,
    Follow,
    Member,
    MemberState,
    OutboxEvent,
    Post,
    PostState,
    Role,
    SealedAct,
    Thread,
)
from tests.browsing import send as post_form
from tests.browsing import words
from tests.factories import World, url
from tests.paperwork import now, papers, press, send_post
from tests.unnamed import Crowd, crowd, later, look, reply_at, send

Enter = Callable[[Member], FlaskClient]
MINE = "/me/anonymous"


@pytest.fixture
def room(world: World) -> Crowd:
    return crowd(world)


@pytest.fixture
def author(room: Crowd, enter: Enter) -> FlaskClient:
    return enter(room.others[0])


@pytest.fixture
def reader(room: Crowd, enter: Enter) -> FlaskClient:
    return enter(room.others[1])


def unnamed() -> list[Post]:
    db.session.rollback()
    found = db.session.scalars(select(Post).where(Post.author_tag.is_not(None)).order_by(Post.released_at)).all()
    db.session.expunge_all()
    return list(found)


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_group_that_does_not_offer_it_takes_none(world: World, room: Crowd, author: FlaskClient) -> None:
    plain = world.group("Plain")
    world.join(room.others[0], plain)
    at = f"{url('groups', plain)}/new"
    page = author.get(at)
    assert b'name="without_name"' not in page.data
    answer = press(author, page, "check", title="T", body="B", tlp="GREEN", without_name="y")
    assert answer.status_code == 403
    assert b"B" in answer.data


def test_it_waits_and_then_stands_there_without_a_name(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    audited, told = count(AuditEntry), count(OutboxEvent)
    answer = send(author, reply_at(room.opening), body="Something happened here", tlp="GREEN")
    assert answer.status_code == 303
    assert answer.location == f"{url('posts', room.opening)}/thread"
    assert (count(AuditEntry), count(OutboxEvent), unnamed()) == (audited, told, [])
    assert b"Something happened" not in reader.get(url("threads", room.opening)).data
    later(timedelta(minutes=4))
    assert unnamed() == []
    later()
    [post] = unnamed()
    assert (post.author_id, post.organization_id, post.shown_sector) == (None, None, None)
    page = words(reader.get(url("threads", room.opening)))
    assert "Something happened here" in page
    assert pseudonyms.pseudonym(post.pseudonym or 0, "en") in page
    assert room.others[0].name not in page.replace("Person 1 House 1", "")


def test_it_is_stored_under_the_hour_and_after_what_it_answers(room: Crowd, author: FlaskClient) -> None:
    moment = clock.now().replace(minute=40, second=11)
    with clock.fixed(moment, "sent"):
        send(author, reply_at(room.opening), body="Later than it says", tlp="GREEN")
    with clock.fixed(moment, "released"):
        later()
    [post] = unnamed()
    opened = now(Post, room.opening.id).released_at
    hour = (moment + timedelta(minutes=31)).replace(minute=0, second=0, microsecond=0)
    assert post.released_at == max(hour, opened + clock.INSTANT)


def test_the_author_meets_it_as_anybody_does(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Read me", tlp="GREEN")
    later()
    [post] = unnamed()
    for path in (url("threads", room.opening), url("posts", post), f"{url('posts', post)}/audience", "/"):
        mine, theirs = author.get(path), reader.get(path)
        assert mine.status_code == theirs.status_code == 200
        assert b"/edit" not in mine.data
        assert (b"New since" in mine.data) == (b"New since" in theirs.data), path
    for act in ("edit", "withdraw", "grants"):
        assert author.get(f"{url('posts', post)}/{act}").status_code == 403
    follows = select(Follow.member_id)
    assert room.others[0].id not in set(db.session.scalars(follows))


def test_one_pseudonym_in_a_thread_and_another_elsewhere(world: World, room: Crowd, author: FlaskClient) -> None:
    other = world.thread(room.group, room.writer, "Another")
    for opening in (room.opening, room.opening, other):
        send(author, reply_at(opening), body="Once more", tlp="GREEN", at_once="y")
    send(author, reply_at(room.opening), body="As somebody else", tlp="GREEN", at_once="y", fresh="y")
    here = [post for post in unnamed() if post.thread_id == room.opening.id]
    [there] = [post for post in unnamed() if post.thread_id == other.id]
    tags = {post.body: post.author_tag for post in here}
    assert len({post.author_tag for post in here if post.body == "Once more"}) == 1
    assert tags["Once more"] not in (tags["As somebody else"], there.author_tag)
    assert len({post.pseudonym for post in here}) == 2


def test_two_authors_have_two_pseudonyms(room: Crowd, enter: Enter) -> None:
    for member in room.others[:2]:
        send(enter(member), reply_at(room.opening), body="Me too", tlp="GREEN", at_once="y")
    assert len({post.author_tag for post in unnamed()}) == len({post.pseudonym for post in unnamed()}) == 2


def test_a_thread_without_a_name(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    answer = send(author, f"{url('groups', room.group)}/new", title="We were hit", body="By this", tlp="AMBER")
    assert answer.location == url("groups", room.group)
    later()
    [post] = unnamed()
    assert post.id == post.thread_id
    assert now(Thread, post.id).scope
    page = words(reader.get(url("groups", room.group)))
    assert "We were hit" in page
    assert pseudonyms.pseudonym(post.pseudonym or 0, "en") in page


@pytest.mark.parametrize(("changes", "said"), [({"tlp": "RED", "recipients": "all"}, "TLP:RED names people")])
def test_red_is_never_anonymous(room: Crowd, author: FlaskClient, changes: dict[str, str], said: str) -> None:
    given = changes | {"recipients": ids.encode(room.others[2].id)}
    answer = look(author, f"{url('groups', room.group)}/new", title="T", body="Body stays", **given)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "Body stays" in answer.get_data(as_text=True)


def test_the_crowd_is_shown_rounded_down(room: Crowd, author: FlaskClient) -> None:
    page = words(look(author, reply_at(room.opening), body="Judge me", tlp="GREEN"))
    assert "at least 5 people from at least 5 organizations" in page


def test_who_rests_counts_and_who_only_reads_does_not(world: World, room: Crowd, author: FlaskClient) -> None:
    for number in range(4):
        world.join(world.member(state=MemberState.DORMANT), room.group)
        world.join(world.member(f"Reads {number}"), room.group, Role.READER)
    page = words(look(author, reply_at(room.opening), body="Judge me", tlp="GREEN"))
    assert "at least 10 people from at least 10 organizations" in page


def test_too_few_are_refused_and_only_told_to_the_author(world: World, enter: Enter) -> None:
    small = world.group("Small", anonymous=Anonymous.ALLOWED)
    people = [world.member() for _ in range(4)]
    for one in people:
        world.join(one, small)
    answer = look(enter(people[0]), f"{url('groups', small)}/new", title="T", body="It stays", tlp="GREEN")
    assert answer.status_code == 422
    assert "Too few people could have written this" in words(answer)
    assert b"It stays" in answer.data
    assert count(SealedAct) == 0


def test_a_sector_is_shown_only_when_enough_share_it(world: World, room: Crowd, author: FlaskClient) -> None:
    answer = look(author, reply_at(room.opening), body="It stays", tlp="GREEN", sector="water")
    assert answer.status_code == 422
    assert "not in this sector" in words(answer)


def test_sent_twice_is_there_once(room: Crowd, author: FlaskClient) -> None:
    confirmed = look(author, reply_at(room.opening), body="Once", tlp="GREEN")
    for _ in range(2):
        assert press(author, confirmed, "send").status_code == 303
    later()
    assert press(author, confirmed, "send").status_code == 303
    later()
    assert len(unnamed()) == 1


def test_what_became_impossible_stays_with_its_author(world: World, room: Crowd, author: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Not yet out", tlp="GREEN")
    thread = now(Thread, room.opening.id)
    thread.locked_at = clock.now()
    db.session.merge(thread)
    db.session.commit()
    later()
    assert unnamed() == []
    page = author.get(MINE)
    assert b"Not yet out" in page.data
    number = ids.encode(db.session.scalars(select(SealedAct.id)).one())
    assert post_form(author, f"{MINE}/waiting/{number}/release").status_code == 303
    assert "cannot be released there" in words(author.get(MINE))
    assert post_form(author, f"{MINE}/waiting/{number}/forget").status_code == 303
    assert count(SealedAct) == 0


def test_only_the_author_finds_it_among_theirs(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Mine alone", tlp="GREEN")
    number = ids.encode(db.session.scalars(select(SealedAct.id)).one())
    assert b"Mine alone" in author.get(MINE).data
    assert b"Mine alone" not in reader.get(MINE).data
    for act in ("forget", "release"):
        assert post_form(reader, f"{MINE}/waiting/{number}/{act}").status_code == 404
    later()
    [post] = unnamed()
    assert b"Mine alone" in author.get(MINE).data
    assert b"Mine alone" not in reader.get(MINE).data
    for act in ("edit", "withdraw"):
        path = f"{MINE}/{ids.encode(post.id)}/{act}"
        assert (author.get(path).status_code, reader.get(path).status_code) == (200, 404)


def test_other_words_come_after_a_while_too(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="The first wording", tlp="GREEN", at_once="y")
    [post] = unnamed()
    audited = count(AuditEntry)
    path = f"{MINE}/{ids.encode(post.id)}/edit"
    answer = press(author, author.get(path), "save", body="The second wording")
    assert (answer.status_code, answer.location) == (303, MINE)
    assert count(AuditEntry) == audited
    assert b"second wording" not in reader.get(url("threads", room.opening)).data
    later()
    assert b"second wording" in reader.get(url("threads", room.opening)).data
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert (entry.tag, entry.actor_id) == ("member:post:edited", None)
    edited = now(Post, post.id).edited_at
    assert edited is not None
    assert edited == edited.replace(minute=0, second=0, microsecond=0)


def test_a_wording_that_came_too_late_is_shown_with_the_other(room: Crowd, author: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="One", tlp="GREEN", at_once="y")
    [post] = unnamed()
    path = f"{MINE}/{ids.encode(post.id)}/edit"
    page = author.get(path)
    press(author, author.get(path), "save", body="Two", at_once="y")
    answer = press(author, page, "save", body="Three", at_once="y")
    assert answer.status_code == 409
    assert b"Three" in answer.data
    assert b"Two" in answer.data


def test_withdrawn_words_are_gone(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Kanariya-77", tlp="GREEN", at_once="y")
    [post] = unnamed()
    assert post_form(author, f"{MINE}/{ids.encode(post.id)}/withdraw", at_once="y").status_code == 303
    assert now(Post, post.id).state == PostState.WITHDRAWN
    assert b"Kanariya-77" not in reader.get(url("threads", room.opening)).data
    later()
    assert now(Post, post.id).author_tag


def test_withdrawn_words_leave_what_waits(room: Crowd, author: FlaskClient, enter: Enter) -> None:
    writer = enter(room.writer)
    send_post(writer, reply_at(room.opening), body="Words to be taken back", tlp="GREEN")
    db.session.rollback()
    named = db.session.scalars(select(Post).where(Post.body == "Words to be taken back")).one()
    key = ids.encode(named.id)
    body = f"> [Person 0](/posts/{key})\n>\n> Words to be taken back\n\nIndeed"
    send(author, reply_at(room.opening), body=body, tlp="GREEN")
    assert post_form(writer, f"/posts/{key}/withdraw").status_code == 303
    assert b"Words to be taken back" not in author.get(MINE).data
    later()
    assert not [post for post in unnamed() if "Words to be taken back" in post.body]


def test_it_is_quoted_under_its_pseudonym(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, reply_at(room.opening), body="Quote me", tlp="GREEN", at_once="y")
    [post] = unnamed()
    page = reader.get(f"{reply_at(room.opening)}?quote={ids.encode(post.id)}")
    assert f"[{pseudonyms.in_both(post.pseudonym or 0)}]" in page.get_data(as_text=True)


def test_the_page_asks_for_the_passkey(room: Crowd, author: FlaskClient) -> None:
    with clock.fixed(clock.now() + timedelta(minutes=11), "later"):
        answer = author.get(MINE)
    assert (answer.status_code, re.sub(r"\?.*", "", answer.location or "")) == (303, "/me/confirm")


def test_the_rule_is_the_moderators(world: World, room: Crowd, enter: Enter) -> None:
    chief = world.member("Chief")
    world.join(chief, room.group, Role.MODERATOR)
    browser, at = enter(chief), f"{url('groups', room.group)}/settings"
    form = next(one for one in papers(browser.get(at)) if any(name == "anonymous" for name, _ in one.fields))
    form.put(anonymous="off")
    assert browser.post(at, data=dict(form.fields) | {"labels": ["GREEN", "CLEAR"]}).status_code == 303
    assert b'name="without_name"' not in browser.get(reply_at(room.opening)).data


def test_searching_a_name_finds_nothing_anonymous(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, f"{url('groups', room.group)}/new", title="Nothing of note", body="B", tlp="GREEN", at_once="y")
    for asked in (room.others[0].name, "House 1"):
        assert b"Nothing of note" not in reader.get("/search", query_string={"q": asked}).data


def test_neither_profile_nor_export_knows_it(room: Crowd, author: FlaskClient, reader: FlaskClient) -> None:
    send(author, f"{url('groups', room.group)}/new", title="Nothing of note", body="B", tlp="GREEN", at_once="y")
    for browser in (author, reader):
        assert b"Nothing of note" not in browser.get(url("members", room.others[0])).data
    assert b"Nothing of note" not in post_form(author, "/me/export").data


def test_what_moderators_remove_its_author_still_reads(
    world: World, room: Crowd, author: FlaskClient, reader: FlaskClient, enter: Enter
) -> None:
    chief = world.member("Chief")
    world.join(chief, room.group, Role.MODERATOR)
    send(author, reply_at(room.opening), body="Kanariya-78", tlp="GREEN", at_once="y")
    [post] = unnamed()
    flagged = post_form(reader, f"{url('posts', post)}/flag", wrong="identifies", words="A name")
    assert flagged.status_code == 303
    db.session.rollback()
    case = db.session.scalars(select(Case)).one()
    path, version = f"/moderation/cases/{ids.encode(case.id)}", str(case.version)
    given = {"act": "remove", "version": version, "standard": "identifies", "words": "See line 1"}
    assert post_form(enter(chief), path, **given).status_code == 303
    for browser in (author, reader):
        assert b"Kanariya-78" not in browser.get(url("threads", room.opening)).data
        assert browser.get(url("posts", post)).status_code == 404
    assert b"Kanariya-78" in author.get(MINE).data
    assert b"Kanariya-78" not in reader.get(MINE).data
