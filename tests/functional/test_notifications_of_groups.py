"""Invitations, requests, roles: who is told, and that nothing is left of what is over."""

import pytest
from sqlalchemy import select, update

from community import ids
from community.db import action, db
from community.models import (
    Group,
    JoinRequest,
    OutboxEvent,
    Role,
    Visibility,
)
from tests.browsing import send, words
from tests.factories import World, url
from tests.notified import Person, Room, furnish
from tests.paperwork import now


@pytest.fixture
def room(world: World) -> Room:
    return furnish(world)


@pytest.mark.parametrize("end", ["accept", "decline", "uninvite"])
def test_an_invitation_is_told_leads_to_its_page_and_goes_with_it(world: World, room: Room, end: str) -> None:
    guest, group = Person(world, "Guest"), url("groups", room.group)

    def invite() -> str:
        assert send(room.ai.browser, f"{group}/invite", member=guest.key, role="reader").status_code == 303
        [item] = guest.items()
        assert (item.words, item.new, guest.count()) == ("You are invited into a group", True, 1)
        return item.href

    href = invite()
    assert "Pumps" in words(guest.browser.get(href))
    if end == "uninvite":
        assert send(room.ai.browser, f"{group}/people/{guest.key}/uninvite").status_code == 303
    else:
        assert send(guest.browser, f"{href}/{end}").status_code == 303
    assert (guest.told(), guest.count()) == ([], 0)
    if end == "accept":
        return
    first = outbox_numbers()
    assert invite() != href
    replay(first)
    assert guest.count() == 1, "what ended the first invitation says nothing of the second"


def outbox_numbers() -> list[int]:
    numbers = list(db.session.scalars(select(OutboxEvent.number).where(OutboxEvent.kind == "InvitationClosed")))
    db.session.rollback()
    return numbers


@action
def replay(numbers: list[int]) -> None:
    db.session.execute(update(OutboxEvent).where(OutboxEvent.number.in_(numbers)).values(done_at=None))


def ask(room: Room, asker: Person) -> str:
    """Somebody asks to join; returns where that is answered."""
    assert send(asker.browser, f"{url('groups', room.group)}/ask", reason="The same pumps").status_code == 303
    number = now(JoinRequest, select(JoinRequest.id)).id
    return f"{url('groups', room.group)}/requests/{ids.encode(number)}"


def test_moderators_are_told_who_asks_and_the_asker_of_the_answer(world: World, room: Room) -> None:
    for answer, said in (("refuse", "Your request to join was declined"), ("admit", "You are now a member of a group")):
        asker = Person(world, answer)
        path = ask(room, asker)
        assert room.ai.told()[0] == "Somebody asks to join your group"
        assert room.ai.items()[0].href == f"{url('groups', room.group)}/people"
        assert room.ben.told() == []
        send(room.ai.browser, f"{path}/{answer}")
        assert asker.told() == [said]


def test_who_joins_or_leaves_by_themselves_is_not_told_of_it(world: World, room: Room) -> None:
    public, newcomer = world.group("Lobby", Visibility.PUBLIC), Person(world, "Newcomer")
    world.join(room.ai.member, public, Role.MODERATOR)
    send(newcomer.browser, f"{url('groups', public)}/join")
    send(newcomer.browser, f"{url('groups', public)}/leave")
    assert newcomer.told() == []


def test_a_change_of_role_and_a_removal_are_told(room: Room) -> None:
    person = f"{url('groups', room.group)}/people/{room.ben.key}"
    assert send(room.ai.browser, person, role="reader").status_code == 303
    assert room.ben.told() == ["Your role in a group has changed"]
    assert send(room.ai.browser, f"{person}/remove").status_code == 303
    assert room.ben.told() == ["You are no longer a member of a group", "Your role in a group has changed"]


def test_of_a_secret_group_nothing_is_left_for_who_was_taken_out(world: World, room: Room) -> None:
    make_secret(room.group)
    room.follow(room.ben)
    room.reply(room.ai)
    assert room.ben.count() == 1
    assert send(room.ai.browser, f"{url('groups', room.group)}/people/{room.ben.key}/remove").status_code == 303
    assert (room.ben.items(), room.ben.count()) == ([], 0)


@action
def make_secret(group: Group) -> None:
    db.session.get_one(Group, group.id).visibility = Visibility.SECRET
