"""Members answer for people: the sponsor, one of another organization, or a site moderator (domain, section 5)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, housekeeping, ids
from community.db import db
from community.models import (
    Engagement,
    Invitation,
    InvitationState,
    Member,
    MemberState,
    Organization,
    OrganizationDomain,
    Role,
    Vouch,
    VouchRequest,
)
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.notified import deliver
from tests.paperwork import now
from tests.rooms import role_of
from tests.trusting import suspend

Enter = Callable[[Member], FlaskClient]
KNOWS = "We worked on the exercise of last year together."


class Newcomers:
    """People who have come in by an invitation and wait."""

    def __init__(self, world: World) -> None:
        self.world = world

    def one(self, sponsor: Member, name: str = "Nana New", **more: Any) -> Member:
        """A pending person whom ``sponsor`` brought and has not spoken for yet."""
        person = self.world.member(name, state=MemberState.PENDING, **more)
        row = Invitation(
            id=clock.random_id(), sponsor_id=sponsor.id, mail=person.mail, locale="en", knows="From school"
        )
        row.state, row.expires_at, row.member_id = InvitationState.USED, clock.now(), person.id
        row.token_hash, row.invited_at = clock.token(), clock.now()
        save(row, VouchRequest(person_id=person.id, asked_id=sponsor.id, asker_id=person.id, asked_at=clock.now()))
        return person


@pytest.fixture
def newcomers(world: World) -> Newcomers:
    return Newcomers(world)


def card(person: Member) -> str:
    return f"/vouch/{ids.encode(person.id)}"


def vouch(browser: FlaskClient, person: Member, text: str = KNOWS) -> int:
    return send(browser, card(person), words=text).status_code


def state(member: Member) -> MemberState:
    return now(Member, member.id).state


def test_sponsor_and_another_organization_let_somebody_in(world: World, newcomers: Newcomers, enter: Enter) -> None:
    sponsor, other = world.member("Sato"), world.member("Other")
    person = newcomers.one(sponsor)
    mine = enter(sponsor)
    deliver()
    assert "Is this the person you invited?" in words(mine.get("/invite"))
    assert vouch(mine, person) == 303
    assert state(person) == MemberState.PENDING
    assert after(mine, send(mine, f"{card(person)}/ask", member=ids.encode(other.id))).count("Other") == 1
    deliver()
    theirs = enter(other)
    assert "You are asked whether you know 1 person" in words(theirs.get("/"))
    assert "You are asked whether you know Nana New" in words(theirs.get("/notifications"))
    page = words(theirs.get(card(person)))
    assert "From school" in page
    assert vouch(theirs, person) == 303
    assert state(person) == MemberState.ACTIVE
    inside = enter(person)
    assert inside.get("/").status_code == 200
    assert "Vouched for by 2 members of 2 organizations" in words(theirs.get(url("members", person)))


def test_the_order_does_not_matter(world: World, newcomers: Newcomers, enter: Enter) -> None:
    sponsor = world.member(site_moderator=False)
    person = newcomers.one(sponsor)
    moderator = world.member(site_moderator=True)
    assert vouch(enter(moderator), person) == 303
    assert state(person) == MemberState.PENDING, "the sponsor has not said that this is the person"
    assert vouch(enter(sponsor), person) == 303
    assert state(person) == MemberState.ACTIVE


@pytest.mark.parametrize("which", ["sponsor's", "own", "unchecked"])
def test_an_organization_that_is_not_independent_does_not_count(
    world: World, newcomers: Newcomers, enter: Enter, which: str
) -> None:
    sponsor = world.member()
    person = newcomers.one(sponsor)
    house = {"sponsor's": sponsor.organization_id, "own": person.organization_id}.get(which)
    voucher = world.member(organization=None if house is None else Organization(id=house))
    if which == "unchecked":
        voucher = world.member(organization=world.organization(verified=False))
    save(VouchRequest(person_id=person.id, asked_id=voucher.id, asker_id=sponsor.id, asked_at=clock.now()))
    assert vouch(enter(sponsor), person) == 303
    assert vouch(enter(voucher), person) == 303
    assert state(person) == MemberState.PENDING


def test_a_site_moderator_of_the_same_organization_does_not_count(
    world: World, newcomers: Newcomers, enter: Enter
) -> None:
    sponsor = world.member()
    house = world.organization()
    person = newcomers.one(sponsor, organization=house)
    vouch(enter(sponsor), person)
    assert vouch(enter(world.member(organization=house, site_moderator=True)), person) == 303
    assert state(person) == MemberState.PENDING


def test_a_pending_person_is_known_to_few(world: World, newcomers: Newcomers, enter: Enter) -> None:
    sponsor, asked, stranger = world.member(), world.member(), world.member()
    person = newcomers.one(sponsor)
    save(VouchRequest(person_id=person.id, asked_id=asked.id, asker_id=sponsor.id, asked_at=clock.now()))
    missing = f"/vouch/{ids.encode(clock.random_id())}"
    for knowing in (sponsor, asked, world.member(site_moderator=True)):
        assert "Nana New" in words(enter(knowing).get(card(person)))
    browser = enter(stranger)
    assert browser.get(card(person)).status_code == browser.get(missing).status_code == 404
    for path in ("/members", "/members?find=Nana", f"{card(person)}/ask"):
        assert "Nana New" not in browser.get(path).text
    assert vouch(browser, person) == 404
    colleague = enter(world.member(organization=Organization(id=person.organization_id)))
    assert "Nana New" not in colleague.get(url("organizations", Organization(id=person.organization_id))).text


def test_one_word_each_and_none_for_oneself(world: World, newcomers: Newcomers, enter: Enter) -> None:
    member, other = world.member(), world.member()
    browser = enter(member)
    assert vouch(browser, other) == 303
    assert vouch(browser, other) == 400
    assert vouch(browser, member) == 403
    answer = send(browser, card(world.member()), words="short")
    assert answer.status_code == 400
    assert "short" in answer.text


def test_who_may_only_read_does_not_vouch(world: World, newcomers: Newcomers, enter: Enter) -> None:
    other = world.member()
    assert vouch(enter(world.member(state=MemberState.REVOUCHING)), other) == 403


def test_a_word_taken_back_sends_to_revouching_and_a_new_one_back(
    world: World, newcomers: Newcomers, enter: Enter
) -> None:
    sponsor, other, third = world.member(), world.member(), world.member()
    person = newcomers.one(sponsor)
    for one in (sponsor, other):
        save(VouchRequest(person_id=person.id, asked_id=one.id, asker_id=sponsor.id, asked_at=clock.now()))
        vouch(enter(one), person)
    assert state(person) == MemberState.ACTIVE
    assert send(enter(other), f"{card(person)}/take-back").status_code == 303
    assert state(person) == MemberState.REVOUCHING
    row = now(Member, person.id)
    assert row.revouch_until is not None
    assert 13 <= (row.revouch_until - clock.now()).days <= 14
    assert vouch(enter(third), person) == 303
    assert state(person) == MemberState.ACTIVE
    assert now(Member, person.id).revouch_until is None


def test_a_group_is_handed_over_when_its_last_moderator_may_only_read(
    world: World, newcomers: Newcomers, enter: Enter
) -> None:
    sponsor, other, long, fresh = world.member(), world.member(), world.member("Long"), world.member("Fresh")
    person = newcomers.one(sponsor)
    for one in (sponsor, other):
        save(VouchRequest(person_id=person.id, asked_id=one.id, asker_id=sponsor.id, asked_at=clock.now()))
        vouch(enter(one), person)
    group = world.group()
    world.join(person, group, Role.MODERATOR)
    world.join(fresh, group, since=clock.now())
    world.join(long, group)
    send(enter(other), f"{card(person)}/take-back")
    deliver()
    browser = enter(long)
    assert "Your role in a group has changed" in words(browser.get("/notifications"))
    assert browser.get(f"{url('groups', group)}/people").status_code == 200
    assert enter(fresh).get(f"{url('groups', group)}/people").status_code == 403


def test_a_stranger_with_the_link_is_disowned(world: World, newcomers: Newcomers, enter: Enter, app: Flask) -> None:
    sponsor = world.member()
    person = newcomers.one(sponsor, "Not Nana")
    inside, mine = enter(person), enter(sponsor)
    assert inside.get("/waiting").status_code == 200
    assert send(mine, f"{card(person)}/disown").status_code == 303
    assert state(person) == MemberState.LEFT
    assert inside.get("/waiting").status_code == 303, "the session is over"
    assert now(Member, person.id).mail is None
    assert mine.get(card(person)).status_code == 404


def test_only_an_unanswered_sponsor_disowns(world: World, newcomers: Newcomers, enter: Enter) -> None:
    sponsor = world.member()
    person = newcomers.one(sponsor)
    moderator = enter(world.member(site_moderator=True))
    assert send(moderator, f"{card(person)}/disown").status_code == 403
    mine = enter(sponsor)
    vouch(mine, person)
    assert send(mine, f"{card(person)}/disown").status_code == 403
    assert state(person) == MemberState.PENDING


def test_who_does_not_vouch_is_asked_no_more(world: World, newcomers: Newcomers, enter: Enter) -> None:
    sponsor, asked = world.member(), world.member()
    person = newcomers.one(sponsor)
    save(VouchRequest(person_id=person.id, asked_id=asked.id, asker_id=sponsor.id, asked_at=clock.now()))
    browser = enter(asked)
    assert send(browser, f"{card(person)}/decline").status_code == 303
    assert browser.get(card(person)).status_code == 404
    assert "Nana New" not in browser.get("/invite").text
    assert db.session.scalars(select(Vouch.id)).all() == []


def test_whom_one_asks(world: World, newcomers: Newcomers, enter: Enter) -> None:
    sponsor, asked = world.member(), world.member()
    person = newcomers.one(sponsor)
    mine = enter(sponsor)
    assert "Asked." in after(mine, send(mine, f"{card(person)}/ask", member=ids.encode(asked.id)))
    twice = after(mine, send(mine, f"{card(person)}/ask", member=ids.encode(asked.id)))
    assert "was asked already" in twice
    for wrong in ("", "nonsense", ids.encode(clock.random_id()), ids.encode(person.id)):
        assert send(mine, f"{card(person)}/ask", member=wrong).status_code == 404
    assert send(enter(asked), f"{card(person)}/ask", member=ids.encode(sponsor.id)).status_code == 403


def test_a_sponsor_who_is_gone_is_not_waited_for(world: World, newcomers: Newcomers, enter: Enter) -> None:
    """A newcomer comes in by two others then."""
    sponsor, moderator, other = world.member(), world.member(site_moderator=True), world.member()
    person = newcomers.one(sponsor)
    save(VouchRequest(person_id=person.id, asked_id=other.id, asker_id=sponsor.id, asked_at=clock.now()))
    vouch(enter(other), person)
    vouch(enter(moderator), person)
    assert state(person) == MemberState.PENDING
    suspend(enter(moderator), sponsor)
    assert state(person) == MemberState.ACTIVE


def test_a_sponsor_who_has_answered_cannot_close_the_account_later(
    world: World, newcomers: Newcomers, enter: Enter
) -> None:
    """Not even when the person waits again and the sponsor has themself asked again."""
    sponsor, other = world.member(), world.member(site_moderator=True)
    person = newcomers.one(sponsor)
    vouch(enter(sponsor), person)
    vouch(enter(other), person)
    row = now(Member, person.id)
    row.state = MemberState.PENDING
    save(row)
    send(enter(sponsor), f"{card(person)}/take-back")
    send(enter(sponsor), f"{card(person)}/ask", member=ids.encode(sponsor.id))
    assert "somebody else" not in words(enter(sponsor).get(card(person)))
    assert send(enter(sponsor), f"{card(person)}/disown").status_code == 403
    assert state(person) == MemberState.PENDING
    assert vouch(enter(world.member(site_moderator=True)), person) == 303
    assert state(person) == MemberState.ACTIVE, "an open question to the sponsor is no veto"


def test_lk_050_what_is_asked_about_somebody_ends_with_their_waiting(
    world: World, newcomers: Newcomers, enter: Enter
) -> None:
    sponsor, asked = world.member(), world.member()
    mine, theirs = enter(sponsor), enter(asked)
    for name, end in (("Nana Disowned", "disown"), ("Nana Stopped", "suspend")):
        person = newcomers.one(sponsor, name)
        send(mine, f"{card(person)}/ask", member=ids.encode(asked.id))
        deliver()
        assert name in words(theirs.get("/notifications"))
        if end == "disown":
            send(mine, f"{card(person)}/disown")
        else:
            suspend(enter(world.member(site_moderator=True)), person)
        assert name not in words(theirs.get("/notifications"))
        assert "You are asked" not in words(theirs.get("/"))


@pytest.mark.parametrize("typed", ["KIRIHAMA port", "Something else"])
def test_a_typed_copy_of_an_organization_is_no_other_one(
    world: World, newcomers: Newcomers, enter: Enter, typed: str
) -> None:
    """A colleague's word is none of another organization, also when the person wrote the name by hand (or another)."""
    real, sponsor = world.organization("Kirihama Port"), world.member()
    save(OrganizationDomain(organization_id=real.id, domain="port.example"))
    copy = world.organization(typed, verified=False)
    person = newcomers.one(
        sponsor, organization=copy, mail="nana@port.example" if typed == "Something else" else "nana@y.example"
    )
    colleague = world.member(organization=real)
    save(VouchRequest(person_id=person.id, asked_id=colleague.id, asker_id=sponsor.id, asked_at=clock.now()))
    assert vouch(enter(sponsor), person) == 303
    assert vouch(enter(colleague), person) == 303
    assert state(person) == MemberState.PENDING


def test_a_group_that_had_nobody_gets_who_could(world: World) -> None:
    group, later = world.group(), world.member("Later", engagement=Engagement.CONTRACTOR)
    world.join(later, group)
    housekeeping.tidy()
    assert role_of(later, group) == Role.CONTRIBUTOR
    later.nda_signed = True
    save(later)
    housekeeping.tidy()
    assert role_of(later, group) == Role.MODERATOR
