"""A member changes their name: whoever answers for them is told, site moderators see the names of before."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from community import alerts, clock, events, ids
from community.actions import members
from community.db import action, db
from community.models import (
    WAITING,
    EarlierName,
    Member,
    MemberState,
    Notification,
    NotificationKind,
    Theme,
    VouchRequest,
)
from community.policy import NotAllowed
from community.viewer import viewer_of_member
from tests.authenticator import at_once
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.notified import Person, deliver
from tests.paperwork import form_with, rows
from tests.rooms import change, kinds, tags
from tests.trusting import brought, vouch

ANSWERS = ", for whom you answer, "


class Circle:
    """Nana, who brought her, whose words for her stand, and some who do not answer for her."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sponsor = Person(world, "Sponsor")
        self.nana = brought(world, "Nana", self.sponsor.member, state=MemberState.ACTIVE)
        self.browser = world.enter(self.nana)
        self.voucher, self.void, self.asked, self.other = (
            Person(world, name) for name in ("Voucher", "Void", "Asked", "Other")
        )
        self.keeper = Person(world, "Keeper", site_moderator=True)
        vouch(self.nana, self.voucher.member)
        vouch(self.nana, self.void.member, void_at=clock.now())
        save(
            VouchRequest(
                person_id=self.nana.id,
                asked_id=self.asked.member.id,
                asker_id=self.sponsor.member.id,
                asked_at=clock.now(),
            )
        )

    def rename(self, name: str, **more: str) -> Any:
        form = form_with(self.browser.get("/me"), "time_zone")
        form.put(name=name, **more)
        return self.browser.post("/me", data=dict(form.fields))

    def told(self, who: Person) -> list[str]:
        """What somebody reads about it."""
        return [said for said in who.told() if ANSWERS in said]

    def see(self, who: Person) -> None:
        form = form_with(who.browser.get("/notifications"), "until")
        assert who.browser.post("/notifications/seen", data=dict(form.fields)).status_code == 303


@pytest.fixture
def circle(world: World) -> Circle:
    return Circle(world)


def earlier() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(EarlierName.name).order_by(EarlierName.until)))


def test_who_answers_for_them_is_told_and_nobody_else(circle: Circle) -> None:
    assert "Saved." in after(circle.browser, circle.rename("Nana Nakano"))
    for one in (circle.sponsor, circle.voucher):
        assert circle.told(one) == ["Nana, for whom you answer, is called Nana Nakano now"]
        [item] = [item for item in one.items() if ANSWERS in item.words]
        assert item.new
        assert "Nana Nakano" in words(one.browser.get(item.href))
    for one in (circle.void, circle.asked, circle.other, circle.keeper, Person(circle.world, "Late")):
        assert circle.told(one) == []
        assert one.count() == 0
    assert (kinds(), tags()) == (["MemberRenamed"], ["member:member:renamed"])


@pytest.mark.parametrize("spelled", ["NANA", "Na na", "Ｎａｎａ", "Nanà"])
def test_another_spelling_is_another_name(circle: Circle, spelled: str) -> None:
    circle.rename(spelled)
    assert circle.told(circle.voucher) == [f"Nana, for whom you answer, is called {spelled} now"]


def test_the_same_name_is_none(circle: Circle) -> None:
    assert circle.rename("  Nana ", profile="Other words").status_code == 303
    assert circle.told(circle.voucher) == []
    assert (earlier(), tags()) == ([], [])


def test_many_are_told_as_one_with_the_name_one_knew(circle: Circle) -> None:
    for name in ("Nina", "Nona", "Nuna"):
        circle.rename(name)
    assert circle.told(circle.voucher) == ["Nana, for whom you answer, is called Nuna now"]
    assert circle.voucher.count() == 1
    circle.see(circle.voucher)
    assert circle.voucher.count() == 0
    with clock.fixed(clock.now() + timedelta(days=2), "later"):
        db.session.rollback()
        circle.browser = circle.world.enter(circle.nana)
        circle.rename("Nyna")
        deliver()
    assert circle.told(circle.voucher) == ["Nuna, for whom you answer, is called Nyna now"]
    assert circle.voucher.count() == 1, "of what was seen something new is told"
    assert circle.told(circle.sponsor) == ["Nana, for whom you answer, is called Nyna now"], "who has not looked yet"


def test_a_name_taken_back_is_told_too(circle: Circle) -> None:
    circle.rename("Somebody Else")
    circle.rename("Nana")
    assert circle.told(circle.voucher) == ["Nana, for whom you answer, has changed their name and taken it back"]


def test_three_in_a_day(circle: Circle) -> None:
    for name in ("Nina", "Nona", "Nuna"):
        assert circle.rename(name).status_code == 303
    refused = circle.rename("Nyna", profile="Typed with care")
    assert refused.status_code == 400
    assert "three times within a day" in words(refused)
    assert "Typed with care" in refused.text
    assert earlier() == ["Nana", "Nina", "Nona"]
    assert circle.rename("Nuna", profile="Typed with care").status_code == 303, "all else can be saved"
    with clock.fixed(clock.now() + timedelta(days=1, minutes=1), "later"):
        db.session.rollback()
        circle.browser = circle.world.enter(circle.nana)
        assert circle.rename("Nyna").status_code == 303


def test_three_in_a_day_at_one_moment_too(circle: Circle) -> None:
    forms = [form_with(circle.browser.get("/me"), "time_zone") for _ in range(5)]
    for number, form in enumerate(forms):
        form.put(name=f"Nana {number}")
    browsers = [circle.world.enter(circle.nana) for _ in forms]
    tokens = [form_with(one.get("/me"), "time_zone")["csrf_token"] for one in browsers]
    db.session.rollback()
    answers = at_once(
        lambda number: (
            browsers[number].post("/me", data=dict(forms[number].fields) | {"csrf_token": tokens[number]}).status_code
        ),
        len(forms),
    )
    assert sorted(answers) == [303, 303, 303, 400, 400]
    assert len(earlier()) == 3


