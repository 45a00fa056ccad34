"""An organization's contact says who no longer works there; site moderators decide."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids, mail
from community.db import db
from community.models import (
    LeaverReport,
    Letter,
    LetterKind,
    Member,
    Membership,
    MemberState,
    Organization,
    OrganizationKind,
    Role,
    SignIn,
    Suspension,
    Vouch,
)
from community.outbox import deliver_due
from community.viewer import viewer_of_member
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.rooms import change, events, kinds, role_of, tags
from trust.departures import reports

HERE = "/organizations/leavers"


@pytest.fixture
def home(world: World) -> Organization:
    return world.organization("Harbour")


@pytest.fixture
def contact(world: World, home: Organization) -> Member:
    return world.member("Contact", home, contact=True)


@pytest.fixture
def leaver(world: World, home: Organization) -> Member:
    return world.member("Leaver", home, analyst=True)


@pytest.fixture
def keeper(world: World) -> Member:
    return world.member("Keeper", site_moderator=True)


def now(row: Any) -> Any:
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


def report(world: World, contact: Member, leaver: Member, said: str = "Since May") -> Any:
    return send(world.enter(contact), HERE, member=ids.encode(leaver.id), words=said)


def told(browser: FlaskClient) -> str:
    db.session.rollback()
    deliver_due()
    return words(browser.get("/notifications"))


def test_a_contact_reports_and_only_those_who_decide_learn_of_it(
    world: World, home: Organization, contact: Member, leaver: Member, keeper: Member
) -> None:
    colleague = world.member("Own keeper", home, site_moderator=True)
    browser = world.enter(contact)
    assert "Tell the site moderators" in words(browser.get(url("organizations", home)))
    assert "Leaver" in words(browser.get(HERE))
    assert "site moderators are told" in after(
        browser, send(browser, HERE, member=ids.encode(leaver.id), words="Since May")
    )
    assert "Leaver is said to have left" in told(world.enter(keeper))
    assert events() == [("MemberTold", {"member_id": keeper.id, "kind": "leaver_reported", "about_id": leaver.id})]
    assert tags() == ["member:member:reported_left"]
    theirs = world.enter(leaver)
    assert "Nothing has come in yet" in told(theirs)
    assert theirs.get(f"{url('members', leaver)}/departure").status_code == 403
    assert "Tell the site moderators" not in words(theirs.get(url("organizations", home)))
    assert [row.name for row in reports(viewer_of_member(keeper.id))] == ["Leaver"]
    for other in (colleague, leaver, contact):
        assert reports(viewer_of_member(other.id)) == []
    page = words(world.enter(keeper).get(f"{url('members', leaver)}/departure"))
    assert "Contact, the contact of the organization, says" in page
    assert "Since May" in page


def test_a_contact_reports_colleagues_once(world: World, contact: Member, leaver: Member) -> None:
    outsider = world.member()
    gone = world.member(organization=db.session.get_one(Organization, contact.organization_id), state=MemberState.LEFT)
    for wrong in (contact, outsider, gone):
        assert report(world, contact, wrong).status_code == 404
    assert report(world, contact, leaver).status_code == 303
    again = report(world, contact, leaver, "Said twice 🐢")
    assert again.status_code == 400
    assert "reported already" in words(again)
    assert "Said twice 🐢" in again.text
    browser = world.enter(contact)
    for form, status in (
        ({"member": ""}, 400),
        ({"member": "nonsense"}, 404),
        ({"member": ids.encode(leaver.id) + "\x00"}, 404),
        ({"member": ids.encode(leaver.id), "words": "a\x00b"}, 400),
        ({"member": ids.encode(leaver.id), "words": "x" * 10_000}, 400),
        ({"member": [ids.encode(outsider.id), ids.encode(leaver.id)]}, 404),
    ):
        assert send(browser, HERE, **form).status_code == status, form
    assert kinds() == []  # no site moderator is there to be told


@pytest.mark.parametrize("how", [{"contact": False}, {"state": MemberState.REVOUCHING}])
def test_nobody_else_reports(world: World, contact: Member, leaver: Member, how: dict[str, Any]) -> None:
    change(contact, **how)
    assert world.enter(contact).get(HERE).status_code == 403
    assert report(world, contact, leaver).status_code == 403
    assert tags() == []


def test_who_has_left_waits_and_belongs_to_nobody(
    world: World, home: Organization, contact: Member, leaver: Member, keeper: Member
) -> None:
    group, next_one = world.group(), world.member("Next")
    world.join(leaver, group, Role.MODERATOR)
    world.join(next_one, group)
    post = world.thread(group, leaver)
    known = {"person_id": leaver.id, "voucher_id": next_one.id, "organization_id": next_one.organization_id}
    save(Vouch(id=clock.random_id(), words="Known", given_on=clock.now().date(), **known))
    report(world, contact, leaver)
    send(world.enter(keeper), f"{url('members', leaver)}/departure/confirm")
    person = now(leaver)
    assert (person.state, person.engagement, person.analyst) == (MemberState.PENDING, "contractor", False)
    assert now(db.session.get_one(Organization, person.organization_id)).kind == OrganizationKind.INDIVIDUAL
    assert now(post).organization_id == home.id
    assert (role_of(leaver, group), role_of(next_one, group)) == (None, Role.MODERATOR)
    for model in (Vouch, LeaverReport):
        assert db.session.scalars(select(model)).all() == []
    assert "moderator:member:departed" in tags()


def test_who_has_left_is_out_and_told_how_to_come_back(
    world: World, home: Organization, contact: Member, leaver: Member, keeper: Member
) -> None:
    theirs, browser, path = world.enter(leaver), world.enter(keeper), f"{url('members', leaver)}/departure"
    report(world, contact, leaver)
    assert "has left the organization" in after(browser, send(browser, f"{path}/confirm"))
    assert db.session.scalars(select(SignIn.id).where(SignIn.member_id == leaver.id)).all() == []
    assert "Leaver" not in words(theirs.get("/"))
    assert "decided about somebody whom you reported" in told(world.enter(contact))
    assert "Leaver" not in words(world.enter(contact).get(url("organizations", home)))
    letters = db.session.execute(select(Letter.kind, Letter.subject_id)).all()
    assert [tuple(row) for row in letters] == [(LetterKind.DEPARTED, leaver.id)]
    db.session.rollback()
    mail.send_due()
    sent = "".join(one.read_text() for one in mail.folder().iterdir())
    assert "/me/organization" in sent
    assert "done already" in after(browser, send(browser, f"{path}/dismiss"))


def test_who_stays_hears_nothing(world: World, contact: Member, leaver: Member, keeper: Member) -> None:
    report(world, contact, leaver)
    browser, path = world.enter(keeper), f"{url('members', leaver)}/departure"
    assert "dismissed" in after(browser, send(browser, f"{path}/dismiss"))
    assert now(leaver).state == MemberState.ACTIVE
    assert "Nothing has come in yet" in told(world.enter(leaver))
    assert "decided about somebody whom you reported" in told(world.enter(contact))
    assert "done already" in after(browser, send(browser, f"{path}/confirm"))
    assert now(leaver).state == MemberState.ACTIVE
    assert report(world, contact, leaver).status_code == 303


def test_only_strangers_to_the_organization_decide(
    world: World, home: Organization, contact: Member, leaver: Member
) -> None:
    report(world, contact, leaver)
    path = f"{url('members', leaver)}/departure"
    for other in (world.member("Own", home, site_moderator=True), contact, leaver, world.member()):
        for act in ("confirm", "dismiss"):
            assert send(world.enter(other), f"{path}/{act}").status_code == 403
    assert now(leaver).state == MemberState.ACTIVE


def test_a_suspended_person_stays_suspended_and_waits_afterwards(
    world: World, contact: Member, leaver: Member, keeper: Member
) -> None:
    report(world, contact, leaver)
    given = {"member_id": leaver.id, "by_id": keeper.id, "reason": "x", "misuse": False, "was": MemberState.ACTIVE}
    row = Suspension(id=clock.random_id(), began_at=clock.now(), **given)
    save(row)
    change(leaver, state=MemberState.SUSPENDED)
    send(world.enter(keeper), f"{url('members', leaver)}/departure/confirm")
    assert now(leaver).state == MemberState.SUSPENDED
    assert now(row).was == MemberState.PENDING
    assert db.session.scalars(select(Letter)).all() == []


def test_a_site_moderators_office_is_not_ended_by_one_alone(
    world: World, home: Organization, contact: Member, keeper: Member
) -> None:
    official, group = world.member("Official", home, site_moderator=True), world.group()
    world.join(official, group)
    report(world, contact, official)
    browser = world.enter(keeper)
    path = f"{url('members', official)}/departure/confirm"
    assert "two site moderators end together" in after(browser, send(browser, path))
    assert now(official).state == MemberState.ACTIVE
    db.session.rollback()
    assert len(db.session.scalars(select(LeaverReport.member_id)).all()) == 1
    assert len(db.session.scalars(select(Membership.group_id)).all()) == 1
