"""A site moderator suspends a member: at once, with those who answered for them; and lets them in again."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids
from community.actions import enrolments, sign_ins
from community.db import db
from community.models import (
    AuditEntry,
    Engagement,
    Enrolment,
    Group,
    Invitation,
    InvitationState,
    MemberState,
    Role,
    Suspension,
    Vouch,
)
from community.viewer import hash_token
from tests.authenticator import Device, give, sign_in
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.notified import Person
from tests.rooms import role_of, tags
from tests.trusting import REASON, about, brought, invited, keeper, letters, mails, state, suspend, vouch


def test_who_is_suspended_is_out_at_once(world: World) -> None:
    chief, member = keeper(world, "Chief"), world.member("Mallory")
    browser, own = world.enter(chief), world.enter(member)
    invited(member)
    save(Enrolment(member_id=member.id, token_hash=hash_token("link"), expires_at=clock.now() + timedelta(hours=1)))
    assert "Suspended" in after(browser, suspend(browser, member, "precaution"))
    assert state(member) == MemberState.SUSPENDED
    assert own.get("/groups").status_code == 303
    assert own.post("/me", data={"name": "Typed", "profile": "My words"}).status_code == 401
    assert db.session.scalars(select(Invitation.state)).all() == [InvitationState.WITHDRAWN]
    assert enrolments.enrolling("link") is None
    with pytest.raises(sign_ins.Suspended):
        sign_ins.begin(member.id, "test")
    assert tags() == ["moderator:member:suspended"]
    assert REASON not in str(db.session.scalars(select(AuditEntry.facts)).all())


def test_a_session_of_before_does_not_come_back(world: World) -> None:
    """Who was let in meanwhile by a stolen key would be in again."""
    chief, member = keeper(world, "Chief"), world.member("Mallory", founder=True)
    browser, own = world.enter(chief), world.enter(member)
    assert own.get("/groups").status_code == 200
    suspend(browser, member, "precaution")
    assert "Reinstated" in after(browser, send(browser, about(member, "reinstate"), reason=REASON))
    assert state(member) == MemberState.ACTIVE
    assert own.get("/groups").status_code == 303


def test_the_letter_says_that_it_is_so_and_nothing_else(world: World) -> None:
    chief, member = keeper(world, "Chief"), world.member("Mallory", locale="en")
    suspend(world.enter(chief), member)
    [text] = mails()
    assert "Your account is suspended" in text
    assert "JST" in text
    assert "Chief" not in text
    assert REASON not in text


def test_members_see_nothing_of_it(world: World) -> None:
    chief, member, other = keeper(world, "Chief"), world.member("Mallory"), Person(world, "Other")
    group = world.group("Pumps")
    for one in (member, other.member):
        world.join(one, group)
    opening = world.thread(group, member)
    suspend(world.enter(chief), member, "precaution")
    assert "Mallory" not in words(other.browser.get("/members"))
    assert other.browser.get(url("members", member)).status_code == 404
    assert "Mallory" not in words(other.browser.get(f"{url('groups', group)}/members"))
    assert "uspended" not in words(other.browser.get(url("threads", opening)))
    assert other.told() == []


def test_for_misuse_those_who_answer_are_told_and_their_words_fall(world: World) -> None:
    chief, sponsor, friend = keeper(world, "Chief"), Person(world, "Sponsor"), Person(world, "Friend")
    mallory = brought(world, "Mallory", sponsor.member, friend.member)
    falls = Person(world, "Falls")
    vouch(falls.member, mallory, sponsor=True)
    vouch(falls.member, friend.member)
    stays = brought(world, "Stays", sponsor.member, friend.member, mallory)
    suspend(world.enter(chief), mallory)
    assert (state(falls.member), state(stays)) == (MemberState.REVOUCHING, MemberState.ACTIVE)
    assert letters(falls.member) == ["revouching"]
    for one in (sponsor, friend):
        assert one.told() == ["Mallory, for whom you answered, was suspended"]
    browser = world.enter(chief)
    answer = send(browser, about(mallory, "reinstate"), reason=REASON)
    assert "Reinstated" in after(browser, answer)
    assert (state(mallory), state(falls.member)) == (MemberState.ACTIVE, MemberState.ACTIVE)
    assert db.session.scalars(select(Vouch.void_at).where(Vouch.voucher_id == mallory.id)).all() == [None, None]
    assert letters(mallory) == ["suspended", "reinstated"]


def test_a_precaution_leaves_vouches_alone_and_tells_nobody(world: World) -> None:
    chief, sponsor = keeper(world, "Chief"), Person(world, "Sponsor")
    mallory = brought(world, "Mallory", sponsor.member, chief)
    guest = brought(world, "Guest", mallory, sponsor.member)
    suspend(world.enter(chief), mallory, "precaution")
    assert state(guest) == MemberState.ACTIVE
    assert sponsor.told() == []


@pytest.mark.parametrize(
    ("was", "vouched", "founder", "then"),
    [
        (MemberState.ACTIVE, True, False, MemberState.ACTIVE),
        (MemberState.ACTIVE, False, False, MemberState.REVOUCHING),
        (MemberState.ACTIVE, False, True, MemberState.ACTIVE),
        (MemberState.DORMANT, True, False, MemberState.DORMANT),
        (MemberState.PENDING, False, False, MemberState.PENDING),
        (MemberState.PENDING, True, False, MemberState.ACTIVE),
        (MemberState.REVOUCHING, False, False, MemberState.REVOUCHING),
    ],
)
def test_who_is_reinstated_stands_where_they_stood(
    world: World, was: MemberState, vouched: bool, founder: bool, then: MemberState
) -> None:
    chief, member = keeper(world, "Chief"), world.member("Back", state=was, founder=founder)
    if vouched:
        vouch(member, chief, sponsor=True)
        vouch(member, world.member())
    browser = world.enter(chief)
    suspend(browser, member, "precaution")
    send(browser, about(member, "reinstate"), reason=REASON)
    assert state(member) == then


def test_a_group_without_its_last_moderator_gets_another(world: World) -> None:
    chief, member, heir = keeper(world, "Chief"), world.member(), world.member()
    group: Group = world.group("Pumps")
    world.join(member, group, Role.MODERATOR)
    world.join(heir, group)
    suspend(world.enter(chief), member)
    assert role_of(heir, group) == Role.MODERATOR


@pytest.mark.parametrize(
    ("kind", "status"), [("member", 404), ("contractor", 404), ("same organization", 403), ("oneself", 403)]
)
def test_not_by_everybody_and_not_about_everybody(world: World, kind: str, status: int) -> None:
    member = world.member("Mallory")
    more: dict[str, Any] = {}
    if kind == "same organization":
        more = {"organization": db.session.get(type(world.organization()), member.organization_id)}
    if kind == "contractor":
        more = {"engagement": Engagement.CONTRACTOR}
    actor = world.member("Actor", site_moderator=kind != "member", **more)
    target = actor if kind == "oneself" else member
    browser = world.enter(actor)
    assert browser.get(about(target, "suspend")).status_code == status
    assert suspend(browser, target).status_code == status
    assert state(target) == MemberState.ACTIVE


def test_nobody_lifts_their_own_suspension(world: World) -> None:
    chief, other, member = keeper(world, "Chief"), keeper(world, "Other"), world.member("Mallory")
    own = world.enter(member)
    suspend(world.enter(chief), member)
    answer = own.post(about(member, "reinstate"), data={"reason": REASON})
    assert answer.status_code == 401
    assert state(member) == MemberState.SUSPENDED
    suspend(world.enter(other), member)  # once more changes nothing
    assert len(db.session.scalars(select(Suspension.id)).all()) == 1


def test_what_was_typed_comes_back_and_a_stale_page_says_so(world: World) -> None:
    browser, member = world.enter(keeper(world, "Chief")), world.member("Mallory")
    answer = suspend(browser, member, "precaution", "too short")
    assert answer.status_code == 400
    assert "too short" in answer.text
    suspend(browser, member)
    answer = suspend(browser, member, "misuse", REASON)
    assert answer.status_code == 400
    assert "done already" in words(answer)
    assert REASON in answer.text


def test_the_pages_of_people_are_for_site_moderators(world: World) -> None:
    chief, plain, mallory = keeper(world, "Chief"), world.member("Plain"), world.member("Mallory")
    browser, outside = world.enter(chief), world.enter(plain)
    suspend(browser, mallory)
    for path in ("/trust", "/trust/people", "/trust/tree", about(mallory), f"/trust/tree?from={ids.encode(plain.id)}"):
        assert browser.get(path).status_code == 200, path
        assert outside.get(path).status_code == 404, path
    assert "Mallory" in words(browser.get("/trust/people?state=suspended"))
    assert "Plain" not in words(browser.get("/trust/people?state=suspended"))
    assert "Mallory" in words(browser.get(f"/trust/people?find={mallory.mail}"))
    page = words(browser.get(about(mallory)))
    assert REASON in page
    assert "Reinstate" in page


def test_whoever_shows_the_passkey_of_a_suspended_member_reads_why(world: World, client: FlaskClient) -> None:
    member = world.member("Mallory")
    device = give(member, Device())
    suspend(world.enter(keeper(world, "Chief")), member)
    answer = sign_in(client, device)
    assert (answer.status_code, answer.json) == (200, {"next": "/sign-in/suspended"})
    assert "This account is suspended" in words(client.get("/sign-in/suspended"))
    assert client.get("/groups").status_code == 303
    assert sign_in(client, Device()).status_code == 400
