"""A site moderator opens one post that their memberships do not give them: first the record, then the text."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import audit, clock, events, ids, reading_records
from community.db import db
from community.models import (
    AuditEntry,
    Engagement,
    Group,
    Member,
    MemberState,
    ModeratorReading,
    Post,
    PostState,
    Role,
    SignIn,
    Visibility,
)
from community.policy import NotAllowed, Unproved
from community.tlp import Tlp
from community.viewer import viewer_of_member
from moderation.actions import opening as actions
from tests.browsing import TOKEN, send, words
from tests.factories import World, save, url
from tests.paperwork import form_with
from tests.rooms import kinds, tags

REASON = "The author asked me for help with a label."


@pytest.fixture
def author(world: World) -> Member:
    return world.member("Author Ai")


@pytest.fixture
def hidden(world: World, author: Member) -> Post:
    """A post that no site moderator sees: TLP:RED in a secret group."""
    group = world.group("Nightfall", Visibility.SECRET)
    world.join(author, group, Role.MODERATOR)
    return world.thread(group, author, "Quiet title", Tlp.RED, body="Loud words", recipients=[author])


@pytest.fixture
def miyake(world: World) -> Member:
    return world.member("Miyake", site_moderator=True)


def path_of(post: Post | int) -> str:
    return f"/moderation/posts/{ids.encode(post if isinstance(post, int) else post.id)}/open"


def stale(member: Member) -> None:
    """Their passkey was shown six minutes ago."""
    db.session.rollback()
    for row in db.session.scalars(select(SignIn).where(SignIn.member_id == member.id)).all():
        row.passkey_at = clock.now() - timedelta(minutes=6)
        db.session.expunge(row)
        save(row)


def records() -> list[ModeratorReading]:
    db.session.rollback()
    return list(db.session.scalars(select(ModeratorReading)))


def test_the_post_is_opened_on_the_record(world: World, miyake: Member, author: Member, hidden: Post) -> None:
    browser = world.enter(miyake)
    assert browser.get(url("posts", hidden)).status_code == 404
    page = send(browser, path_of(hidden), reason=REASON)
    assert page.status_code == 200
    text = words(page)
    assert all(part in text for part in ("Loud words", "Quiet title", "Author Ai", "TLP:RED", REASON))
    assert "Nightfall" not in text
    assert page.headers["Cache-Control"] == "no-store, private"
    (record,) = records()
    assert (record.post_id, record.moderator_id, record.reason) == (hidden.id, miyake.id, REASON)
    assert (kinds(), tags()) == (["PostOpenedByModerator"], ["moderator:post:opened"])
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.subject_id, entry.facts) == (miyake.id, hidden.id, {"reading": record.id})
    assert list(audit.problems()) == []


def test_it_is_opened_once_and_adds_to_nothing(world: World, miyake: Member, author: Member, hidden: Post) -> None:
    before = sights(world.enter(miyake), hidden)
    browser = world.enter(miyake)
    send(browser, path_of(hidden), reason=REASON)
    assert sights(browser, hidden) == before
    assert "Loud words" not in browser.get(path_of(hidden)).get_data(as_text=True)


def sights(browser: FlaskClient, post: Post) -> list[tuple[int, str]]:
    paths = [
        "/",
        "/groups",
        "/moderation",
        url("posts", post),
        url("threads", post),
        f"/groups/{ids.encode(post.group_id)}",
    ]
    with clock.fixed(clock.now(), "look"):
        answers = [browser.get(path) for path in paths]
    return [(answer.status_code, TOKEN.sub("", answer.get_data(as_text=True))) for answer in answers]


def test_a_reply_shows_neither_title_nor_group(world: World, miyake: Member, author: Member, hidden: Post) -> None:
    reply = world.reply(hidden, author, "Only the reply", recipients=[author])
    text = words(send(world.enter(miyake), path_of(reply), reason=REASON))
    assert "Only the reply" in text
    assert not any(part in text for part in ("Quiet title", "Nightfall", "Loud words"))


def test_a_withdrawn_post_has_no_words(world: World, miyake: Member, author: Member) -> None:
    gone = world.thread(world.group(), author, state=PostState.WITHDRAWN)
    assert "Withdrawn by its author" in words(send(world.enter(miyake), path_of(gone), reason=REASON))


def test_the_form_says_the_same_for_hidden_visible_and_missing(world: World, miyake: Member, hidden: Post) -> None:
    mine = world.group("Mine")
    world.join(miyake, mine)
    posts = (hidden.id, world.thread(mine, miyake).id, clock.random_id())
    browser = world.enter(miyake)
    for form in (None, {"reason": "short"}):
        pages = [browser.get(path_of(post)) if form is None else send(browser, path_of(post), **form) for post in posts]
        texts = {
            TOKEN.sub("", page.get_data(as_text=True)).replace(ids.encode(post), "key")
            for page, post in zip(pages, posts, strict=True)
        }
        assert len(texts) == 1
        assert {page.status_code for page in pages} == {200 if form is None else 400}
    assert (records(), tags()) == ([], [])


def test_a_missing_post_is_on_record_too(world: World, miyake: Member) -> None:
    missing = clock.random_id()
    browser = world.enter(miyake)
    page = send(browser, path_of(missing), reason=REASON)
    assert page.status_code == 404
    assert page.data == send(browser, f"/threads/{ids.encode(missing)}", reason=REASON).data
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.tag, entry.actor_id, entry.subject_id) == ("moderator:post:missed", miyake.id, missing)
    assert (records(), kinds()) == ([], [])


def test_without_a_fresh_passkey_nothing_opens_and_the_reason_is_kept(
    world: World, miyake: Member, hidden: Post
) -> None:
    browser = world.enter(miyake)
    stale(miyake)
    answer = send(browser, path_of(hidden), reason=REASON)
    assert answer.status_code == 403
    assert form_with(answer, "reason").fields[-1] == ("reason", REASON)
    assert (records(), tags(), kinds()) == ([], [], [])
    db.session.rollback()
    row = db.session.scalars(select(SignIn)).one()
    row.passkey_at = clock.now() - timedelta(minutes=4)
    db.session.expunge(row)
    save(row)
    assert "Loud words" in words(send(browser, path_of(hidden), reason=REASON))


@pytest.mark.parametrize(
    ("reason", "complaint"), [("", "write why"), ("too short", "between 10 and 500"), ("x" * 501, "between 10 and 500")]
)
def test_a_poor_reason_opens_nothing_and_is_given_back(
    world: World, miyake: Member, hidden: Post, reason: str, complaint: str
) -> None:
    page = send(world.enter(miyake), path_of(hidden), reason=reason)
    assert page.status_code == 400
    assert complaint in words(page)
    assert reason in page.get_data(as_text=True)
    assert "Loud words" not in page.get_data(as_text=True)
    assert (records(), tags()) == ([], [])


@pytest.mark.parametrize(
    "person",
    [
        {},
        {"analyst": True},
        {"site_moderator": True, "state": MemberState.REVOUCHING},
        {"engagement": Engagement.CONTRACTOR, "nda_signed": True},
    ],
)
def test_for_everybody_else_there_is_no_such_act(world: World, hidden: Post, person: dict) -> None:
    member = world.member(**person)
    moderated = world.group()
    world.join(member, moderated, Role.MODERATOR)
    browser = world.enter(member)
    for ask in (browser.get, partial(send, browser, reason=REASON)):
        pages = [ask(path_of(post)) for post in (hidden, clock.random_id())]
        assert {page.status_code for page in pages} == {403}
        assert pages[0].data == pages[1].data
    assert (records(), tags()) == ([], [])


def test_the_record_comes_before_the_text(
    world: World, miyake: Member, hidden: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that cannot be written keeps the post closed."""

    def fail(_event: events.Event) -> None:
        raise OSError

    monkeypatch.setattr(events, "record", fail)
    page = send(world.enter(miyake), path_of(hidden), reason=REASON)
    assert page.status_code == 500
    assert "Loud words" not in page.get_data(as_text=True)
    assert records() == []


