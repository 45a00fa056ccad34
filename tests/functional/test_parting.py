"""A member takes a copy of what is theirs, and leaves; what is kept for a while only is forgotten."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, housekeeping, ids
from community.access import access_group
from community.actions.drafts import save_draft
from community.bounds import Place
from community.db import db
from community.models import (
    Draft,
    Follow,
    Grant,
    GroupInvitation,
    Invitation,
    Member,
    Membership,
    MemberState,
    Notification,
    OrganizationKind,
    Passkey,
    Post,
    Proposal,
    ReadMark,
    Role,
    SignIn,
    Visibility,
    Vouch,
    VouchRequest,
)
from community.settings import settings
from community.viewer import viewer_of_member
from tests.authenticator import Device, give, sign_in
from tests.browsing import TOKEN, send, words
from tests.factories import World, save, url
from tests.notified import Person, Room, furnish
from tests.paperwork import last_post, now, rows, send_post
from tests.rooms import invite, role_of, tags
from tests.trusting import about, brought, invited, keeper, state, vouch
from trust.actions import retention


def count(model: Any, *which: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*which)) or 0


def say(room: Room, who: Person, **fields: str) -> Post:
    """``who`` replies."""
    assert send_post(who.browser, f"{url('threads', room.opening)}/reply", **fields).status_code == 303
    return last_post()


def leave(browser: FlaskClient, signed: str = "unnamed") -> Any:
    return send(browser, "/me/leave", signed=signed)


# --- leaving ---


def _settled(world: World) -> Room:
    """Ben has one of everything that a member can have."""
    room = furnish(world)
    ben = room.ben.member
    give(ben, Device())
    invited(ben, mail="friend@example.test")
    invited(room.ai.member, ben, mail=ben.mail, name="Ben")
    guest = brought(world, "Guest", ben)
    save(VouchRequest(person_id=guest.id, asked_id=ben.id, asker_id=ben.id, asked_at=clock.now()))
    room.follow(room.ben)
    room.reply(room.ai)
    room.ben.count()
    room.ben.browser.get(url("threads", room.opening))
    world.grant(room.opening, ben)
    invite(world, room.ai.member, _other(world, room), ben)
    place = Place(access_group(viewer_of_member(ben.id), room.group.id))
    save_draft(viewer_of_member(ben.id), place, {"body": ["Unsent"]})
    return room


def test_everything_of_their_own_goes(world: World) -> None:
    room = _settled(world)
    ben = room.ben.member
    assert leave(room.ben.browser).location == "/goodbye"
    assert "Goodbye" in words(room.ben.browser.get("/goodbye"))
    assert room.ben.browser.get("/groups").status_code == 303
    for model in (Membership, Follow, ReadMark, Notification, Passkey, SignIn, Grant, GroupInvitation):
        assert count(model, model.member_id == ben.id) == 0, model
    assert [count(model) for model in (VouchRequest, Draft)] == [0, 0]
    assert count(Vouch, Vouch.voucher_id == ben.id) == 1
    left = db.session.get_one(Member, ben.id)
    assert (left.state, left.mail, left.name, left.profile) == (MemberState.LEFT, None, "", "")
    assert not [table for table, value in rows() if value in (ben.mail, "Ben")]
    assert "member:member:left" in tags()


def _other(world: World, room: Any) -> Any:
    made = world.group("Valves")
    world.join(room.ai.member, made, Role.MODERATOR)
    return made


def test_without_the_name_it_is_nowhere(world: World) -> None:
    room = furnish(world)
    said = say(room, room.ben, body="First words")
    quoting = f"{url('threads', room.opening)}/reply?quote={ids.encode(said.id)}"
    assert "[Ben]" in room.cho.browser.get(quoting).text
    body = f"> [Ben](/posts/{ids.encode(said.id)})\n>\n> First words\n\nYes"
    answer = say(room, room.cho, body=body, quotes=ids.encode(said.id))
    leave(room.ben.browser)
    paths: tuple[str, ...] = (
        "",
        "/groups",
        url("groups", room.group),
        url("threads", room.opening),
        "/members",
        "/notifications",
    )
    paths = (*paths, url("posts", said), url("posts", answer), f"{url('posts', said)}/audience", "/search?q=title")
    for path in paths:
        page = room.cho.browser.get(path).text
        assert "Ben" not in page, path
    assert words(room.cho.browser.get(url("threads", room.opening))).count("A former member") == 2
    assert room.cho.browser.get(url("members", room.ben.member)).status_code == 404
    assert "Ben" not in now(Post, answer.id).body
    assert "[A former member" in room.cho.browser.get(quoting).text


def test_with_the_name_it_stays_and_leads_nowhere(world: World) -> None:
    room = furnish(world)
    room.reply(room.ben)
    leave(room.ben.browser, "named")
    page = room.cho.browser.get(url("threads", room.opening)).text
    assert "Ben" in page
    assert url("members", room.ben.member) not in page


def test_groups_keep_a_moderator_and_the_address_can_be_invited_anew(world: World) -> None:
    room = furnish(world)
    mail = room.ai.member.mail
    leave(room.ai.browser)
    assert role_of(room.ben.member, room.group) == Role.MODERATOR
    again = world.member("Again", mail=mail)
    assert state(again) == MemberState.ACTIVE


def test_the_last_site_moderator_stays(world: World) -> None:
    chief, other = keeper(world, "Chief"), keeper(world, "Other")
    first, second = world.enter(chief), world.enter(other)
    send(first, about(world.member("Dan"), "appoint"), reason="Long with us now")
    assert leave(first).status_code == 303
    assert count(Proposal) == 0
    answer = leave(second)
    assert answer.status_code == 400
    assert "last site moderator" in words(second.get("/me/leave"))
    assert state(other) == MemberState.ACTIVE


@pytest.mark.parametrize("was", [MemberState.PENDING, MemberState.DORMANT])
def test_who_waits_can_leave_and_take_their_data(world: World, was: MemberState) -> None:
    browser = world.enter(world.member("Waiting", state=was))
    page = browser.get("/me/leave")
    token = TOKEN.search(page.text)
    assert token
    copy = browser.post("/me/export", data={"csrf_token": token[1]})
    assert json.loads(copy.text)["posts"] == []
    assert browser.post("/me/leave", data={"csrf_token": token[1], "signed": "named"}).location == "/goodbye"


def test_a_passkey_of_somebody_gone_opens_nothing(world: World, client: FlaskClient) -> None:
    member = world.member()
    device = give(member, Device())
    leave(world.enter(member))
    assert sign_in(client, device).status_code == 400


# --- the copy ---


def export(browser: FlaskClient) -> Any:
    answer = send(browser, "/me/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="musubi-export.json"'
    return answer.json


def test_the_copy_holds_ones_own_and_nothing_of_others(world: World) -> None:
    room = furnish(world)
    ben = room.ben.member
    mine = say(room, room.ben, body="My own words")
    send_edit = f"{url('posts', mine)}/edit"
    assert room.ben.browser.get(send_edit).status_code == 200
    vouch(ben, room.ai.member, words="Theirs about me")
    vouch(room.cho.member, ben, words="Mine about Cho")
    invited(ben, mail="guest@example.test")
    invited(ben, mail=None)
    found = export(room.ben.browser)
    assert [post["body"] for post in found["posts"]] == ["My own words"]
    assert found["posts"][0]["address"] == url("posts", mine)
    assert found["posts"][0]["group"] == "Pumps"
    assert found["vouches_given"][0]["words"] == "Mine about Cho"
    assert found["vouches_received"][0]["name"] == "Ai"
    assert [one.get("mail") for one in found["invitations_sent"]] == ["guest@example.test", None]
    text = json.dumps(found)
    assert "Theirs about me" not in text
    assert "A title" not in [post.get("body") for post in found["posts"]]
    assert str(ben.id) not in text
    assert str(mine.id) not in text


def test_outside_a_group_ones_own_posts_are_not_in_the_copy(world: World) -> None:
    room = furnish(world)
    say(room, room.ben, body="Left behind")
    world.thread(room.group, None, "Anonymous", body="Nobody said so")
    send(room.ben.browser, f"{url('groups', room.group)}/leave")
    assert export(room.ben.browser)["posts"] == []


# --- what is kept for a while ---


def test_old_read_marks_are_folded_and_old_threads_stay_read(world: World) -> None:
    reader, group = Person(world, "Reader"), world.group("Pumps")
    author = world.member("Author")
    world.join(reader.member, group, since=clock.now() - timedelta(days=900))
    world.join(author, group)
    late = world.group("Late")
    world.join(reader.member, late, since=clock.now() - timedelta(days=2))
    days = settings().read_days
    old, new = (world.thread(group, author, released_at=clock.now() - timedelta(days=age)) for age in (days + 9, 3))
    before = world.thread(late, author, released_at=clock.now() - timedelta(days=days + 9))
    for thread, age in ((old, days + 8), (new, 2), (before, days + 8)):
        save(ReadMark(member_id=reader.member.id, thread_id=thread.id, read_to=clock.now() - timedelta(days=age)))
    assert retention.fold_read_marks() == 2
    db.session.rollback()
    assert db.session.scalars(select(ReadMark.thread_id)).all() == [new.id]
    read_to = db.session.scalars(
        select(Membership.read_to).where(Membership.group_id == group.id, Membership.member_id == reader.member.id)
    ).one()
    assert read_to
    assert read_to.hour == read_to.minute == 0
    assert clock.now() - read_to >= timedelta(days=days)
    assert db.session.scalars(select(Membership.read_to).where(Membership.group_id == late.id)).one() is None


def test_addresses_of_invitations_that_are_over_are_forgotten(world: World) -> None:
    sponsor, days = world.member(), settings().mail_days
    for age in (days + 1, days - 1, -3):
        invited(sponsor, mail=f"day{age}@example.test", expires_at=clock.now() - timedelta(days=age))
    housekeeping.tidy()
    db.session.rollback()
    kept = db.session.scalars(select(Invitation.mail).order_by(Invitation.expires_at)).all()
    assert kept == [None, f"day{days - 1}@example.test", "day-3@example.test"]


def test_a_copy_names_nobody_who_is_not_among_the_members(world: World) -> None:
    """Their present employer would be news, too (LK-148)."""
    member, listed, gone = world.member(), world.member("Listed"), world.member("Gone")
    for one in (listed, gone):
        vouch(member, one)
        vouch(one, member)
    gone.state = MemberState.SUSPENDED
    save(gone)
    copy = export(world.enter(member))
    for kind in ("vouches_given", "vouches_received"):
        assert sorted(one.get("name", "") for one in copy[kind]) == ["", "Listed"]
        assert sum(bool(one.get("organization")) for one in copy[kind]) == 1


def test_an_organization_that_is_one_person_goes_with_the_name(world: World) -> None:
    alone = world.organization("Indira Six", kind=OrganizationKind.INDIVIDUAL)
    member, reader = world.member("Indira Six", alone), world.member()
    group = world.group("Room", Visibility.PUBLIC)
    opening = world.thread(group, member)
    leave(world.enter(member))
    page = words(world.enter(reader).get(url("threads", opening)))
    assert "A former member" in page
    assert "Indira" not in page
