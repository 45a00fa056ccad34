"""A member changes employer: everything that came with the old one ends, and they are vouched for again."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from community import clock, ids
from community.actions.memberships import leave_group
from community.db import db
from community.models import (
    Follow,
    Grant,
    GroupInvitation,
    JoinRequest,
    Member,
    Membership,
    MemberState,
    Organization,
    Role,
    SignIn,
    Visibility,
    Vouch,
)
from community.policy import Refused
from community.tlp import Tlp
from community.viewer import Viewer, viewer_of_member
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.paperwork import form_with
from tests.rooms import events, kinds, role_of, tags
from trust.actions.employment import Employer, change_employer

HERE = "/me/organization"


def now(row: Any) -> Any:
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


def go(browser: FlaskClient, **form: Any) -> Any:
    """Name it, read what happens, confirm."""
    looked = send(browser, HERE, step="check", **form)
    assert looked.status_code == 200, words(looked)
    assert "This cannot be taken back" in words(looked)
    return browser.post(HERE, data=dict(form_with(looked, "employer_name").fields))


def place(member: Member) -> Organization:
    db.session.rollback()
    row = db.session.get_one(Member, member.id, populate_existing=True)
    found = db.session.get_one(Organization, row.organization_id)
    db.session.expunge(found)
    return found


def test_they_begin_anew_as_a_reader(world: World) -> None:
    mover = world.member("Mover", analyst=True, contact=True, founder=True, engagement_noted=True, nda_signed=True)
    target, friend = world.organization("New employer"), world.member("Friend")
    world.member(organization=target)
    mine, old = world.thread(world.group(), mover), mover.organization_id
    known = {"person_id": mover.id, "voucher_id": friend.id, "organization_id": friend.organization_id}
    save(Vouch(id=clock.random_id(), words="x", given_on=clock.now().date(), **known))
    browser = world.enter(mover)
    assert "vouch for you in your new organization" in after(browser, go(browser, employer=ids.encode(target.id)))
    person = now(mover)
    assert person.organization_id == target.id
    assert (person.state, person.engagement, person.nda_signed) == (MemberState.REVOUCHING, "contractor", False)
    assert [person.engagement_noted, person.contact, person.analyst, person.founder] == [False] * 4
    assert person.revouch_until - clock.now() > timedelta(days=13)
    assert db.session.scalars(select(Vouch)).all() == []
    assert now(mine).organization_id == old
    assert "member:organization:changed" in tags()


def test_their_places_in_groups_end(world: World) -> None:
    mover, friend, guest = world.member("Mover"), world.member("Friend"), world.member("Guest")
    group, secret, asked = world.group(), world.group(visibility=Visibility.SECRET), world.group("Asked")
    world.join(mover, group, Role.MODERATOR)
    world.join(friend, group, Role.READER)
    world.join(mover, secret)
    invited = {"role": Role.READER, "inviter_id": mover.id, "member_id": guest.id, "group_id": group.id}
    save(
        Follow(member_id=mover.id, thread_id=world.thread(group, friend).id),
        GroupInvitation(id=clock.random_id(), **invited),
        GroupInvitation(
            id=clock.random_id(), **invited | {"group_id": asked.id, "inviter_id": friend.id, "member_id": mover.id}
        ),
        JoinRequest(id=clock.random_id(), group_id=asked.id, member_id=mover.id, reason="x"),
    )
    browser = world.enter(mover)
    go(browser, employer_name="Elsewhere")
    for model in (GroupInvitation, JoinRequest, Follow):
        assert db.session.execute(select(model)).all() == []
    assert db.session.scalars(select(Membership.member_id)).all() == [friend.id]
    assert role_of(friend, group) == Role.MODERATOR
    assert browser.get(url("groups", secret)).status_code == 404
    assert [kinds().count(kind) for kind in ("MemberRemoved", "InvitationClosed")] == [2, 2]


def test_what_was_opened_to_them_alone_is_closed(world: World) -> None:
    mover, friend = world.member("Mover"), world.member("Friend")
    post = world.thread(world.group(), friend)
    world.grant(post, mover)
    browser = world.enter(mover)
    assert browser.get(url("posts", post)).status_code == 200
    go(browser, employer_name="Elsewhere")
    assert browser.get(url("posts", post)).status_code == 404
    assert db.session.scalars(select(Grant.post_id)).all() == []
    assert ("GrantTakenBack", {"post_id": post.id, "member_id": mover.id}) in events()


def test_a_typed_name_is_a_new_organization(world: World) -> None:
    listed = world.organization("Listed already")
    world.member(organization=listed)
    mover = world.member("Mover")
    go(world.enter(mover), employer_name="  Listed  already ")
    assert place(mover).id != listed.id
    assert (place(mover).name, place(mover).verified) == ("Listed already", False)


def test_what_was_only_typed_goes_when_nobody_is_left_in_it(world: World) -> None:
    mover = world.member("Mover")
    browser = world.enter(mover)
    go(browser, employer_name="First try")
    first, days = place(mover), now(mover).revouch_until
    go(browser, employer_name="Second try")
    assert now(first) is None
    assert now(mover).revouch_until == days  # it buys no further days
    assert now(mover).state == MemberState.REVOUCHING


def test_who_waits_names_an_employer_and_sees_no_list(world: World) -> None:
    target = world.organization("Hidden from who waits")
    world.member(organization=target)
    waiting = world.member("Waiting", state=MemberState.PENDING)
    browser = world.enter(waiting)
    assert HERE in browser.get("/waiting").text
    page = browser.get(HERE)
    assert "Hidden from who waits" not in page.text
    token = form_with(page, "employer_name")["csrf_token"]
    answers = [
        browser.post(HERE, data={"csrf_token": token, "step": "send", "employer": ids.encode(number)})
        for number in (target.id, 7)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    done = browser.post(HERE, data={"csrf_token": token, "step": "send", "employer_name": "Elsewhere"})
    assert done.status_code == 303
    assert (now(waiting).state, place(waiting).name) == (MemberState.PENDING, "Elsewhere")


@pytest.mark.parametrize("state", [MemberState.DORMANT, MemberState.SUSPENDED])
def test_others_do_not(world: World, state: MemberState) -> None:
    member = world.member(state=state)
    home = member.organization_id
    browser = world.enter(member)
    browser.get("/sign-in")
    assert browser.get(HERE).status_code == 303
    with browser.session_transaction() as session:
        session["csrf_token"] = "x"
    browser.post(HERE, data={"employer_name": "Elsewhere", "step": "send"})
    assert now(member).organization_id == home


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({}, "choose an organization, or type"),
        ({"employer_name": "a\x00b"}, "cannot be seen"),
        ({"employer_name": "x" * 10_000}, "200"),
        ({"employer": "nonsense"}, "choose an organization that is there"),
        ({"employer": "0" * 12 + "7"}, "choose an organization that is there"),
    ],
)
@pytest.mark.parametrize("step", ["check", "send"])
def test_what_makes_no_sense_comes_back(world: World, form: dict[str, str], complaint: str, step: str) -> None:
    member = world.member()
    answer = send(world.enter(member), HERE, step=step, **form)
    assert answer.status_code == 400
    assert complaint in words(answer)
    if "\x00" not in form.get("employer_name", ""):
        assert form_with(answer, "employer_name")["employer_name"] == form.get("employer_name", "")
    assert now(member).organization_id == member.organization_id


def test_ones_own_and_foreign_fields_change_nothing(world: World) -> None:
    target = world.organization("Target")
    world.member(organization=target)
    member = world.member("Sly")
    browser = world.enter(member)
    both = {"employer": ids.encode(target.id), "employer_name": "Both"}
    assert send(browser, HERE, step="send", **both).status_code == 400
    assert send(browser, HERE, step="send", employer=ids.encode(member.organization_id)).status_code == 400
    more = {"engagement": "staff", "nda_signed": "y", "state": "active", "engagement_noted": "y", "verified": "y"}
    send(browser, HERE, step="send", employer_name="Mine 🏭", site_moderator="y", **more)
    person = now(member)
    assert (person.engagement, person.nda_signed, person.state) == ("contractor", False, MemberState.REVOUCHING)
    assert (person.engagement_noted, person.site_moderator, place(member).verified) == (False, False, False)


def test_a_site_moderator_resigns_by_it(world: World) -> None:
    """One alone could give the office back by noting an engagement."""
    keeper, person = world.member("Keeper", site_moderator=True), world.member("Person")
    world.member("Another keeper", site_moderator=True)
    browser = world.enter(keeper)
    go(browser, employer_name="Elsewhere")
    assert not now(keeper).site_moderator
    assert browser.get(f"{url('members', person)}/engagement").status_code == 403


def test_it_needs_a_fresh_passkey(world: World) -> None:
    member = world.member()
    browser = world.enter(member)
    token = form_with(browser.get(HERE), "employer_name")["csrf_token"]
    db.session.execute(update(SignIn).values(passkey_at=clock.now() - timedelta(minutes=11)))
    db.session.commit()
    assert "Your new organization" not in words(browser.get(HERE))
    browser.post(HERE, data={"csrf_token": token, "step": "send", "employer_name": "Elsewhere"})
    assert now(member).organization_id == member.organization_id


def test_red_and_strict_are_closed_at_once(world: World) -> None:
    group, author, mover = world.group(), world.member(), world.member("Mover")
    for one in (author, mover):
        world.join(one, group)
    closed = [world.thread(group, author, tlp=Tlp.RED, recipients=[mover]), world.thread(group, author, tlp=Tlp.CLEAR)]
    browser = world.enter(mover)
    assert [browser.get(url("threads", one)).status_code for one in closed] == [200, 200]
    go(browser, employer_name="Elsewhere")
    assert [browser.get(url("threads", one)).status_code for one in closed] == [404, 404]


Act = Callable[[Viewer], None]


def at_once(app: Flask, *each: tuple[Member, list[Act]]) -> list[str]:
    """What goes wrong in the database when several people act at the same time."""
    wrong: list[str] = []
    ready = threading.Barrier(len(each))

    def run(member: Member, acts: list[Act]) -> None:
        with app.app_context():
            viewer = replace(viewer_of_member(member.id), passkey_at=clock.now())
            ready.wait(10)
            for act in acts:
                try:
                    act(viewer)
                except OperationalError as error:
                    wrong.append(str(error))
                except Refused:
                    pass  # the last moderator stays

    threads = [threading.Thread(target=run, args=one) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return wrong


def test_two_moderators_go_at_once_and_neither_waits_for_the_other(app: Flask, world: World) -> None:
    """One changes employer, the other leaves three groups: each group keeps a moderator, and nothing locks up."""
    mover, leaver, third = (world.member(name) for name in ("Mover", "Leaver", "Third"))
    groups = [world.group() for _ in range(3)]
    for group in groups:
        for member, role in ((mover, Role.MODERATOR), (leaver, Role.MODERATOR), (third, Role.READER)):
            world.join(member, group, role)
    leave: list[Act] = [partial(leave_group, group_id=group.id) for group in groups]
    change: list[Act] = [partial(change_employer, employer=Employer(0, "Elsewhere"))]
    assert at_once(app, (mover, change), (leaver, leave)) == []
    for group in groups:
        assert Role.MODERATOR in {role_of(member, group) for member in (mover, leaver, third)}


def test_the_last_site_moderator_does_not_change_employer(world: World) -> None:
    keeper = world.member("Last", site_moderator=True, founder=True)
    browser = world.enter(keeper)
    send(browser, "/me/organization", employer_name="Elsewhere", step="send")
    db.session.rollback()
    row = db.session.get_one(Member, keeper.id)
    assert (row.state, row.organization_id) == (MemberState.ACTIVE, keeper.organization_id)
