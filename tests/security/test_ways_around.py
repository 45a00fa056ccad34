"""Ways around a rule that somebody with an ordinary account once found; each stays closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from community import clock, drafts, ids
from community.db import action, db
from community.models import Draft, Engagement, Membership, Post, Quote, Role, Visibility
from community.tlp import Tlp
from tests.browsing import send, words
from tests.factories import World, url
from tests.notified import Person, Room, deliver, furnish
from tests.paperwork import Paper, last_post, paper, press, send_post
from tests.paperwork import send as send_form

WORDS = "Kanariya kanariya"


@pytest.fixture
def room(world: World) -> Room:
    return furnish(world)


@pytest.fixture
def contractor(world: World, room: Room) -> Person:
    person = Person(world, "Oku", engagement=Engagement.CONTRACTOR, nda_signed=True)
    world.join(person.member, room.group)
    return person


def amber(world: World, room: Room) -> tuple[Post, Post]:
    """A thread and a reply in it, both AMBER; the reply is Ben's and holds the words."""
    opening = world.thread(room.group, room.ai.member, "Amber", Tlp.AMBER)
    return opening, world.reply(opening, room.ben.member, WORDS)


def quote_path(opening: Post, post: Post) -> str:
    return f"{url('threads', opening)}/reply?quote={ids.encode(post.id)}"


def test_a_quote_of_what_was_hidden_meanwhile_is_not_sent(world: World, room: Room, contractor: Person) -> None:
    opening, reply = amber(world, room)
    browser = contractor.browser
    confirmed = press(browser, browser.get(quote_path(opening, reply)), "check", tlp="AMBER")
    saved = press(browser, browser.get(quote_path(opening, reply)), "draft")
    assert saved.status_code == 303
    make_strict(reply)
    answer = press(browser, confirmed, "send")
    assert answer.status_code == 422
    assert WORDS in words(answer)  # it is theirs until they take it out
    assert db.session.scalars(select(Quote)).all() == []
    assert WORDS not in browser.get(f"{url('threads', opening)}/reply").text
    assert WORDS not in browser.get("/my/drafts").text


@action
def make_strict(post: Post) -> None:
    db.session.get_one(Post, post.id).tlp = Tlp.AMBER_STRICT


def test_a_quote_does_not_leave_its_thread(world: World, room: Room) -> None:
    opening, reply = amber(world, room)
    browser = room.cho.browser
    body = paper(browser.get(quote_path(opening, reply)), "check")["body"]
    public = world.group("Public", Visibility.PUBLIC)
    world.join(room.cho.member, public)
    elsewhere = world.thread(room.group, room.ai.member, "Other", Tlp.CLEAR)
    places = {f"{url('groups', public)}/new": "CLEAR", f"{url('threads', elsewhere)}/reply": "CLEAR"}
    for path, label in places.items():
        answer = press(browser, browser.get(path), "check", title="T", body=body, tlp=label)
        assert answer.status_code == 422
        assert "quotes a post that is not in this thread" in words(answer)


def test_withdrawn_words_leave_the_drafts_of_others(world: World, room: Room) -> None:
    opening, reply = amber(world, room)
    browser = room.cho.browser
    page = browser.get(quote_path(opening, reply))
    body = paper(page, "check")["body"]
    assert press(browser, page, "draft", body=f"{body}\nMy own line").status_code == 303
    assert WORDS in stored_drafts()
    path = f"{url('posts', reply)}/withdraw"
    assert send(room.ben.browser, path).status_code == 303
    for _ in range(2):
        kept = browser.get(f"{url('threads', opening)}/reply").text
        assert WORDS not in kept
        assert "My own line" in kept
        assert WORDS not in stored_drafts()
        # The page is open still, and keeps itself.
        assert press(browser, page, "draft", body=f"{body}\nMy own line").status_code == 303


def test_withdrawn_words_leave_a_draft_that_names_them_no_more(world: World, room: Room) -> None:
    opening, reply = amber(world, room)
    browser = room.cho.browser
    bare = f"Own words\n\n> {WORDS}\n\n{WORDS}"
    assert press(browser, browser.get(quote_path(opening, reply)), "draft", body=bare).status_code == 303
    assert WORDS in browser.get(f"{url('threads', opening)}/reply").text
    assert send(room.ben.browser, f"{url('posts', reply)}/withdraw").status_code == 303
    assert WORDS not in stored_drafts()
    assert "Own words" in browser.get(f"{url('threads', opening)}/reply").text


def stored_drafts() -> str:
    """What somebody with the database and the draft key reads."""
    db.session.rollback()
    return str([drafts.unseal(row.tag, row.sealed) for row in db.session.scalars(select(Draft))])


