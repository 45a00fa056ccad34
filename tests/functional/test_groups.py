"""A room is created, becomes stricter and is archived."""

import pytest
from flask import Flask
from sqlalchemy import select

from community import clock
from community.actions import groups
from community.db import db
from community.models import (
    AuditEntry,
    Engagement,
    Follow,
    Group,
    GroupSector,
    JoinRequest,
    Member,
    Membership,
    MemberState,
    OutboxEvent,
    ReadMark,
    Role,
    Visibility,
)
from community.policy import NotAllowed
from community.tlp import Tlp
from community.viewer import viewer_of_member
from tests.browsing import after, send, words
from tests.factories import World, save, url

NEW = {
    "name": "Water 水道",
    "description": "Pumps\nand valves",
    "visibility": "private",
    "sectors": ["water"],
}


RULES = {"name": "Renamed", "description": "", "labels": ["GREEN"], "join_role": "contributor", "anonymous": "off"}


def group_of(name: str) -> Group:
    db.session.rollback()
    group = db.session.scalars(select(Group).where(Group.name == name)).one()
    db.session.expunge(group)
    return group


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.number)))


def tags() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.tag).order_by(AuditEntry.number)))


@pytest.fixture
def miyake(world: World) -> Member:
    return world.member("Miyake", site_moderator=True)


@pytest.fixture
def sato(world: World) -> Member:
    return world.member("Sato Hanako")


@pytest.fixture
def room(world: World, sato: Member) -> Group:
    group = world.group("Old room")
    world.join(sato, group, Role.MODERATOR)
    return group


# --- creating ---


def test_a_site_moderator_creates_a_group_and_names_its_first_moderator(
    world: World, miyake: Member, sato: Member
) -> None:
    browser = world.enter(miyake)
    assert browser.get("/groups/new").status_code == 200
    said = after(browser, send(browser, "/groups/new", **NEW, moderator="hanako"))
    assert "Water 水道" in said
    assert "its first moderator is told" in said
    group = group_of("Water 水道")
    assert (group.visibility, group.join_role, group.labels) == ("private", "reader", [str(label) for label in Tlp])
    assert db.session.get_one(Membership, (group.id, sato.id)).role == Role.MODERATOR
    assert db.session.scalars(select(Membership)).one().member_id == sato.id
    assert db.session.scalars(select(GroupSector.sector_code)).all() == ["water"]
    assert kinds() == ["GroupChanged", "MemberJoined"]
    assert tags() == ["moderator:group:created"]


def test_a_public_group_takes_green_and_clear(world: World, miyake: Member, sato: Member) -> None:
    send(world.enter(miyake), "/groups/new", **NEW | {"visibility": "public"}, moderator="Sato")
    group = group_of("Water 水道")
    assert (group.labels, group.join_role) == (["GREEN", "CLEAR"], "contributor")


def test_a_secret_group_is_closed_to_who_created_it(world: World, miyake: Member, sato: Member) -> None:
    browser = world.enter(miyake)
    answer = send(browser, "/groups/new", **NEW | {"visibility": "secret"}, moderator="Sato")
    assert answer.location == "/moderation"
    assert "Water" not in after(browser, answer)
    group = group_of("Water 水道")
    assert browser.get(url("groups", group)).status_code == 404
    assert world.enter(sato).get(url("groups", group)).status_code == 200


def test_only_site_moderators_create_groups(world: World, sato: Member) -> None:
    again = world.member("Again", site_moderator=True, state=MemberState.REVOUCHING)
    for member in (sato, again):
        browser = world.enter(member)
        assert browser.get("/groups/new").status_code == 403
        assert send(browser, "/groups/new", **NEW, moderator="Sato").status_code == 403
    assert db.session.scalars(select(Group)).all() == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "  "}, "give the group a name"),
        ({"name": "x" * 121}, "longer than 120"),
        ({"name": "a\x00b"}, "cannot be seen"),
        ({"description": "a\x00b"}, "cannot be seen"),
        ({"description": "x" * 2001}, "longer than 2000"),
        ({"visibility": "open"}, "Not a valid choice"),
        ({"visibility": ""}, "Please choose"),
        ({"sectors": ["magic"]}, "not a valid choice"),
        ({"moderator": ""}, "name the first moderator"),
        ({"moderator": "Nobody\x00"}, "was found"),
        ({"moderator": "%"}, "Nobody of this name"),
        ({"moderator": "Kontraktor"}, "Moderators are staff"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    world: World, miyake: Member, sato: Member, change: dict, complaint: str
) -> None:
    world.member("Kontraktor", engagement=Engagement.CONTRACTOR)
    sent = NEW | {"description": "A long thought", "moderator": "Sato"} | change
    answer = send(world.enter(miyake), "/groups/new", **sent)
    assert answer.status_code == 400
    assert complaint in words(answer)
    if "description" not in change:
        assert "A long thought" in answer.get_data(as_text=True)
    assert kinds() == []


