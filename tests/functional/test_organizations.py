"""Organizations kept by site moderators: checked, corrected, and made one when they are there twice."""

import threading
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from community import clock, ids
from community.access import NotFound
from community.db import db
from community.models import (
    Invitation,
    Member,
    MemberState,
    Organization,
    OrganizationDomain,
    OrganizationNetwork,
    OrganizationSector,
    Vouch,
)
from community.policy import Refused
from community.viewer import viewer_of_member
from tests.browsing import after, send, words
from tests.factories import World, save, url
from tests.paperwork import form_with
from tests.rooms import kinds, tags
from trust.actions.organizations import merge, version_of_both
from trust.doors import access_kept
from trust.organizing import unverified


@pytest.fixture
def keeper(world: World) -> Member:
    return world.member("Keeper", site_moderator=True)


@pytest.fixture
def browser(world: World, keeper: Member) -> FlaskClient:
    return world.enter(keeper)


def vouch(person: Member, voucher: Member, sponsor: bool = False) -> None:
    day = clock.now().date()
    given = {"person_id": person.id, "voucher_id": voucher.id, "organization_id": voucher.organization_id}
    save(
        Vouch(
            id=clock.random_id(), sponsor=sponsor, words="Known", given_on=day, as_moderator=False, noted=True, **given
        )
    )


def now(row: Any) -> Any:
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


def lists(organization: Organization) -> list[list[str]]:
    db.session.rollback()
    columns = (OrganizationSector.sector_code, OrganizationDomain.domain, OrganizationNetwork.network)
    return [
        list(
            db.session.scalars(select(column).where(column.class_.organization_id == organization.id).order_by(column))
        )
        for column in columns
    ]


def keep(browser: FlaskClient, organization: Organization, **changes: Any) -> Any:
    path = f"{url('organizations', organization)}/keep"
    form = form_with(browser.get(path), "short_name")
    form.put(**changes)
    given: dict[str, Any] = {name: form.all(name) for name, _ in form.fields}
    return browser.post(path, data=given)


def verify(browser: FlaskClient, organization: Organization) -> Any:
    path = f"{url('organizations', organization)}/keep"
    form = form_with(browser.get(path), "verified")
    return browser.post(form.action, data=dict(form.fields))


# --- what is said of one ---


def test_an_organization_is_corrected(world: World, browser: FlaskClient) -> None:
    organization = world.organization("Old name", verified=False)
    wanted = {
        "name": "  New   name 🏭 ",
        "short_name": "New",
        "kind": "vendor",
        "sectors": ["water", "finance"],
        "domains": "@Power.Example\r\n例え.jp\npower.example.\n\n",
        "networks": "192.0.2.77/24\n2001:0DB8::1/32\n192.0.2.0/24\n203.0.113.9",
    }
    assert "Saved." in after(browser, keep(browser, organization, **wanted))
    row = now(organization)
    assert (row.name, row.short_name, row.kind, row.verified) == ("New name 🏭", "New", "vendor", False)
    assert lists(organization) == [
        ["finance", "water"],
        ["power.example", "xn--r8jz45g.jp"],
        ["192.0.2.0/24", "2001:db8::/32", "203.0.113.9/32"],
    ]
    assert tags() == ["moderator:organization:changed"]
    keep(browser, organization, sectors=[], domains="", networks="")
    assert lists(organization) == [[], [], []]


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", " ", "Please give the organization a name"),
        ("name", "a\x00b", "cannot be seen"),
        ("name", "x" * 201, "200"),
        ("short_name", "y" * 61, "60"),
        ("kind", "king", "Not a valid choice"),
        ("sectors", "nowhere", "valid choice"),
        ("domains", "power.example\nno domain", "This is no mail domain: no domain"),
        ("domains", "localhost", "no mail domain"),
        ("domains", "-a.example", "no mail domain"),
        ("domains", "a..example", "no mail domain"),
        ("domains", "192.0.2.1", "no mail domain"),
        ("domains", f"{'x' * 64}.example", "no mail domain"),
        ("domains", "🐢" * 100 + ".example", "no mail domain"),
        ("domains", "a\x00.example", "cannot be seen"),
        ("domains", "x" * 10_001, "10000"),
        ("domains", "\n".join(f"d{n}.example" for n in range(201)), "At most 200"),
        ("networks", "10.0.0.0/33", "no range of addresses: 10.0.0.0/33"),
        ("networks", "0.0.0.0/0", "no range"),
        ("networks", "fe80::1%eth0", "no range"),
        ("networks", "power.example", "no range"),
    ],
)
def test_what_cannot_be_kept_comes_back(
    world: World, browser: FlaskClient, field: str, value: str, complaint: str
) -> None:
    organization = world.organization("The one")
    answer = keep(browser, organization, **{"short_name": "kept words", field: value})
    assert answer.status_code == 400
    assert complaint in words(answer)
    if field != "short_name":
        assert "kept words" in answer.text
    if field in ("domains", "networks") and "\x00" not in value:
        assert form_with(answer, field)[field].splitlines() == value.splitlines()
    assert now(organization).name == "The one"