@pytest.mark.parametrize("what", ["there", "withdrawn"])
def test_an_old_form_tells_who_has_left_nothing(world: World, room: Room, what: str) -> None:
    secret = world.group("Secret", Visibility.SECRET)
    for one, role in ((room.ai, Role.MODERATOR), (room.ben, Role.CONTRIBUTOR)):
        world.join(one.member, secret, role)
    browser, opening = room.ben.browser, world.thread(secret, room.ai.member)
    asked = [f"{url('groups', secret)}/new", f"{url('threads', opening)}/reply"]
    forms = [_sent(browser, path) for path in asked]
    if what == "withdrawn":
        assert send(browser, f"{url('posts', last_post())}/withdraw").status_code == 303
    leave(secret.id, room.ben.member.id)
    browser.get("/")  # what was still to be said of the withdrawal
    missing = [f"/groups/{ids.encode(clock.random_id())}/new", f"/threads/{ids.encode(clock.random_id())}/reply"]
    for form, path, other in zip(forms, asked, missing, strict=True):
        data = MultiDict([*form.fields, ("step", "send")])
        answers = [browser.post(one, data=data) for one in (path, other)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data


def _sent(browser: FlaskClient, path: str) -> Paper:
    confirmed = press(browser, browser.get(path), "check", title="T", body="Words", tlp="AMBER")
    form = paper(confirmed, "send")
    assert send_form(browser, confirmed, form, "send").status_code == 303
    return form


@action
def leave(group_id: int, member_id: int) -> None:
    place = db.session.get_one(Membership, (group_id, member_id))
    db.session.delete(place)


def test_many_unread_threads_in_one_group_bury_none_of_another(world: World, room: Room) -> None:
    loud = world.group("Loud")
    world.join(room.ben.member, loud)
    yesterday = clock.now() - timedelta(days=1)
    for _ in range(130):
        world.thread(loud, room.ai.member, released_at=yesterday)
    world.thread(room.group, room.ai.member, "Quiet", released_at=yesterday)
    counts = {url("groups", loud)[8:]: 130, url("groups", room.group)[8:]: 2}
    assert room.ben.browser.get("/unread").json["groups"] == counts  # type: ignore[index]
    room.ben.browser.get("/")
    assert room.ben.browser.get("/unread").json["groups"] == counts  # type: ignore[index]


def test_the_last_page_leaves_unread_what_stands_before_it(world: World, room: Room) -> None:
    room.follow(room.ben)
    room.reply(room.ai, severity="warning")
    deliver()
    for _ in range(25):
        world.reply(room.opening, room.ai.member)
    thread = url("threads", room.opening)
    assert room.ben.count() == 1
    room.ben.browser.get(f"{thread}?page=2")
    assert room.ben.count() == 1
    assert "A title" in room.ben.browser.get("/").text
    room.ben.browser.get(thread)
    assert room.ben.count() == 0
    room.ben.browser.get(f"{thread}?page=2")
    assert "A title" not in room.ben.browser.get("/").text


def test_a_thread_does_not_mark_a_grant_as_seen_that_it_does_not_show(world: World, room: Room) -> None:
    red = world.reply(room.opening, room.ai.member, tlp=Tlp.RED, recipients=[room.cho.member])
    assert send(room.ai.browser, f"{url('posts', red)}/grants", member=room.ben.key).status_code == 303
    world.reply(room.opening, room.cho.member)
    assert room.ben.count() == 1
    room.ben.browser.get(url("threads", room.opening))
    assert room.ben.count() == 1


def test_a_warning_made_wider_warns_those_it_reaches_first(room: Room) -> None:
    path = f"{url('threads', room.opening)}/reply"
    send_post(room.ai.browser, path, body="Words", tlp="RED", recipients=[room.ben.key], severity="warning")
    post = last_post()
    assert (len(room.ben.told()), room.cho.told()) == (1, [])
    page = room.ai.browser.get(f"{url('posts', post)}/widen")
    confirmed = press(room.ai.browser, page, "check", tlp="GREEN")
    assert press(room.ai.browser, confirmed, "send").status_code == 303
    assert (len(room.ben.told()), room.cho.told()) == (1, ["Warning from Ai: consider action at once"])


def test_who_decides_no_more_is_reminded_of_no_request(world: World, room: Room) -> None:
    asker = Person(world, "Asker")
    assert send(asker.browser, f"{url('groups', room.group)}/ask", reason="Because").status_code == 303
    assert room.ai.count() == 1
    demote(room.group.id, room.ai.member.id)
    assert (room.ai.count(), room.ai.told()) == (0, [])


@action
def demote(group_id: int, member_id: int) -> None:
    db.session.get_one(Membership, (group_id, member_id)).role = Role.READER


def test_a_grant_opens_no_words_of_a_thread_from_before_one_came(world: World, room: Room) -> None:
    """The words are younger than the newcomer's place, the thread they stand in is older: both count."""
    hiding = world.group("Hiding", hides_history=True)
    for one in (room.ai, room.ben):
        world.join(one.member, hiding)
    opening = world.thread(hiding, room.ben.member)
    newcomer = Person(world, "Newcomer")
    world.join(newcomer.member, hiding, since=clock.now())
    later = world.reply(opening, room.ben.member, WORDS)
    send_post(room.ai.browser, quote_path(opening, later))
    reply = last_post()
    refused = send(room.ai.browser, f"{url('posts', reply)}/grants", member=newcomer.key)
    assert "quotes words of others" in words(room.ai.browser.get(refused.location) if refused.location else refused)
    assert newcomer.browser.get(url("posts", reply)).status_code == 404