def test_of_several_people_one_is_chosen(world: World, miyake: Member, sato: Member) -> None:
    other = world.member("Sato Jiro")
    browser = world.enter(miyake)
    answer = send(browser, "/groups/new", **NEW, moderator="Sato")
    assert answer.status_code == 400
    assert "Several people fit" in words(answer)
    chosen = url("", other).strip("/")
    assert send(browser, "/groups/new", **NEW, moderator="Sato", chosen=chosen).status_code == 303
    assert db.session.scalars(select(Membership.member_id)).all() == [other.id]


@pytest.mark.parametrize("state", [MemberState.PENDING, MemberState.SUSPENDED, MemberState.LEFT, MemberState.INVITED])
def test_who_is_not_listed_cannot_be_named(world: World, miyake: Member, state: MemberState) -> None:
    world.member("Gone", state=state)
    answer = send(world.enter(miyake), "/groups/new", **NEW, moderator="Gone")
    assert "Nobody of this name" in words(answer)


# --- stricter ---


def test_a_group_becomes_stricter_and_never_wider(world: World, sato: Member) -> None:
    group = world.group("Lobby", Visibility.PUBLIC)
    world.join(sato, group, Role.MODERATOR)
    stranger = world.enter(world.member())
    browser, path = world.enter(sato), f"{url('groups', group)}/narrow"
    assert browser.get(path).status_code == 200
    assert "only become stricter" in after(browser, send(browser, path, visibility="public"))
    assert "stricter now" in after(browser, send(browser, path, visibility="private"))
    assert "only become stricter" in after(browser, send(browser, path, visibility="public"))
    assert (group_of("Lobby").visibility, group_of("Lobby").labels) == ("private", ["GREEN", "CLEAR"])
    assert stranger.get(url("groups", group)).status_code == 200
    assert "stricter now" in after(browser, send(browser, path, visibility="secret"))
    assert "no longer possible" in after(browser, send(browser, path, visibility="private"))
    assert group_of("Lobby").visibility == "secret"
    assert stranger.get(url("groups", group)).status_code == 404


def test_who_read_along_leaves_no_trace_and_loses_sight(world: World, sato: Member) -> None:
    group = world.group("Lobby", Visibility.PUBLIC)
    world.join(sato, group, Role.MODERATOR)
    stranger = world.member()
    opening = world.thread(group, sato)
    for member in (sato, stranger):
        save(
            Follow(member_id=member.id, thread_id=opening.id),
            ReadMark(member_id=member.id, thread_id=opening.id, read_to=clock.now()),
        )
    browser = world.enter(stranger)
    assert browser.get(url("threads", opening)).status_code == 200
    send(world.enter(sato), f"{url('groups', group)}/narrow", visibility="private")
    assert browser.get(url("threads", opening)).status_code == 404
    for model in (Follow, ReadMark):
        assert db.session.scalars(select(model.member_id)).all() == [sato.id]


def test_open_requests_are_dropped_when_a_group_becomes_secret(world: World, room: Group, sato: Member) -> None:
    asker = world.member()
    save(JoinRequest(group_id=room.id, member_id=asker.id, reason="please"))
    browser = world.enter(asker)
    send(world.enter(sato), f"{url('groups', room)}/narrow", visibility="secret")
    assert db.session.scalars(select(JoinRequest)).all() == []
    assert browser.get(f"{url('groups', room)}/ask").status_code == 404
    assert kinds() == ["GroupChanged"]


# --- archive ---