def test_the_second_moderator_is_told_and_loses_nothing(world: World, browser: FlaskClient) -> None:
    organization, late = world.organization("First"), world.enter(world.member(site_moderator=True))
    path = f"{url('organizations', organization)}/keep"
    form = form_with(late.get(path), "short_name")
    keep(browser, organization, domains="first.example")
    form.put(name="Second")
    answer = late.post(path, data=dict(form.fields))
    assert answer.status_code == 400
    assert "Somebody else changed this" in words(answer)
    assert form_with(answer, "short_name")["name"] == "Second"
    assert "first.example" in words(answer).split("Noted at present")[1].split("Required")[0]
    assert lists(organization)[1] == ["first.example"]
    assert now(organization).name == "First"


def test_names_may_be_there_twice_with_a_warning(world: World, browser: FlaskClient) -> None:
    one, other = world.organization("Harbour"), world.organization("HARBOUR")
    page = words(browser.get(f"{url('organizations', one)}/keep"))
    assert "Perhaps the same organization twice" in page
    assert "HARBOUR" in page
    assert keep(browser, other, short_name="Other").status_code == 303


# --- who may ---


def test_only_site_moderators_reach_them(world: World, keeper: Member, browser: FlaskClient) -> None:
    seen, unseen = world.organization("Seen"), world.organization("Unseen", verified=False)
    world.member(organization=seen)
    world.member(organization=unseen, state=MemberState.PENDING)
    member = world.enter(world.member())
    for act in ("keep", "merge"):
        assert member.get(f"{url('organizations', seen)}/{act}").status_code == 403
        assert member.get(f"{url('organizations', unseen)}/{act}").status_code == 404
        assert member.get(f"/organizations/{ids.encode(7)}/{act}").status_code == 404
        assert browser.get(f"{url('organizations', unseen)}/{act}").status_code == 200
    assert send(member, f"{url('organizations', seen)}/verify", verified="yes").status_code == 403
    assert send(member, f"{url('organizations', unseen)}/verify", verified="yes").status_code == 404
    assert member.get("/organizations/all").status_code == 403
    assert "Unseen" in words(browser.get("/organizations/all"))
    assert "All organizations" in words(browser.get("/organizations"))
    assert "Keep this organization" in words(browser.get(url("organizations", seen)))
    assert "Keep this" not in words(member.get(url("organizations", seen)))
    assert [row.name for row in unverified(viewer_of_member(keeper.id))] == ["Unseen"]
    assert unverified(viewer_of_member(world.member().id)) == []


