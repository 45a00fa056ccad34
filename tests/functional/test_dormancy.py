"""Who is not seen for 90 days rests, and nobody else can tell; re-vouching ends after 14 days."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from community import clock, housekeeping
from community.db import db
from community.models import (
    AuditEntry,
    Group,
    Letter,
    LetterKind,
    Member,
    Membership,
    MemberState,
    Notification,
    Organization,
    Post,
    Role,
    Visibility,
    Vouch,
)
from community.outbox import deliver_due
from community.viewer import viewer_of_member
from tests.authenticator import Device, give, hold, sign_in
from tests.browsing import words
from tests.factories import World, save, url
from tests.trusting import suspend as stop_member
from trust.actions import vouches

Enter = Callable[[Member], FlaskClient]


def fresh() -> Any:
    """The database as it is now."""
    db.session.rollback()
    return db.session


def state_of(member: Member) -> MemberState:
    return MemberState(fresh().scalar(select(Member.state).where(Member.id == member.id)))


def days_ago(days: int) -> Any:
    return clock.now().date() - timedelta(days=days)


def test_who_is_not_seen_for_ninety_days_rests(world: World) -> None:
    here, away = world.member(seen_on=days_ago(90)), world.member(seen_on=days_ago(91))
    pending = world.member(seen_on=days_ago(200), state=MemberState.PENDING)
    housekeeping.tidy()
    assert [state_of(one) for one in (here, away, pending)] == ["active", "dormant", "pending"]
    assert fresh().scalars(select(AuditEntry.tag)).all() == ["system:member:rested"]
    assert fresh().scalars(select(Letter.kind)).all() == [], "they are told when they come"
    housekeeping.tidy()
    assert fresh().scalars(select(AuditEntry.tag)).all() == ["system:member:rested"]


def test_who_was_here_before_days_were_kept_is_not_away(world: World) -> None:
    member = world.member(seen_on=None)
    housekeeping.tidy()
    assert state_of(member) == MemberState.ACTIVE
    with clock.fixed(clock.now() + timedelta(days=91), "later"):
        housekeeping.tidy()
        assert state_of(member) == MemberState.DORMANT


def test_the_passkey_ends_it_for_good(app: Flask, world: World) -> None:
    """Signing in shows it; the member is not asked a second time, and does not rest again at the next round."""
    member = world.member(seen_on=days_ago(100))
    device, browser = give(member, Device()), app.test_client()
    housekeeping.tidy()
    assert sign_in(browser, device).status_code == 200
    housekeeping.tidy()
    assert state_of(member) == MemberState.ACTIVE
    assert browser.get("/groups").status_code == 200
    tags = fresh().scalars(select(AuditEntry.tag).order_by(AuditEntry.number)).all()
    assert tags == ["system:member:rested", "member:member:reconfirmed"]


def vouch_for(person: Member, voucher: Member) -> None:
    row = Vouch(person_id=person.id, voucher_id=voucher.id, organization_id=voucher.organization_id, words="Yes")
    row.given_on = clock.now().date()
    save(row)


def test_who_lost_vouches_while_resting_reads_only(app: Flask, world: World) -> None:
    """Like everybody else: at that moment, so that it cannot be told that they rested."""
    member, first, second = world.member(state=MemberState.DORMANT), world.member(), world.member()
    vouch_for(member, first)
    vouch_for(member, second)
    device, browser = give(member, Device()), app.test_client()
    vouches.take_back(viewer_of_member(first.id), member.id)
    assert state_of(member) == MemberState.REVOUCHING
    assert sign_in(browser, device).status_code == 200
    assert state_of(member) == MemberState.REVOUCHING
    assert browser.get("/groups").status_code == 200


def test_revouching_ends_after_its_time(world: World, enter: Enter) -> None:
    until = clock.now() + timedelta(days=14)
    member = world.member(state=MemberState.REVOUCHING, revouch_until=until)
    browser = enter(member)
    housekeeping.tidy()
    assert state_of(member) == MemberState.REVOUCHING
    with clock.fixed(until + timedelta(minutes=1), "later"):
        housekeeping.tidy()
        housekeeping.tidy()
    assert state_of(member) == MemberState.PENDING
    assert fresh().scalars(select(Letter.kind)).all() == [LetterKind.PENDING]
    assert fresh().scalars(select(AuditEntry.tag)).all() == ["system:member:not_vouched_for"]
    assert browser.get("/groups").status_code == 303


# --- two worlds in miniature ---


def masked(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"|name="shown"[^>]*>', "", page)


def addresses(member: Member, organization: Organization, room: Group, opening: Post) -> list[str]:
    """Everything with the member's name on it, and everything that counts."""
    paths = ["/", "/groups", "/members", "/members?find=Nana", url("members", member), "/organizations"]
    paths += [url("organizations", organization), f"/vouch{url('members', member)[8:]}", url("threads", opening)]
    paths += [f"{url('posts', opening)}/audience", "/unread", "/notifications", "/search?q=Pumps", "/invite"]
    return paths + [url("groups", room) + rest for rest in ("", "/members", "/new", "/people")]


