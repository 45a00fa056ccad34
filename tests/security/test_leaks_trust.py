"""Known leaks of how people come in, wait, rest and are put out; the numbers are those of docs/threat-model.md."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from community import clock, events, ids
from community.db import action, db
from community.models import Member, MemberState, NotificationKind, VouchRequest
from community.pages.limits import limiter
from tests.authenticator import Device, give, sign_in
from tests.browsing import send, words
from tests.factories import World, save, url
from tests.notified import Person, deliver
from tests.paperwork import now
from tests.post_office import PostOffice, come_in, link_in
from tests.post_office import deliver as post
from tests.security.harness import _statements
from tests.security.test_leaks_live import connect, received
from tests.trusting import brought

Enter = Callable[..., FlaskClient]
NEW = "nana@new.example"


@action
def tell(*told: events.MemberTold) -> None:
    for one in told:
        events.record(one)


def test_lk_050_a_notification_about_a_person_is_read_through_their_door(world: World) -> None:
    """Who declined, and who is no site moderator any more, is told no name of somebody who waits."""
    asked, keeper = Person(world, "Asked"), Person(world, "Keeper", site_moderator=True)
    new = world.member("Nana New", state=MemberState.PENDING)
    save(VouchRequest(person_id=new.id, asked_id=asked.member.id, asker_id=asked.member.id, asked_at=clock.now()))
    tell(
        events.MemberTold(asked.member.id, NotificationKind.VOUCH_ASKED, new.id),
        events.MemberTold(keeper.member.id, NotificationKind.NEWCOMER, new.id),
        events.MemberTold(keeper.member.id, NotificationKind.PROPOSED, new.id),
    )
    assert (len(asked.items()), len(keeper.items())) == (1, 2)
    _withdraw(new.id, keeper.member.id)
    assert (asked.items(), keeper.items()) == ([], [])
    assert "Nana New" not in asked.browser.get("/").text + keeper.browser.get("/").text


@action
def _withdraw(person_id: int, keeper_id: int) -> None:
    db.session.execute(delete(VouchRequest).where(VouchRequest.person_id == person_id))
    db.session.get_one(Member, keeper_id).site_moderator = False


def test_lk_050_a_name_of_before_is_told_to_who_answers_only(world: World, enter: Enter) -> None:
    """To whom, and how long: until their word stands no more, or the person is out."""
    voucher, other, keeper = (
        Person(world, name, site_moderator=name == "Keeper") for name in ("Voucher", "Other", "Keeper")
    )
    nana = brought(world, "Kanariya", world.member(), voucher.member)
    answer = send(enter(nana), "/me", name="Nana", locale="en", time_zone="UTC", theme="auto", profile="")
    assert answer.status_code == 303
    paths = ("/", "/notifications", url("members", nana), f"/vouch/{ids.encode(nana.id)}", "/members", "/invite")
    seen = {who: "".join(words(who.browser.get(path)) for path in paths) for who in (voucher, other, keeper)}
    deliver()
    assert "Kanariya" in voucher.told()[0]
    assert (other.told(), keeper.told()) == ([], [])
    assert not [who.member.name for who in (other, keeper) if "Kanariya" in seen[who]]
    send(voucher.browser, f"/vouch/{ids.encode(nana.id)}/take-back")
    assert voucher.told() == []


def test_lk_140_who_came_in_by_an_invitation_sees_nothing_until_vouched_for(
    app: Flask, world: World, enter: Enter, office: PostOffice
) -> None:
    sponsor, other, group = world.member("Sponsor"), world.member("Other"), world.group("Harbour news")
    invitation = {
        "mail": NEW,
        "organization": "other",
        "organization_name": "Port",
        "knows": "From work",
        "locale": "en",
    }
    send(enter(sponsor), "/invite/new", **invitation)
    post()
    inside, _device = come_in(app, link_in(office.to(NEW)[0]))
    person = now(Member, select(Member.id).where(Member.mail == NEW))
    vouch = f"/vouch/{ids.encode(person.id)}"
    for by in (sponsor, other):
        assert inside.get("/groups").location == "/waiting"
        assert inside.get(url("groups", group)).location == "/waiting"
        assert "Harbour news" not in words(inside.get("/waiting"))
        if by is other:
            send(enter(sponsor), f"{vouch}/ask", member=ids.encode(other.id))
        send(enter(by), vouch, words="I know her from the exercise of last year.")
    assert "Harbour news" in words(inside.get("/groups"))


@pytest.mark.parametrize("state", [MemberState.ACTIVE, MemberState.SUSPENDED, MemberState.LEFT, MemberState.PENDING])
def test_lk_032_lk_033_asking_for_a_lost_account_does_the_same_for_every_address(
    app: Flask, world: World, state: MemberState
) -> None:
    """Answer, headers and what the server asks of its database."""
    world.member(mail="known@here.example", state=state)
    found = []
    for address in ("known@here.example", "unknown@here.example"):
        limiter.reset()
        guest = app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', guest.get("/recover").text)
        assert token
        with _statements() as statements:
            answer = guest.post("/recover", data={"mail": address, "csrf_token": token[1]})
        found.append((answer.status_code, answer.location, answer.data, len(answer.headers), tuple(statements)))
        assert address not in guest.get(answer.location).text
    assert found[0] == found[1]


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT])
def test_lk_033_a_passkey_of_who_is_out_tells_others_nothing(app: Flask, world: World, state: MemberState) -> None:
    """Nobody who does not hold it learns that it is known."""
    member = world.member("Gone", state=state)
    known, unknown = give(member, Device()), Device()
    forged = Device()
    forged.id, forged.handle = known.id, known.handle
    answers = [sign_in(app.test_client(), device) for device in (forged, unknown)]
    assert {(one.status_code, one.data) for one in answers} == {(400, answers[0].data)}


@pytest.mark.parametrize("act", ["suspend", "leave"])
def test_lk_075_who_is_put_out_or_leaves_hears_no_more(app: Flask, world: World, enter: Enter, act: str) -> None:
    """By the page that does it: the stream ends with what was committed, before the next event."""
    keeper, member, reader, group = (*(world.member(site_moderator=one) for one in (True, False, False)), world.group())
    for one in (member, reader):
        world.join(one, group)
    lines = [connect(app, one.id) for one in (member, reader)]
    assert all(one.is_connected() for one in lines)
    if act == "suspend":
        path = f"/trust/people/{ids.encode(member.id)}/suspend"
        assert send(enter(keeper), path, reason="Because it has to be.", cause="precaution").status_code == 303
    else:
        assert send(enter(member), "/me/leave", signed="named").status_code == 303
    deliver()
    app.extensions["musubi_sockets"].end_fallen()
    assert [one.is_connected() for one in lines] == [False, True]
    for one in lines[1:]:
        received(one)
        one.disconnect()


def test_lk_095_nobody_learns_that_somebody_rests(world: World, enter: Enter) -> None:
    """Not even who brought them, or moderates a group with them."""
    sponsor, chief = world.member("Sponsor"), world.member("Chief")
    other, group = world.member("Somebody"), world.group()
    world.join(chief, group)
    world.join(other, group)
    paths = ("/members", url("members", other), f"{url('groups', group)}/members", f"/vouch/{ids.encode(other.id)}")

    def seen(viewer: Member) -> list[str]:
        browser = enter(viewer)
        return [re.sub(r'(csrf[-_]token" (?:content|value)=")[^"]+', "", browser.get(path).text) for path in paths]

    before = [seen(one) for one in (sponsor, chief)]
    other.state = MemberState.DORMANT
    save(other)
    assert [seen(one) for one in (sponsor, chief)] == before