def test_nobody_checks_or_merges_their_own(world: World, keeper: Member, browser: FlaskClient) -> None:
    other = world.organization()
    own = db.session.get_one(Organization, keeper.organization_id)
    other_path, own_path = url("organizations", other), url("organizations", own)
    page = browser.get(f"{own_path}/keep")
    assert "Nobody checks or merges their own" in words(page)
    assert send(browser, f"{own_path}/verify", verified="no").status_code == 403
    assert browser.get(f"{own_path}/merge").status_code == 403
    assert send(browser, f"{own_path}/merge", into=ids.encode(other.id), step="send").status_code == 403
    answer = send(browser, f"{other_path}/merge", into=ids.encode(own.id), step="send")
    assert answer.status_code == 400
    assert ids.encode(own.id) not in form_with(answer, "into").options("into")
    assert now(other) is not None


# --- checking ---


def test_a_check_makes_vouches_count_and_taking_it_back_stops_them(world: World, browser: FlaskClient) -> None:
    elsewhere = world.organization("Elsewhere", verified=False)
    person = world.member("Person", state=MemberState.PENDING)
    vouch(person, world.member(), sponsor=True)
    for _ in range(2):  # as many as the settings may ask for
        vouch(person, world.member(organization=elsewhere))
    assert "is checked" in after(browser, verify(browser, elsewhere))
    assert now(elsewhere).verified
    assert now(person).state == MemberState.ACTIVE
    assert tags()[0] == "moderator:organization:verified"
    verify(browser, elsewhere)
    assert now(person).state == MemberState.REVOUCHING
    assert not now(elsewhere).verified


def test_who_checks_what_has_changed_is_told(world: World, browser: FlaskClient) -> None:
    organization = world.organization("Shifty", verified=False)
    form = form_with(browser.get(f"{url('organizations', organization)}/keep"), "verified")
    keep(browser, organization, name="Somebody quite else")
    assert "Somebody else changed this" in after(browser, browser.post(form.action, data=dict(form.fields)))
    assert not now(organization).verified


# --- merging ---


def look(browser: FlaskClient, source: Organization, target: Organization) -> Any:
    return send(browser, f"{url('organizations', source)}/merge", into=ids.encode(target.id), step="check")


def do_merge(browser: FlaskClient, answer: Any) -> Any:
    return browser.post(answer.request.path, data=dict(form_with(answer, "into").fields))


def test_two_become_one(world: World, browser: FlaskClient) -> None:
    twice, stays = world.organization("Twice", verified=False), world.organization("Stays")
    member, group = world.member("Mover", twice), world.group()
    post = world.thread(group, member)
    save(OrganizationDomain(organization_id=twice.id, domain="both.example"))
    save(OrganizationDomain(organization_id=stays.id, domain="both.example"))
    save(OrganizationNetwork(organization_id=twice.id, network="192.0.2.0/24"))
    save(OrganizationSector(organization_id=twice.id, sector_code="water"))
    moment = clock.now()
    given = {"sponsor_id": member.id, "mail": "x@y.example", "locale": "en", "knows": "Yes", "token_hash": b"1" * 32}
    asked = Invitation(id=clock.random_id(), organization_id=twice.id, expires_at=moment, **given)
    save(asked)
    vouch(world.member(), member)
    answer = look(browser, twice, stays)
    assert "Mover" in words(answer)
    assert "Stays" in after(browser, do_merge(browser, answer))
    assert now(twice) is None
    assert lists(stays) == [["water"], ["both.example"], ["192.0.2.0/24"]]
    assert {now(row).organization_id for row in (member, post, asked)} == {stays.id}
    assert db.session.scalars(select(Vouch.organization_id)).all() == [stays.id]
    assert "moderator:organization:merged" in tags()
    assert "MemberTold" in kinds()
    assert browser.get(f"{url('organizations', twice)}/keep").status_code == 404


def test_every_column_that_names_an_organization_is_thought_of() -> None:
    """A new one that merging forgets would stop it, or lose what it says."""
    naming = {
        table.name
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "organizations"
    }
    listed = {"organization_sectors", "organization_domains", "organization_networks"}
    assert naming == listed | {"members", "posts", "vouches", "invitations"}


