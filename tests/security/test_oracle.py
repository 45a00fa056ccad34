"""The oracle itself against cases worked out by hand from sections 3, 4 and 5.5 of the domain.

One community, laid out so that every line of the rules decides somebody's case.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests import oracle, oracle_trust
from tests.oracle_world import (
    STRICTEST_FIRST,
    Ask,
    Invite,
    Label,
    Note,
    Opened,
    Org,
    Person,
    Place,
    Room,
    State,
    Thread,
    World,
)
from tests.worlds import viewers, without_hidden, worlds

pytestmark = pytest.mark.timeout(400)  # a minute at most on an idle machine

PEOPLE = (
    Person("staff", "o"),
    Person("bound", "o", engagement="contractor", nda_signed=True),
    Person("unbound", "o", engagement="contractor"),
    Person("outsider", "o"),
    Person("chief", "o", site_moderator=True),
    Person("again", "o", state="revouching"),
    Person("asleep", "o", state="dormant"),
    Person("barred", "o", state="suspended"),
    Person("gone", "o", state="left"),
    Person("new", "o", state="pending", sponsor="staff"),
    Person("asked", "o", state="invited", sponsor="staff"),
)
INSIDE = ("staff", "bound", "unbound", "again", "asleep", "barred")
ROOMS = (
    Room("open", "public"),
    Room("closed", "private"),
    Room("dark", "secret"),
    Room("short", "private", hides_history=True),
)


def community(*notes: Note, places: tuple[Place, ...] = (), **more: object) -> World:
    everywhere = tuple(Place(person, room.key, since=10) for room in ROOMS for person in INSIDE)
    used = {one.thread for one in notes}
    threads = tuple(one for room in ROOMS if (one := Thread(f"t-{room.key}", room.key)).key in used)
    return replace(World(100, (Org("o"),), PEOPLE, ROOMS, places or everywhere, threads, notes), **more)  # type: ignore[arg-type]


def opening(room: str, tlp: Label = "CLEAR", author: str = "staff", **more: object) -> Note:
    return replace(Note("first", f"t-{room}", author, 51, opening=True, tlp=tlp), **more)  # type: ignore[arg-type]


def reply(room: str, tlp: Label = "CLEAR", author: str = "staff", **more: object) -> Note:
    return replace(Note("second", f"t-{room}", author, 61, tlp=tlp), **more)  # type: ignore[arg-type]


def readers(world: World, key: str = "first") -> set[str]:
    note = world.note[key]
    return {one.key for one in world.people if oracle.sees_post_in_thread(world, one, note)}


@pytest.mark.parametrize(
    ("room", "knowing"),
    [
        ("open", {"staff", "bound", "unbound", "outsider", "chief", "again"}),
        ("closed", {"staff", "bound", "unbound", "outsider", "chief", "again"}),
        ("dark", {"staff", "bound", "unbound", "again"}),
    ],
)
def test_who_learns_that_a_group_exists(room: str, knowing: set[str]) -> None:
    world = community()
    assert {one.key for one in PEOPLE if oracle.sees_group_exists(world, one, world.room[room])} == knowing


def test_the_invited_know_of_a_secret_group_and_read_nothing() -> None:
    world = community(opening("dark"), invites=(Invite("i", "dark", "outsider", "staff"),))
    guest = world.person["outsider"]
    assert oracle.sees_group_exists(world, guest, world.room["dark"])
    assert not oracle.sees_member_list(world, guest, world.room["dark"])
    assert "outsider" not in readers(world)


@pytest.mark.parametrize(
    ("room", "tlp", "expected"),
    [
        ("open", "CLEAR", {"staff", "bound", "unbound", "outsider", "chief", "again"}),
        ("open", "GREEN", {"staff", "bound", "outsider", "chief", "again"}),
        ("closed", "CLEAR", {"staff", "bound", "unbound", "again"}),
        ("closed", "GREEN", {"staff", "bound", "again"}),
        ("closed", "AMBER", {"staff", "bound", "again"}),
        ("closed", "AMBER+STRICT", {"staff", "again"}),
        ("dark", "AMBER+STRICT", {"staff", "again"}),
    ],
)
def test_the_label_decides_among_those_who_read_the_group(room: str, tlp: Label, expected: set[str]) -> None:
    assert readers(community(opening(room, tlp))) == expected


def test_red_is_for_the_author_and_the_named_who_can_still_read_the_group() -> None:
    red = opening("closed", "RED", recipients=frozenset({"unbound", "outsider", "asleep", "barred"}))
    world = community(red)
    assert readers(world) == {"staff", "unbound"}
    assert oracle.audience(world, red) == {"staff", "unbound"}
    assert oracle.listed_audience(world, red) == {"staff", "unbound", "asleep"}


def test_an_author_reads_their_own_post_only_as_everybody_does() -> None:
    assert "unbound" not in readers(community(opening("closed", "GREEN", author="unbound")))
    assert "outsider" not in readers(community(opening("closed", "RED", author="outsider")))


def test_hidden_history_begins_anew_with_each_membership() -> None:
    places = (
        Place("staff", "short", since=10, ended=40),
        Place("staff", "short", since=60),
        Place("bound", "short", since=50),
        Place("outsider", "short", since=51),
    )
    early = opening("short", "RED", author="staff", recipients=frozenset({"bound", "outsider"}))
    assert readers(community(early, places=places)) == {"bound"}


def test_history_is_never_hidden_in_a_public_group() -> None:
    room = replace(ROOMS[0], hides_history=True)
    assert "outsider" in readers(community(opening("open"), rooms=(room, *ROOMS[1:])))


def test_a_reply_is_never_wider_than_the_opening_post() -> None:
    world = community(opening("closed", "AMBER+STRICT"), reply("closed", "CLEAR"))
    assert readers(world, "second") == {"staff", "again"}


def test_a_post_is_never_wider_than_what_it_quotes() -> None:
    quoting = replace(reply("closed", quotes=frozenset({"first"})), thread="t-closed-2", opening=True)
    strict = opening("closed", "AMBER+STRICT")
    world = community(strict, quoting, threads=(Thread("t-closed", "closed"), Thread("t-closed-2", "closed")))
    assert readers(world, "second") == {"staff", "again"}


def test_a_grant_opens_one_post_and_nothing_around_it() -> None:
    first, second = opening("closed", "AMBER"), reply("closed", "RED", grants=frozenset({"outsider", "unbound"}))
    world = community(first, second)
    for key in ("outsider", "unbound"):
        person = world.person[key]
        assert oracle.sees_post_alone(world, person, second)
        assert not oracle.sees_post_in_thread(world, person, second)
        assert not oracle.sees_post(world, person, first)
        assert not oracle.sees_thread(world, person, world.thread["t-closed"])
        assert not oracle.sees_title(world, person, world.thread["t-closed"])
    assert not oracle.sees_member_list(world, world.person["outsider"], world.room["closed"])


def test_a_granted_opening_post_shows_its_title_and_no_replies() -> None:
    world = community(opening("closed", grants=frozenset({"outsider"})), reply("closed"))
    person = world.person["outsider"]
    assert oracle.sees_title(world, person, world.thread["t-closed"])
    assert not oracle.sees_post(world, person, world.note["second"])
    assert oracle.posts_in(world, person, world.thread["t-closed"]) == frozenset()


def test_in_a_secret_group_a_grant_ends_with_the_membership() -> None:
    granted = opening("dark", "RED", grants=frozenset({"bound", "outsider"}))
    world = community(granted)
    assert oracle.sees_post(world, world.person["bound"], granted)
    assert not oracle.sees_post(world, world.person["outsider"], granted)


@pytest.mark.parametrize("state", ["dormant", "suspended", "left", "pending", "invited"])
def test_nobody_but_the_active_sees_anything(state: State) -> None:
    note = opening("open", "CLEAR", grants=frozenset({"staff"}), recipients=frozenset({"staff"}))
    world = community(note, invites=(Invite("i", "dark", "staff", "chief"),), asks=(Ask("a", "closed", "staff"),))
    person = replace(world.person["staff"], state=state)
    assert not oracle.sees_post(world, person, note)
    assert not any(oracle.sees_group_exists(world, person, room) for room in ROOMS)
    assert not oracle.sees_invite(world, person, world.invites[0])
    assert not oracle.sees_ask(world, person, world.asks[0])
    assert oracle.labels_offered(world, person, world.room["closed"]) == ()


def test_lists_hold_the_dormant_and_nobody_who_is_out_or_not_yet_in() -> None:
    world = community()
    listed = oracle.members_listed(world, world.person["staff"], world.room["dark"])
    assert listed == {"staff", "bound", "unbound", "again", "asleep"}
    assert oracle.members_listed(world, world.person["outsider"], world.room["open"]) == listed
    assert oracle.members_listed(world, world.person["outsider"], world.room["closed"]) == frozenset()


def test_who_is_not_in_yet_is_seen_by_sponsor_and_site_moderators() -> None:
    world = community()
    seeing = {one.key for one in PEOPLE if oracle_trust.sees_person(world, one, world.person["new"])}
    assert seeing == {"staff", "chief", "new"}


def test_a_withdrawn_post_keeps_its_place_and_loses_every_word() -> None:
    world = community(opening("closed", withdrawn=True), reply("closed"))
    person = world.person["staff"]
    assert oracle.posts_in(world, person, world.thread["t-closed"]) == {"first", "second"}
    assert not oracle.sees_words(world, person, world.note["first"])
    assert not oracle.sees_title(world, person, world.thread["t-closed"])


def test_counts_are_made_of_what_one_may_read() -> None:
    world = community(opening("closed", "GREEN"), reply("closed", "AMBER+STRICT"))
    thread = world.thread["t-closed"]
    counted = {one.key: oracle.replies_counted(world, one, thread) for one in PEOPLE}
    assert counted["staff"] == counted["again"] == 1
    assert sum(counted.values()) == 2
    assert oracle.threads_in(world, world.person["bound"], world.room["closed"]) == {"t-closed"}
    assert oracle.threads_in(world, world.person["unbound"], world.room["closed"]) == frozenset()
    assert oracle.unread(world, world.person["again"], {"t-closed": 55}) == {"second"}
    assert oracle.unread(world, world.person["staff"], {}) == frozenset()


def test_labels_offered() -> None:
    world = community()
    offered = {key: oracle.labels_offered(world, world.person[key], world.room["closed"]) for key in world.person}
    assert offered["staff"] == STRICTEST_FIRST
    assert offered["bound"] == ("RED", "AMBER", "GREEN", "CLEAR")
    assert offered["unbound"] == ("RED", "CLEAR")
    assert offered["again"] == offered["outsider"] == offered["asleep"] == ()
    assert oracle.labels_offered(world, world.person["staff"], world.room["open"]) == ("GREEN", "CLEAR")
    assert oracle.labels_offered(world, world.person["outsider"], world.room["open"]) == ()
    assert oracle.labels_offered(world, world.person["staff"], replace(ROOMS[1], archived=True)) == ()
    reading = community(places=(Place("staff", "closed", "reader"), Place("again", "closed", "moderator")))
    assert oracle.labels_offered(reading, world.person["staff"], world.room["closed"]) == ()
    assert oracle.labels_offered(reading, world.person["again"], world.room["closed"]) == ()


def test_reply_labels() -> None:
    amber = community(opening("closed", "AMBER"))
    thread = amber.thread["t-closed"]
    assert oracle.reply_labels(amber, amber.person["staff"], thread) == ("RED", "AMBER+STRICT", "AMBER")
    assert oracle.reply_labels(amber, amber.person["staff"], replace(thread, locked=True)) == ()
    assert oracle.reply_labels(amber, amber.person["outsider"], thread) == ()
    red = community(opening("closed", "RED", recipients=frozenset({"bound"})))
    assert oracle.reply_labels(red, red.person["bound"], thread) == ("RED",)
    assert oracle.reply_labels(red, red.person["unbound"], thread) == ()


def test_an_ex_member_can_do_nothing_to_their_own_post() -> None:
    note = opening("closed")
    world = community(note)
    assert oracle.may_edit(world, world.person["staff"], note)
    assert not oracle.may_edit(replace(world, places=()), world.person["staff"], note)
    assert not oracle.may_grant(replace(world, places=()), world.person["staff"], note, world.person["outsider"])


def test_moderators_act_on_what_they_may_read() -> None:
    chairs = tuple(Place(key, "closed", "moderator") for key in ("bound", "unbound", "again", "barred"))
    places = (*chairs, Place("staff", "closed"))
    world = community(opening("closed", "GREEN"), reply("closed", "AMBER+STRICT"), places=places)
    assert {one.key for one in PEOPLE if oracle.moderates_group(world, one, world.room["closed"])} == {"bound"}
    assert {one.key for one in PEOPLE if oracle.may_moderate(world, one, world.note["first"])} == {"bound"}
    assert not any(oracle.may_moderate(world, one, world.note["second"]) for one in PEOPLE)


def test_opening_as_moderator_is_an_act_and_no_right_to_read() -> None:
    world = community(opening("dark", author="staff"), opened=(Opened("s", "first", "chief"),))
    assert {one.key for one in PEOPLE if oracle.may_open_as_moderator(one)} == {"chief"}
    assert not oracle.may_open_as_moderator(replace(world.person["chief"], state="suspended"))
    assert "chief" not in oracle.listed_audience(world, world.note["first"])
    assert {one.key for one in PEOPLE if oracle.sees_opened(world, one, world.opened[0])} == {"staff"}


def test_red_recipients_are_chosen_from_those_who_read_the_group() -> None:
    world = community()
    named = oracle.may_be_named(world, world.room["closed"])
    assert named == {"staff", "bound", "unbound", "again", "asleep"}


@settings(max_examples=100, database=None, deadline=None)
@given(worlds().flatmap(lambda world: viewers(world).map(lambda viewer: (world, viewer))))
def test_taking_the_hidden_away_changes_nothing_that_is_seen(drawn: tuple[World, Person | None]) -> None:
    world, viewer = drawn
    less = without_hidden(world, viewer)
    if viewer is None or not oracle.looks(viewer):
        assert (less.rooms, less.notes, less.places) == ((), (), ())
        return
    # A secret room that nobody knows stands around what a site moderator knows only to be there.
    rooms = [one for one in less.rooms if oracle.sees_group_exists(less, viewer, one)]
    seen = [one.key for one in world.rooms if oracle.sees_group_exists(world, viewer, one)]
    assert seen == [one.key for one in rooms]
    for question in (oracle.sees_post, oracle.sees_post_in_thread, oracle.sees_words, oracle.may_edit):
        before = {one.key for one in world.notes if question(world, viewer, one)}
        assert before == {one.key for one in less.notes if question(less, viewer, one)}, question.__name__
    for room in rooms:
        for list_ in (oracle.threads_in, oracle.members_listed):
            assert list_(world, viewer, room) == list_(less, viewer, room), list_.__name__
        assert oracle.labels_offered(world, viewer, room) == oracle.labels_offered(less, viewer, room)