def test_an_archived_group_is_read_and_not_written_in(world: World, room: Group, sato: Member) -> None:
    writer = world.member()
    world.join(writer, room)
    opening = world.thread(room, sato, "Last words")
    browser, path = world.enter(sato), url("groups", room)
    assert "can be read" in after(browser, send(browser, f"{path}/archive"))
    assert "no longer possible" in after(browser, send(browser, f"{path}/archive"))
    reader = world.enter(writer)
    assert reader.get(url("threads", opening)).status_code == 200
    assert "New post" not in words(reader.get(path)).split("Last words")[0].split("Only its members")[-1]
    late = send(browser, f"{path}/settings", **RULES | {"description": "Written before it was archived"})
    assert "no longer possible" in words(late)
    assert "Written before it was archived" in words(late)
    assert "no longer possible" in after(browser, send(browser, f"{path}/narrow", visibility="secret"))
    assert send(browser, f"{url('threads', opening)}/lock").status_code == 403
    assert world.enter(world.member()).get(f"{path}/ask").status_code == 403
    assert "open again" in after(browser, send(browser, f"{path}/unarchive"))
    assert group_of("Old room").archived_at is None
    assert tags() == ["moderator:group:archived", "moderator:group:unarchived"]
    assert kinds() == ["GroupChanged"] * 2


# --- who may not ---

ACTS = ("settings", "narrow", "people", "invite")
POSTS = ("settings", "narrow", "invite", "archive", "unarchive")


def personas(world: World, group: Group) -> dict[str, tuple[Member, int]]:
    """Everybody who does not moderate the group, and what they are told: 403 who knows of it, else 404."""
    elsewhere = world.group()
    known = 404 if group.visibility == Visibility.SECRET else 403
    people = {
        "outsider": (world.member(), known),
        "reader": (world.member(), 403),
        "contributor": (world.member(), 403),
        "moderator elsewhere": (world.member(), known),
        "site moderator": (world.member(site_moderator=True), known),
        "moderator in re-vouching": (world.member(state=MemberState.REVOUCHING), 403),
        "moderator without agreement": (world.member(engagement=Engagement.CONTRACTOR), 403),
    }
    world.join(people["reader"][0], group, Role.READER)
    world.join(people["contributor"][0], group, Role.CONTRIBUTOR)
    world.join(people["moderator elsewhere"][0], elsewhere, Role.MODERATOR)
    world.join(people["moderator in re-vouching"][0], group, Role.MODERATOR)
    world.join(people["moderator without agreement"][0], group, Role.MODERATOR)
    return people


@pytest.mark.parametrize("visibility", Visibility)
def test_nobody_else_administers_a_group(world: World, visibility: Visibility) -> None:
    group = world.group("Old room", visibility)
    for name, (member, refusal) in personas(world, group).items():
        browser = world.enter(member)
        seen = [browser.get(f"{url('groups', group)}/{act}").status_code for act in ACTS]
        sent = [send(browser, f"{url('groups', group)}/{act}", **RULES, visibility="secret") for act in POSTS]
        assert {*seen, *(answer.status_code for answer in sent)} == {refusal}, name
    assert (group_of("Old room").visibility, kinds()) == (visibility, [])


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT])
def test_a_suspended_moderator_is_a_guest(world: World, state: MemberState) -> None:
    group = world.group("Old room")
    member = world.member(state=state)
    world.join(member, group, Role.MODERATOR)
    answer = world.enter(member).get(f"{url('groups', group)}/settings")
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in")


def test_a_hidden_group_answers_like_a_missing_one(app: Flask, world: World) -> None:
    hidden, missing = world.group("Hidden", Visibility.SECRET), Group(id=clock.random_id())
    browser = world.enter(world.member())
    for act in ("", "settings", "narrow", "people", "invite", "members", "ask", "leave"):
        answers = [browser.get(f"{url('groups', group)}/{act}".rstrip("/")) for group in (hidden, missing)]
        assert [answer.status_code for answer in answers] == [404, 404], act
        assert answers[0].data == answers[1].data
    for act in ("join", "ask", "leave", "archive", "invite", "settings", "ask/withdraw"):
        answers = [send(browser, f"{url('groups', group)}/{act}") for group in (hidden, missing)]
        assert [answer.status_code for answer in answers] == [404, 404], act
        assert answers[0].data == answers[1].data


# --- the actions ask for themselves, whoever calls them ---


def test_an_action_creates_nothing_for_others(world: World, sato: Member) -> None:
    draft = groups.NewGroup("Water", "", Visibility.PRIVATE, (), sato.id)
    with pytest.raises(NotAllowed):
        groups.create_group(viewer_of_member(sato.id), draft)
    assert kinds() == []