# --- what may be said to whom, and how long ---


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT, MemberState.PENDING, MemberState.DORMANT])
def test_of_who_is_out_no_name_is_said(circle: Circle, state: MemberState) -> None:
    """Who waits is known to whoever answers for them; who rests looks like everybody else."""
    circle.rename("Nakano")
    deliver()
    change(db.session.get_one(Member, circle.nana.id), state=state)
    said = ["Nana, for whom you answer, is called Nakano now"] if state in (*WAITING, MemberState.DORMANT) else []
    assert circle.told(circle.voucher) == said
    assert circle.voucher.count() == len(said)


def test_whose_word_stands_no_more_reads_it_no_more(circle: Circle) -> None:
    circle.rename("Nakano")
    deliver()
    send(circle.voucher.browser, f"/vouch/{ids.encode(circle.nana.id)}/take-back")
    assert circle.told(circle.voucher) == []
    assert len(circle.told(circle.sponsor)) == 1


def test_who_rests_or_is_stopped_finds_it_when_they_are_back(circle: Circle) -> None:
    states = {circle.sponsor: MemberState.DORMANT, circle.voucher: MemberState.SUSPENDED}
    for one, state in states.items():
        change(db.session.get_one(Member, one.member.id), state=state)
    circle.rename("Nakano")
    deliver()
    for one in states:
        change(db.session.get_one(Member, one.member.id), state=MemberState.ACTIVE)
        assert len(circle.told(one)) == 1


def test_who_is_vouched_for_again_is_told_of_too(circle: Circle) -> None:
    until = clock.now() + timedelta(days=10)
    change(db.session.get_one(Member, circle.nana.id), state=MemberState.REVOUCHING, revouch_until=until)
    circle.rename("Nakano")
    assert len(circle.told(circle.sponsor)) == 1


@pytest.mark.parametrize("signed", ["named", "unnamed"])
def test_leaving_forgets_the_names_of_before(circle: Circle, signed: str) -> None:
    circle.rename("Nakano")
    deliver()
    send(circle.browser, "/me/leave", signed=signed)
    assert circle.told(circle.voucher) == []
    assert earlier() == []
    assert not [table for table, value in rows() if value == "Nana"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(Notification.about_id == circle.nana.id)) == 0


def test_who_leaves_before_it_is_told_is_not_told_of(circle: Circle) -> None:
    circle.rename("Nakano")
    db.session.rollback()
    send(circle.browser, "/me/leave", signed="named")
    assert circle.told(circle.voucher) == []


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT, MemberState.DORMANT])
def test_who_was_put_out_or_left_at_that_moment_has_no_new_name(circle: Circle, state: MemberState) -> None:
    viewer = viewer_of_member(circle.nana.id)
    change(db.session.get_one(Member, circle.nana.id), state=state)
    draft = members.ProfileDraft("Nakano", "", "en", "UTC", Theme.AUTO)
    with pytest.raises(NotAllowed):
        members.change_profile(viewer, draft)
    assert earlier() == []


# --- where else the names of before are ---


def test_site_moderators_see_the_names_of_before(circle: Circle) -> None:
    circle.rename("Nina")
    circle.rename("Nona")
    path = f"/trust/people/{ids.encode(circle.nana.id)}"
    page = words(circle.keeper.browser.get(path))
    assert page.index("Nina, until") < page.index("Nana, until")
    for one in (circle.sponsor, circle.other):
        assert one.browser.get(path).status_code == 404
        for other in (url("members", circle.nana), f"/vouch/{ids.encode(circle.nana.id)}", "/members"):
            assert "Nina" not in one.browser.get(other).text


def test_a_copy_of_ones_own_data_holds_them(circle: Circle) -> None:
    circle.rename("Nakano")
    form = form_with(circle.browser.get("/me/export"), "csrf_token")
    file = json.load(io.BytesIO(circle.browser.post("/me/export", data=dict(form.fields)).data))
    assert [one["name"] for one in file["earlier_names"]] == ["Nana"]


# --- in whatever order it is told ---


@action
def tell(event: events.MemberRenamed, number: int) -> None:
    alerts.tell_of_name(event, number)


def test_told_twice_or_in_another_order_it_is_the_same(circle: Circle) -> None:
    for name in ("Nina", "Nona"):
        circle.rename(name)
    db.session.rollback()
    names = db.session.scalars(select(EarlierName.id).order_by(EarlierName.until)).all()
    first, second = (events.MemberRenamed(circle.nana.id, one) for one in names)
    for event, number in ((second, 1002), (first, 1001), (second, 1002)):
        tell(event, number)
    said = ["Nana, for whom you answer, is called Nona now"]
    assert circle.told(circle.voucher) == said
    circle.see(circle.voucher)
    for event, number in ((first, 1001), (second, 1002)):
        tell(event, number)
    assert circle.told(circle.voucher) == said
    assert circle.voucher.count() == 0, "nothing new happened"


def test_one_notification_for_each_who_answers(circle: Circle) -> None:
    for name in ("Nina", "Nona", "Nuna"):
        circle.rename(name)
        deliver()
    db.session.rollback()
    mine = select(Notification.member_id).where(Notification.kind == NotificationKind.RENAMED)
    assert sorted(db.session.scalars(mine)) == sorted([circle.sponsor.member.id, circle.voucher.member.id])
