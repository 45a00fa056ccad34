"""What goes on while a page is open: events about the things of a world, told to the listeners, and what its viewer's
socket hears of them. The listeners also write notifications, which the pages that are asked next show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from operator import itemgetter
from typing import Any

from flask.testing import FlaskClient

from community import clock, events, outbox
from community.db import action
from tests import oracle, oracle_trust
from tests.oracle_world import Note, Person, World
from tests.security.keys import moment, number

Frames = list[tuple[str, Any]]
SOMEBODY = 1  # who admits, refuses or removes: an event only asks whether it was the member themselves


def events_of(world: World, viewer: Person | None) -> Iterator[events.Event]:
    """Everything that may happen to the things of this world.

    The same thing makes the same events in every world in which it stands. What was done to the viewer stays theirs
    to know, also where they were put out of a group that they may know no longer: it is not told here.
    """
    for note in world.notes:
        yield from _of_note(world, note, viewer)
    for thread in world.openings.values():
        yield events.ThreadChanged(number(thread.key))
    for room in world.rooms:
        yield events.GroupChanged(number(room.key))
    for person in world.people:
        yield events.AccessChanged(number(person.key))
        yield events.SignInEnded(number(person.key), number("sign-in " + person.key))
    yield from _between(world, viewer)
    yield from _of_trust(world)


def _of_trust(world: World) -> Iterator[events.Event]:
    """What somebody is told about somebody."""
    told = [(one.person, "vouched", one.voucher) for one in world.vouches if not one.void]
    told += [(one.asked, "vouch_asked", one.person) for one in world.pleas]
    keepers = [one.key for one in world.people if oracle_trust.keeps_trust(one)]
    waiting = [one.key for one in world.people if one.state == "pending"]
    told += [(keeper, "newcomer", key) for keeper in keepers for key in waiting]
    told += [(keeper, "proposed", one.person) for keeper in keepers for one in world.proposals]
    told += [(keeper, "leaver_reported", one.person) for keeper in keepers for one in world.reports]
    asking = [one.by for one in world.speeches if world.matter[one.matter].kind == "unsealing"]
    told += [(keeper, "unsealing", by) for keeper in keepers for by in asking if by in world.person]
    for one in world.people:
        yield events.MemberRenamed(number(one.key), number(f"earlier {one.key}"))
    for member, kind, about in told:
        yield events.MemberTold(number(member), kind, number(about))


def _of_note(world: World, note: Note, viewer: Person | None) -> Iterator[events.Event]:
    key = number(note.key)
    yield from (events.PostPublished(key), events.PostEdited(key), events.PostWithdrawn(key))
    yield events.PostRelabelled(key, 0 if note.copied else number(note.author), note.tlp)
    if viewer and oracle.sees_post_in_thread(world, viewer, note):
        yield from (events.PostRemoved(key), events.PostRestored(key))
    yield from (events.AuthorTold(key, kind) for kind in ("post_guided", "post_removed", "appeal_decided"))
    for granted in sorted(note.grants):
        yield events.PostGranted(key, number(granted))
        if oracle.sees_post(world, world.person[granted], note):
            yield events.GrantTakenBack(key, number(granted))
    for one in world.opened:
        if one.note == note.key:
            yield events.PostOpenedByModerator(key, number(one.key))


def _between(world: World, viewer: Person | None) -> Iterator[events.Event]:
    """Of one group and one member."""
    for place in world.places:
        pair = number(place.room), number(place.person)
        if place.ended is None:
            yield from (events.MemberJoined(*pair, SOMEBODY), events.RoleChanged(*pair))
        elif not viewer or place.person != viewer.key:
            yield events.MemberRemoved(*pair, SOMEBODY)
    for invite in world.invites:
        pair = number(invite.room), number(invite.person)
        yield from (events.MemberInvited(*pair), events.InvitationClosed(*pair))
    for ask in world.asks:
        pair = number(ask.room), number(ask.person)
        yield from (events.JoinAsked(*pair), events.JoinRefused(*pair))


def some_events(world: World, viewer: Person | None, salt: str, most: int | None) -> list[events.Event]:
    """At most ``most`` of them, one of every kind before a second, others for every salt."""
    mixed = sorted(events_of(world, viewer), key=lambda one: number(salt + repr(one)))
    met: Counter[type[events.Event]] = Counter()
    turns = []
    for one in mixed:
        turns.append((met[type(one)], one))
        met[type(one)] += 1
    return [one for _turn, one in sorted(turns, key=itemgetter(0))][:most]


def hear(client: FlaskClient, world: World, happening: list[events.Event]) -> Frames | None:
    """What an open page of this browser's owner receives while these things happen; None where no socket is opened."""
    app: Any = client.application
    with clock.fixed(moment(world.now), "socket"), app.app_context():
        socket = app.extensions["socketio"].test_client(app, flask_test_client=client)
    connected = socket.is_connected()
    for event in happening:
        _tell(world, event)
    heard = [(frame["name"], frame["args"]) for frame in socket.get_received()] if connected else None
    if socket.is_connected():
        socket.disconnect()
    return heard


def _tell(world: World, event: events.Event) -> None:
    """Every event has a moment of its own: notifications are ordered by it, and after it by chance."""
    key = number(repr(event))
    with clock.fixed(moment(world.now) - timedelta(microseconds=key % 10**9), repr(event)):
        _reach(event, key)


@action
def _reach(event: events.Event, key: int) -> None:
    """Straight to the listeners: the way through the outbox costs three transactions more, and has tests of its own."""
    for listener in outbox._listeners[type(event).__name__]:
        listener(event, key)