def test_whose_vouches_are_no_longer_independent_is_vouched_for_again(world: World, browser: FlaskClient) -> None:
    twice, stays = world.organization("Twice"), world.organization("Stays")
    by_both, safe = world.member("By both"), world.member("Safe", founder=True)
    vouch(by_both, world.member(organization=stays), sponsor=True)
    vouch(by_both, world.member(organization=twice))
    colleague = world.member("Colleague", twice)
    vouch(colleague, world.member(), sponsor=True)
    vouch(colleague, world.member(organization=stays))
    vouch(safe, world.member(organization=twice), sponsor=True)
    do_merge(browser, look(browser, twice, stays))
    assert now(by_both).state == MemberState.REVOUCHING
    assert now(colleague).state == MemberState.REVOUCHING
    assert now(safe).state == MemberState.ACTIVE


def test_a_merge_shows_no_number_of_posts(world: World, browser: FlaskClient) -> None:
    """It would count what is written in rooms that the site moderator does not know of."""
    twice, stays = world.organization("Twice"), world.organization("Stays")
    before = form_with(look(browser, twice, stays), "into")
    author = world.member("Author", twice)
    page = words(look(browser, twice, stays))
    world.thread(world.group(), author)
    assert words(look(browser, twice, stays)) == page
    assert before["version"]


def test_a_target_or_a_source_that_is_gone_is_told(world: World, browser: FlaskClient) -> None:
    twice, stays, third = (world.organization(name) for name in ("Twice", "Stays", "Third"))
    back, again, on = look(browser, stays, twice), look(browser, twice, stays), look(browser, stays, third)
    do_merge(browser, look(browser, twice, stays))
    answer = do_merge(browser, back)
    assert answer.status_code == 400
    assert "Please choose an organization that is there" in words(answer)
    assert do_merge(browser, again).status_code == 404
    keep(browser, third, name="Another third")
    answer = do_merge(browser, on)
    assert answer.status_code == 400
    assert "Somebody else changed this" in words(answer)
    assert do_merge(browser, answer).status_code == 303
    for wrong in ("", "nonsense", ids.encode(third.id) + "\x00", "x" * 10_000):
        sent = send(browser, f"{url('organizations', third)}/merge", into=wrong, step="send")
        assert sent.status_code == 400
    twofold = {"into": [ids.encode(third.id), ids.encode(1)], "step": "send"}
    assert send(browser, f"{url('organizations', third)}/merge", **twofold).status_code == 400


def test_two_opposite_merges_at_once_leave_one(app: Flask, world: World, keeper: Member) -> None:
    one, other = world.organization("One"), world.organization("Other")
    members = [world.member(organization=where) for where in (one, other)]
    done: list[str] = []

    def run(source: Organization, target: Organization) -> None:
        with app.app_context():
            viewer = replace(viewer_of_member(keeper.id), passkey_at=clock.now())
            both = [access_kept(viewer, row.id) for row in (source, target)]
            ready.wait(10)
            with suppress(Refused, NotFound):
                merge(viewer, source.id, target.id, version_of_both(*both))
                done.append(source.name)

    ready = threading.Barrier(2)
    threads = [threading.Thread(target=run, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 1
    db.session.rollback()
    left = db.session.scalars(select(Organization.id).where(Organization.id.in_([one.id, other.id]))).all()
    assert len(left) == 1
    assert {now(member).organization_id for member in members} == set(left)


@pytest.mark.parametrize("app", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_merge_does_not_wait_for_somebody_who_posts(world: World, browser: FlaskClient) -> None:
    twice, stays = world.organization("Twice"), world.organization("Stays")
    page = look(browser, twice, stays)
    with db.engine.connect().execution_options(isolation_level="READ COMMITTED") as posting:
        posting.execute(
            select(Organization.id).where(Organization.id == twice.id).with_for_update(key_share=True, read=True)
        )
        answer = do_merge(browser, page)
        assert answer.status_code == 400
        assert "Somebody is posting" in words(answer)
        posting.rollback()
    assert do_merge(browser, answer).status_code == 303