def test_the_text_is_rendered_after_the_commit(
    world: World, miyake: Member, hidden: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look(*_given: Any) -> Any:
        with db.engine.connect() as other:
            seen.append(len(other.execute(select(ModeratorReading.id)).all()))
        raise OSError

    monkeypatch.setattr("moderation.pages.opening.opened_post", look)
    assert send(world.enter(miyake), path_of(hidden), reason=REASON).status_code == 500
    assert (seen, len(records())) == ([1], 1)


def test_the_author_sees_who_opened_it_and_nobody_else_does(
    world: World, miyake: Member, author: Member, hidden: Post
) -> None:
    reader = world.member()
    db.session.rollback()
    world.join(reader, db.session.get_one(Group, hidden.group_id), Role.MODERATOR)
    other = world.reply(hidden, author, recipients=[author])
    send(world.enter(miyake), path_of(hidden), reason=REASON)
    send(world.enter(miyake), path_of(hidden), reason=REASON)

    def seen_by(member: Member) -> dict[int, list[reading_records.Record]]:
        return reading_records.openings(viewer_of_member(member.id), [hidden.id, other.id])

    found = seen_by(author)
    assert list(found) == [hidden.id]
    assert [one.name for one in found[hidden.id]] == ["Miyake", "Miyake"]
    assert {one.read_at.date() for one in found[hidden.id]} == {clock.now().date()}
    assert seen_by(reader) == seen_by(miyake) == {}
    page = words(world.enter(author).get(url("threads", hidden)))
    assert "opened this post" in page


# --- the way there ---


def test_the_address_leads_to_the_form(world: World, miyake: Member, hidden: Post) -> None:
    browser, key = world.enter(miyake), ids.encode(hidden.id)
    written = (
        key,
        f"/posts/{key}",
        f"http://localhost:5000/posts/{key}?x=1",
        f"https://musubi.example/threads/{ids.encode(clock.random_id())}#p-{key}",
        f"  /posts/{key}/audience ",
    )
    for address in written:
        answer = send(browser, "/moderation", address=address)
        assert (answer.status_code, answer.location) == (303, path_of(hidden)), address


@pytest.mark.parametrize("address", ["", "hello", "/posts/short", "/posts/uuuuuuuuuuuuu", "\x00", "x" * 501])
def test_what_is_no_address_is_given_back(world: World, miyake: Member, address: str) -> None:
    page = send(world.enter(miyake), "/moderation", address=address)
    assert page.status_code == 400
    assert address.replace("\x00", "") in page.get_data(as_text=True)


def test_where_moderators_begin(world: World, miyake: Member, chief: Member, make: Any) -> None:
    group, asker = make(), world.member("Asker")
    send(world.enter(asker), f"{url('groups', group)}/ask", reason="Same pumps")
    answer = world.enter(chief).get("/moderation")
    page = words(answer)
    assert "Same pumps" in page
    assert 'data-count="moderation">1<' in answer.get_data(as_text=True)
    assert "Open a single post" not in page
    page = words(world.enter(miyake).get("/moderation"))
    assert "Same pumps" not in page
    assert "Open a single post" in page
    assert send(world.enter(chief), "/moderation", address=ids.encode(group.id)).status_code == 200
    reader = world.member()
    world.join(reader, group)
    for member in (asker, reader, world.member(state=MemberState.REVOUCHING, site_moderator=True)):
        assert world.enter(member).get("/moderation").status_code == 403


def test_the_action_asks_for_itself(world: World, hidden: Post) -> None:
    """Whoever calls it: not a site moderator, or no passkey."""
    for member, error in ((world.member(), NotAllowed), (world.member(site_moderator=True), Unproved)):
        with pytest.raises(error):
            actions.open_as_moderator(viewer_of_member(member.id), hidden.id, REASON)
    assert records() == []