def look(browser: FlaskClient, path: str, moment: datetime) -> str:
    with clock.fixed(moment, path):
        return masked(browser.get(path).text)


def test_nobody_can_tell_a_resting_member_from_an_active_one(world: World, enter: Enter) -> None:
    """A reader, a group moderator and a colleague look before and after."""
    organization, room = world.organization("Harbour"), world.group("Room", Visibility.PRIVATE)
    member = world.member("Nana", organization, seen_on=days_ago(89))
    reader, chief, colleague = world.member("Ada"), world.member("Bo"), world.member("Cy", organization)
    for one, role in ((member, Role.CONTRIBUTOR), (reader, Role.CONTRIBUTOR), (chief, Role.MODERATOR)):
        world.join(one, room, role)
    opening = world.thread(room, member, "Pumps", body="Since Friday.")
    paths, people = addresses(member, organization, room, opening), [enter(one) for one in (reader, chief, colleague)]
    pages = [(browser, path) for browser in people for path in paths]
    moment, before = clock.now(), [""]
    for _ in range(2):  # what is read for the first time is read
        before = [look(browser, path, moment) for browser, path in pages]
    assert sum("Nana" in page for page in before) > 20
    fresh().execute(update(Member).where(Member.id == member.id).values(seen_on=days_ago(91)))
    db.session.commit()
    housekeeping.tidy()
    assert state_of(member) == MemberState.DORMANT
    while deliver_due():
        pass
    assert [look(browser, path, moment) for browser, path in pages] == before
    assert fresh().scalars(select(Notification.kind)).all() == []


def test_a_new_passkey_is_told_by_mail_and_twenty_are_enough(world: World, enter: Enter) -> None:
    member = world.member()
    browser = enter(member)
    for _ in range(19):
        give(member, Device())
    assert hold(browser, "/me/passkeys", Device().create, "/me/passkeys").json == {"next": "/me/passkeys"}
    letter = fresh().scalars(select(Letter)).one()
    assert (letter.kind, letter.subject_id) == (LetterKind.PASSKEY_ADDED, member.id)
    hold(browser, "/me/passkeys", Device().create, "/me/passkeys")
    assert "You have twenty passkeys." in words(browser.get("/me/passkeys"))
    assert len(fresh().scalars(select(Letter.id)).all()) == 1


def test_a_group_does_not_tell_that_its_moderator_rests(world: World) -> None:
    """A new moderator would; who is suspended while they rest is succeeded like everybody else."""
    away, member = world.member(seen_on=days_ago(91)), world.member("Long there")
    group = world.group()
    world.join(away, group, Role.MODERATOR)
    world.join(member, group)
    housekeeping.tidy()
    assert state_of(away) == MemberState.DORMANT
    deciding = select(Membership.member_id).where(Membership.role == Role.MODERATOR)
    assert fresh().scalars(deciding).all() == [away.id]
    stop_member(world.enter(world.member(site_moderator=True)), away)
    assert set(fresh().scalars(deciding)) == {away.id, member.id}
