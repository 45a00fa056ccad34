"""How somebody works for their organization, noted by site moderators: what they read follows at once."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from community import clock, ids
from community.db import db
from community.models import Engagement, Member, MemberState, Organization, Role, SignIn
from community.outbox import deliver_due
from community.policy import NotAllowed, Refused, Unproved
from community.tlp import Tlp
from community.viewer import viewer_of_member
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.paperwork import form_with
from tests.rooms import events, kinds, role_of, tags
from tests.trusting import vouch
from trust.actions.engagement import EngagementDraft, note_engagement
from trust.engagement import unnoted

CONTRACTOR: dict[str, Any] = {"engagement": Engagement.CONTRACTOR, "nda_signed": False}


def fresh(member: Member) -> Member:
    db.session.rollback()
    return db.session.get_one(Member, member.id, populate_existing=True)


def note(browser: Any, member: Member, **changes: Any) -> Any:
    path = f"{url('members', member)}/engagement"
    form = form_with(browser.get(path), "engagement")
    form.put(**changes)
    return browser.post(path, data=dict(form.fields))


@pytest.fixture
def keeper(world: World) -> Member:
    return world.member("Keeper", site_moderator=True, engagement_noted=True)


def test_a_newcomer_reads_little_until_it_is_noted(world: World, keeper: Member) -> None:
    group, author = world.group(), world.member()
    newcomer = world.member("New", engagement_noted=False, **CONTRACTOR)
    for member in (author, newcomer):
        world.join(member, group)
    secret = world.thread(group, author, "For staff", Tlp.AMBER_STRICT)
    theirs = world.enter(newcomer)
    assert theirs.get(url("threads", secret)).status_code == 404
    assert "For now you read TLP:CLEAR only" in words(theirs.get("/"))
    assert [row.name for row in unnoted(viewer_of_member(keeper.id))][-1] == "New"
    browser = world.enter(keeper)
    assert "Nothing yet" in words(browser.get(f"{url('members', newcomer)}/engagement"))
    assert "Noted." in after(browser, note(browser, newcomer, engagement="staff", contact="y"))
    assert theirs.get(url("threads", secret)).status_code == 200
    assert "For now you read" not in words(theirs.get("/"))
    person = fresh(newcomer)
    assert (person.engagement, person.contact, person.analyst, person.engagement_noted) == ("staff", True, False, True)
    assert "New" not in [row.name for row in unnoted(viewer_of_member(keeper.id))]
    assert kinds() == ["AccessChanged", "MemberTold"]
    assert tags() == ["moderator:member:noted"]
    db.session.rollback()
    deliver_due()
    assert "is noted about you and your organization has changed" in words(theirs.get("/notifications"))


def test_a_moderator_who_is_no_longer_trusted_hands_over(world: World, keeper: Member) -> None:
    group, chief, next_one = world.group(), world.member("Chief"), world.member("Next")
    world.join(chief, group, Role.MODERATOR)
    world.join(next_one, group)
    browser = world.enter(keeper)
    note(browser, chief, engagement="contractor", nda_signed=None)
    assert role_of(next_one, group) == Role.MODERATOR
    assert world.enter(chief).get(f"{url('groups', group)}/people").status_code == 403


def test_nobody_notes_themselves_or_colleagues(world: World, keeper: Member) -> None:
    home = db.session.get_one(Organization, keeper.organization_id)
    colleague, stranger = world.member("Colleague", home), world.member("Stranger")
    revouching = world.member(site_moderator=True, state=MemberState.REVOUCHING)
    bare, gone = world.member(site_moderator=True, **CONTRACTOR), world.member(state=MemberState.LEFT)
    hidden = world.member("Hidden", state=MemberState.PENDING)
    for looks, at, status in (
        (keeper, keeper, 403),
        (keeper, colleague, 403),
        (stranger, keeper, 403),
        (stranger, hidden, 404),
        (revouching, stranger, 403),
        (bare, stranger, 403),
        (bare, hidden, 404),
        (keeper, hidden, 200),
        (keeper, gone, 404),
    ):
        path = f"{url('members', at)}/engagement"
        assert world.enter(looks).get(path).status_code == status, (looks.name, at.name)
        if status != 200:
            assert send(world.enter(looks), path, engagement="staff", nda_signed="y").status_code == status
    pages = [words(world.enter(keeper).get(url("members", other))) for other in (stranger, colleague)]
    assert ["How they work for" in page for page in pages] == [True, False]
    assert events() == []
    assert [row.name for one in (stranger, keeper) for row in unnoted(viewer_of_member(one.id))].count("Colleague") == 0


def test_no_other_form_makes_a_contractor_staff(world: World) -> None:
    member = world.member("Sly", profile="x", engagement_noted=False, **CONTRACTOR)
    browser = world.enter(member)
    more = {"engagement": "staff", "nda_signed": "y", "site_moderator": "y", "contact": "y", "engagement_noted": "y"}
    profile = {"name": "Sly", "profile": "y", "locale": "en", "time_zone": "UTC", "theme": "auto"}
    assert send(browser, "/me", **profile, **more, state="active", organization_id="1").status_code == 303
    person = fresh(member)
    assert (person.profile, person.engagement, person.nda_signed) == ("y", "contractor", False)
    assert (person.site_moderator, person.contact, person.engagement_noted) == (False, False, False)


def test_a_site_moderators_office_is_not_taken_by_one_alone(world: World, keeper: Member) -> None:
    other = world.member("Other", site_moderator=True)
    browser = world.enter(keeper)
    answer = note(browser, other, engagement="contractor")
    assert answer.status_code == 400
    assert "two site moderators end together" in words(answer)
    assert fresh(other).engagement == "staff"
    assert note(browser, other, engagement="contractor", nda_signed="y").status_code == 303


def test_the_second_moderator_is_told_and_loses_nothing(world: World, keeper: Member) -> None:
    member, second = world.member("Both", **CONTRACTOR), world.member(site_moderator=True)
    path = f"{url('members', member)}/engagement"
    late = world.enter(second)
    form = form_with(late.get(path), "engagement")
    note(world.enter(keeper), member, engagement="contractor", nda_signed="y")
    form.put(engagement="staff", contact="y")
    answer = late.post(path, data=dict(form.fields))
    assert answer.status_code == 400
    assert "Somebody else changed this" in words(answer)
    assert "Contractor, non-disclosure agreement signed" in words(answer)
    kept = form_with(answer, "engagement")
    assert (kept["engagement"], kept["contact"]) == ("staff", "y")
    assert fresh(member).engagement == "contractor"
    assert late.post(path, data=dict(kept.fields)).status_code == 303
    assert (fresh(member).engagement, fresh(member).contact) == ("staff", True)


def test_nonsense_is_refused(world: World, keeper: Member) -> None:
    member, browser = world.member(**CONTRACTOR), world.enter(keeper)
    path = f"{url('members', member)}/engagement"
    for wrong in ("", "king", "staff\x00", "🐢", "x" * 10_000):
        assert send(browser, path, engagement=wrong).status_code == 400
    assert send(browser, path, engagement=["staff", "contractor"], version=["1", "2"]).status_code == 400
    assert fresh(member).engagement == "contractor"
    assert kinds() == []


def test_it_needs_a_fresh_passkey_and_a_standing_that_still_holds(world: World, keeper: Member) -> None:
    member, draft = world.member(**CONTRACTOR), EngagementDraft(Engagement.STAFF, False, False, False)
    browser = world.enter(keeper)
    db.session.execute(update(SignIn).values(passkey_at=clock.now() - timedelta(minutes=11)))
    db.session.commit()
    assert "How they work there" not in words(browser.get(f"{url('members', member)}/engagement"))
    with pytest.raises(Unproved):
        note_engagement(viewer_of_member(keeper.id), member.id, draft, "")
    stale = viewer_of_member(keeper.id)
    keeper.site_moderator = False
    save(keeper)
    with pytest.raises(NotAllowed):
        note_engagement(stale, member.id, draft, "")
    assert fresh(member).engagement == "contractor"


def test_two_at_once_follow_each_other(app: Flask, world: World, keeper: Member) -> None:
    member, second = world.member(**CONTRACTOR), world.member(site_moderator=True)
    seen = form_with(world.enter(keeper).get(f"{url('members', member)}/engagement"), "version")["version"]
    done: list[str] = []

    def run(who: Member, draft: EngagementDraft) -> None:
        with app.app_context(), suppress(Refused):
            proved = replace(viewer_of_member(who.id), passkey_at=clock.now())
            note_engagement(proved, member.id, draft, seen)
            done.append(who.name)

    drafts = [EngagementDraft(Engagement.STAFF, False, False, contact) for contact in (False, True)]
    threads = [threading.Thread(target=run, args=pair) for pair in zip((keeper, second), drafts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 1
    assert tags() == ["moderator:member:noted"]


def test_an_id_in_the_address_is_one_id(world: World, keeper: Member) -> None:
    browser = world.enter(keeper)
    for wrong in ("[]", ids.encode(1) + "x", "0" * 13, "%00" * 4):
        assert browser.get(f"/members/{wrong}/engagement").status_code == 404


def test_a_word_counts_for_an_organization_once_it_is_noted(world: World, keeper: Member) -> None:
    """Else one member could bring somebody in as of any organization, and they the next ones."""
    voucher = world.member("Claims to work there", engagement_noted=False, **CONTRACTOR)
    person = world.member("Person", state=MemberState.REVOUCHING)
    vouch(person, world.member(), sponsor=True)
    path = url("vouch", person)
    assert send(world.enter(voucher), path, words="We have worked together.").status_code == 303
    assert fresh(person).state == MemberState.REVOUCHING
    assert note(world.enter(keeper), voucher, engagement="staff").status_code == 303
    assert fresh(person).state == MemberState.ACTIVE
