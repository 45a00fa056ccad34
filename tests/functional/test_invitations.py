"""A member brings a person: invite by mail, enrol with a passkey, wait for vouches (domain, section 5)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community import clock, ids
from community.db import db
from community.models import (
    Engagement,
    Invitation,
    InvitationState,
    Letter,
    Member,
    MemberState,
    Organization,
    Vouch,
)
from tests.authenticator import Device, at_once, begin, token_of
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.paperwork import now
from tests.post_office import PostOffice, come_in, deliver, introduce, link_in, text_of

Enter = Callable[[Member], FlaskClient]
KNOWS = "We run the exercise together."
NEW = "nana@new.example"


def invite(browser: FlaskClient, organization: Organization | None = None, mail: str = NEW, **more: str) -> str:
    """Fill in the form; returns what the page says afterwards."""
    chosen = ids.encode(organization.id) if organization else "other"
    given = {"mail": mail, "organization": chosen, "knows": KNOWS, "locale": "en"} | more
    if not organization:
        given.setdefault("organization_name", "New Works")
    answer = send(browser, "/invite/new", **given)
    return after(browser, answer) if answer.status_code == 303 else words(answer)


def link_of(office: PostOffice, address: str = NEW) -> str:
    deliver()
    return link_in(office.to(address)[-1])


def newcomer() -> Member:
    return now(Member, select(Member.id).where(Member.mail == NEW))


def listed(world: World) -> Organization:
    """An organization that has a member already."""
    organization = world.organization("Harbour")
    world.member("Known there", organization)
    return organization


def test_an_invitation_goes_by_mail(app: Flask, world: World, enter: Enter, office: PostOffice) -> None:
    browser, organization = enter(world.member("Sato")), listed(world)
    assert "The invitation is sent, if that is possible." in invite(browser, organization)
    deliver()
    [message] = office.to(NEW)
    assert message["Subject"] == "Sato invites you to Musubi"
    assert "14 days" in text_of(message)
    assert message.get_content_type() == "multipart/alternative"
    assert message["Auto-Submitted"] == "auto-generated"
    guest = app.test_client()
    page = words(guest.get(link_in(message)))
    assert "Sato invites you" in page
    assert "Harbour" in page


def test_an_invited_person_comes_in_and_waits(app: Flask, world: World, enter: Enter, office: PostOffice) -> None:
    browser, organization = enter(world.member("Sato")), listed(world)
    invite(browser, organization)
    inside, _device = come_in(app, link_of(office), name="Nana New")
    waiting = words(inside.get("/waiting"))
    assert "You are nearly there, Nana New" in waiting
    assert "Who invited you says that it is you." in waiting
    assert inside.get("/").location == "/waiting"
    member = newcomer()
    assert (member.state, member.organization_id, member.name) == (MemberState.PENDING, organization.id, "Nana New")
    assert (member.engagement, member.nda_signed, member.engagement_noted) == (Engagement.CONTRACTOR, False, False)
    assert member.terms
    assert db.session.scalar(select(func.count()).select_from(Vouch)) == 0, "the sponsor says first whether it is them"
    mine = words(browser.get("/invite"))
    assert "Nana New" in mine
    assert "Accepted" in mine


def test_what_is_typed_makes_an_organization_to_be_checked(
    app: Flask, world: World, enter: Enter, office: PostOffice
) -> None:
    invite(enter(world.member()), listed(world))
    come_in(app, link_of(office), organization="other", organization_name="  Harbour   Works ")
    made = now(Organization, newcomer().organization_id)
    assert (made.name, made.verified) == ("Harbour Works", False)


def test_the_sponsor_never_sees_the_link_nor_does_the_database(world: World, enter: Enter, office: PostOffice) -> None:
    browser = enter(world.member())
    invite(browser)
    token = link_of(office).rsplit("/", 1)[1]
    assert token not in browser.get("/invite").text
    row = db.session.execute(select(Invitation.__table__)).one()
    assert token not in str(tuple(row))
    assert bytes.fromhex(token) not in [value for value in row if isinstance(value, bytes)]


def test_lk_032_the_answer_is_the_same_for_a_known_address(world: World, enter: Enter, office: PostOffice) -> None:
    known = world.member(mail="known@here.example")
    pages = []
    for address in ("known@here.example", "unknown@here.example"):
        browser = enter(world.member("Sponsor", world.organization("Same")))
        page = invite(browser, mail=address)
        pages.append(re.sub(address, "ADDRESS", page))
        deliver()
        assert f"{address} Open" in words(browser.get("/invite"))
    assert pages[0] == pages[1]
    [told] = office.to("known@here.example")
    assert "You have an account already" in told["Subject"]
    assert known.name in text_of(told)
    assert "/join/" not in text_of(told)


def test_lk_033_a_suspended_person_gets_no_mail(world: World, enter: Enter, office: PostOffice) -> None:
    world.member(mail=NEW, state=MemberState.SUSPENDED)
    invite(enter(world.member()))
    deliver()
    assert office.received == []
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_five_are_open_at_a_time(world: World, enter: Enter, office: PostOffice) -> None:
    browser = enter(world.member())
    for number in range(5):
        assert "sent, if that is possible" in invite(browser, mail=f"n{number}@new.example")
    page = invite(browser, mail="n5@new.example", knows="What I typed")
    assert "You have five open invitations." in page
    assert "What I typed" in page
    first = now(Invitation, select(Invitation.id).where(Invitation.mail == "n0@new.example"))
    send(browser, f"/invite/{ids.encode(first.id)}/withdraw")
    assert "sent, if that is possible" in invite(browser, mail="n5@new.example")


def test_taking_back_and_sending_again_does_not_flood_an_address(
    world: World, enter: Enter, office: PostOffice
) -> None:
    sponsor = world.member()
    browser = enter(sponsor)
    for _ in range(20):
        invite(browser)
        row = now(Invitation, select(Invitation.id).where(Invitation.state == InvitationState.OPEN))
        send(browser, f"/invite/{ids.encode(row.id)}/withdraw")
    assert "You have sent twenty invitations" in invite(browser)


def test_lk_142_five_at_one_moment_stay_five(world: World, enter: Enter, office: PostOffice) -> None:
    member = world.member()
    browsers = [enter(member) for _ in range(8)]

    def one(number: int) -> int:
        given = {"mail": f"n{number}@new.example", "organization": "other", "organization_name": "X", "knows": KNOWS}
        return send(browsers[number], "/invite/new", locale="en", **given).status_code

    assert sorted(at_once(one, 8)) == [303] * 5 + [400] * 3
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 5


def test_the_same_address_twice_is_said_to_who_did_it(world: World, enter: Enter, office: PostOffice) -> None:
    browser = enter(world.member())
    invite(browser)
    assert "You have invited this address already" in invite(browser, mail="  NANA@new.example ")
    assert "sent, if that is possible" in invite(enter(world.member())), "of others one learns nothing"


@pytest.mark.parametrize(
    "address", ["", "nana", "nana@", "a@b@c.example", "nana@new.example\nBcc: x@y.example", "名@例"]
)
def test_what_is_no_address_comes_back(world: World, enter: Enter, office: PostOffice, address: str) -> None:
    answer = send(
        enter(world.member()), "/invite/new", mail=address, organization="other", knows="Kept words", locale="ja"
    )
    assert answer.status_code == 400
    assert "Kept words" in answer.text
    deliver()
    assert office.received == []


def closed(app: Flask, link: str) -> bool:
    """Does the link open nothing, on any of its pages and for a ceremony that had begun?"""
    guest = app.test_client()
    return {guest.get(path).status_code for path in (link, f"{link}/passkey")} == {404}


def expire(row: Invitation) -> None:
    row.expires_at = clock.now() - timedelta(seconds=1)
    save(row)


class Sent(NamedTuple):
    """An invitation on its way, and who sent it."""

    browser: FlaskClient
    sponsor: Member
    link: str
    row: Invitation


def sent(world: World, enter: Enter, office: PostOffice, mail: str) -> Sent:
    sponsor = world.member()
    browser = enter(sponsor)
    invite(browser, mail=mail)
    row = now(Invitation, select(Invitation.id).where(Invitation.mail == mail))
    return Sent(browser, sponsor, link_of(office, mail), row)


def test_every_dead_link_answers_alike(app: Flask, world: World, enter: Enter, office: PostOffice) -> None:
    withdrawn, expired, used, lost, known = (
        sent(world, enter, office, f"{word}@new.example") for word in ("withdrawn", "expired", "used", "lost", "known")
    )
    send(withdrawn.browser, f"/invite/{ids.encode(withdrawn.row.id)}/withdraw")
    expire(expired.row)
    come_in(app, used.link)
    lost.sponsor.state = MemberState.SUSPENDED
    save(lost.sponsor)
    world.member(mail="known@new.example")
    links = [*(one.link for one in (withdrawn, expired, used, lost, known)), "/join/" + "0" * 64]
    pages = [re.sub(r"/join/\w+", "LINK", app.test_client().get(link).text) for link in links]
    assert len({re.sub(r'value="[^"]+"', "", page) for page in pages}) == 1
    assert all(closed(app, link) for link in links)


def test_lk_141_the_inviter_is_asked_again_when_the_passkey_is_made(
    app: Flask, world: World, enter: Enter, office: PostOffice
) -> None:
    sponsor = world.member()
    invite(enter(sponsor))
    link, browser, device = link_of(office), app.test_client(), Device()
    introduce(browser, link)
    options, headers = begin(browser, f"{link}/begin", f"{link}/passkey")
    sponsor.state = MemberState.SUSPENDED
    save(sponsor)
    answer = browser.post(f"{link}/finish", json={"credential": device.create(options)}, headers=headers)
    assert answer.status_code == 400
    assert db.session.scalar(select(func.count()).select_from(Member).where(Member.mail == NEW)) == 0


def test_lk_142_one_link_makes_one_member(app: Flask, world: World, enter: Enter, office: PostOffice) -> None:
    invite(enter(world.member()))
    link = link_of(office)
    browsers = [app.test_client() for _ in range(4)]
    prepared = []
    for browser in browsers:
        introduce(browser, link)
        options, headers = begin(browser, f"{link}/begin", f"{link}/passkey")
        prepared.append(({"credential": Device().create(options)}, headers))

    def finish(number: int) -> int:
        body, headers = prepared[number]
        return browsers[number].post(f"{link}/finish", json=body, headers=headers).status_code

    assert sorted(at_once(finish, 4)) == [200, 400, 400, 400]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Member).where(Member.mail == NEW)) == 1


def test_lk_158_a_challenge_of_an_invitation_is_answered_once(
    app: Flask, world: World, enter: Enter, office: PostOffice
) -> None:
    sponsor = enter(world.member())
    invite(sponsor)
    invite(sponsor, mail="second@new.example")
    first, second = link_of(office), link_of(office, "second@new.example")
    browser = app.test_client()
    introduce(browser, first)
    introduce(browser, second)
    options, headers = begin(browser, f"{first}/begin", f"{first}/passkey")
    body = {"credential": Device().create(options)}
    assert browser.post(f"{second}/finish", json=body, headers=headers).status_code == 400
    assert browser.post(f"{first}/finish", json=body, headers=headers).status_code == 400, "it was spent by the try"


def test_no_passkey_without_the_terms(app: Flask, world: World, enter: Enter, office: PostOffice) -> None:
    invite(enter(world.member()))
    link, browser = link_of(office), app.test_client()
    assert browser.get(f"{link}/passkey").location == link
    answer = introduce(browser, link, terms="", name="Typed Name")
    assert answer.status_code == 400
    assert "Typed Name" in answer.text
    headers = {"X-CSRFToken": token_of(browser.get(link).text)}
    assert browser.post(f"{link}/begin", json={}, headers=headers).status_code == 400


def test_a_letter_waits_for_a_mail_server_that_is_away(world: World, enter: Enter, office: PostOffice) -> None:
    office.refuses = True
    invite(enter(world.member()))
    deliver()
    letter = now(Letter, select(Letter.id))
    assert letter.next_at > clock.now()
    office.refuses = False
    letter.next_at = clock.now()
    save(letter)
    deliver()
    assert len(office.to(NEW)) == 1


def test_a_letter_of_an_invitation_taken_back_is_not_sent(world: World, enter: Enter, office: PostOffice) -> None:
    browser = enter(world.member())
    invite(browser)
    row = now(Invitation, select(Invitation.id))
    send(browser, f"/invite/{ids.encode(row.id)}/withdraw")
    deliver()
    assert office.received == []


def test_who_may_not_write_invites_nobody(world: World, enter: Enter, office: PostOffice) -> None:
    browser = enter(world.member(state=MemberState.REVOUCHING))
    assert browser.get("/invite/new").status_code == 403
    assert send(browser, "/invite/new", mail=NEW).status_code == 403


def test_an_invitation_of_another_is_missing(world: World, enter: Enter, office: PostOffice) -> None:
    invite(enter(world.member()))
    row = now(Invitation, select(Invitation.id))
    assert send(enter(world.member()), f"/invite/{ids.encode(row.id)}/withdraw").status_code == 404
    assert now(Invitation, row.id).state == InvitationState.OPEN


def test_a_mail_goes_in_the_language_that_was_chosen(world: World, enter: Enter, office: PostOffice) -> None:
    invite(enter(world.member("佐藤")), locale="ja")
    deliver()
    [message] = office.to(NEW)
    assert "佐藤 さんから" in message["Subject"]
    html = message.get_body(("html",))
    assert html is not None
    assert 'lang="ja"' in html.get_content()
    assert url("groups", world.group()) not in html.get_content()
