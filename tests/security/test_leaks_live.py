"""Known leaks of live channels, and the audience of every event against the oracle: who is pointed at what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community import clock, events, ids, live, outbox
from community.db import action, db
from community.models import Member, MemberState, OutboxEvent, Role, SignIn
from community.tlp import Tlp
from tests import oracle, oracle_trust
from tests.factories import World as Factory
from tests.factories import save
from tests.oracle_world import Note
from tests.security.community import PEOPLE, community
from tests.security.keys import number
from tests.security.rows import settle

WORLD = community()
STANDING = replace(
    WORLD, notes=tuple(replace(one, removed=False) for one in WORLD.notes)
)  # had nobody removed anything
Socket = Any
Packets = list[tuple[str, dict[str, Any]]]


@action
def happen(event: events.Event) -> None:
    events.record(event)


def deliver() -> None:
    while outbox.deliver_due():
        pass


def connect(app: Flask, member_id: int) -> Socket:
    """A page of that member, open since now."""
    token, now = f"token of {member_id}", clock.now()
    row = SignIn(id=clock.random_id(), member_id=member_id, began_at=now, passkey_at=now, browser="test")
    row.token_hash, row.expires_at = hashlib.sha256(token.encode()).digest(), now + timedelta(hours=1)
    save(row)
    db.session.expunge_all()
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    with app.app_context():
        return app.extensions["socketio"].test_client(app, flask_test_client=browser)


def received(socket: Socket) -> Packets:
    return [(one["name"], one["args"][0] if one["args"] else {}) for one in socket.get_received()]


@pytest.fixture
def sockets(app: Flask) -> Iterator[dict[str, Socket]]:
    """Everybody of the community who may, with an open page."""
    settle(WORLD, None, whole=True)
    opened: dict[str, Socket] = {}
    for person in PEOPLE:
        socket = connect(app, number(person.key))
        if socket.is_connected():  # asked at once: the watch would close it a moment later
            opened[person.key] = socket
    yield opened
    for one in opened.values():
        if one.is_connected():
            one.disconnect()


def heard(sockets: dict[str, Socket]) -> dict[str, Packets]:
    deliver()
    found = {key: received(one) for key, one in sockets.items()}
    return {key: packets for key, packets in found.items() if packets}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_lk_066_only_who_sees_the_community_may_listen(app: Flask, sockets: dict[str, Socket]) -> None:
    assert set(sockets) == {one.key for one in PEOPLE if oracle.looks(one)}
    assert not app.extensions["socketio"].test_client(app, flask_test_client=app.test_client()).is_connected()


def _readers(note: Note) -> set[str]:
    return {one.key for one in PEOPLE if oracle.sees_post_in_thread(WORLD, one, note)}


def _author(note: Note) -> set[str]:
    return {one.key for one in PEOPLE if one.key == note.author and oracle.looks(one)}


def _of_notes(kind: type[events.Event]) -> Iterator[tuple[events.Event, set[str], str]]:
    for note in WORLD.notes:
        given = {
            "post_id": number(note.key),
            "by_id": number("author"),
            "was": note.tlp,
            "reading_id": 1,
            "kind": "guided",
        }
        needed = {one.name: given[one.name] for one in fields(kind)}
        yield kind(**needed), _concerned(kind, note), note.key


def _concerned(kind: type[events.Event], note: Note) -> set[str]:
    if kind in (events.PostOpenedByModerator, events.AuthorTold):
        return _author(note) & _readers(note)
    if kind in (events.PostRemoved, events.PostRestored):
        return {one.key for one in PEOPLE if oracle.sees_post(STANDING, one, STANDING.note[note.key])}
    return _readers(note)


def _of_members(kind: type[events.Event]) -> Iterator[tuple[events.Event, set[str], str]]:
    silent = {events.SignInEnded, events.ModeratorChanged}
    hidden = WORLD.room["hidden"]
    decide = {one.key for one in PEOPLE if oracle.looks(one) and oracle.moderates_group(WORLD, one, hidden)}
    for person in PEOPLE:
        given: dict[str, Any] = {
            "group_id": number("hidden"),
            "member_id": number(person.key),
            "by_id": 1,
            "sign_in_id": 1,
        }
        given |= {"post_id": number("hidden mixed 2"), "kind": "vouched", "about_id": number(person.key)}
        given |= {"earlier_id": number(f"earlier {person.key}")}
        needed = {one.name: given[one.name] for one in fields(kind)}
        told = {person.key} if oracle.looks(person) and kind not in silent else set()
        if kind is events.JoinAsked:
            told = decide
        if kind is events.MemberRenamed:
            answering = [one for one in PEOPLE if oracle_trust.brought(WORLD, one, person)]
            told = {one.key for one in answering if oracle.looks(one) and person.state != "invited"}
        if kind is events.PostGranted and not oracle.sees_post(WORLD, person, WORLD.note["hidden mixed 2"]):
            told = set()
        yield kind(**needed), told, "hidden mixed 2" if "post_id" in needed else ""


def _of_groups(kind: type[events.Event]) -> Iterator[tuple[events.Event, set[str], str]]:
    for room in WORLD.rooms:
        inside = {one.key for one in PEOPLE if oracle.looks(one) and oracle.place(WORLD, one, room)}
        yield kind(number(room.key)), inside, ""  # type: ignore[call-arg]


def _of_threads(kind: type[events.Event]) -> Iterator[tuple[events.Event, set[str], str]]:
    for note in WORLD.notes:
        if note.opening:
            yield kind(number(note.key)), _readers(note), note.key  # type: ignore[call-arg]


def _of_proposals(_kind: type[events.Event]) -> Iterator[tuple[events.Event, set[str], str]]:
    """By itself it tells no open page; whom it concerns is told by events of their own."""
    yield events.PromotionAnswered(number("no proposal"), number("author")), set(), ""


def cases(kind: type[events.Event]) -> list[tuple[events.Event, set[str], str]]:
    """An event that fits none of these makes the test fail: say who may be told of it."""
    names = {one.name for one in fields(kind)}
    makers: dict[str, Callable[..., Any]] = {
        "member_id": _of_members,
        "post_id": _of_notes,
        "thread_id": _of_threads,
        "group_id": _of_groups,
        "promotion_id": _of_proposals,
    }
    return list(next(makers[name] for name in makers if name in names)(kind))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", sorted(events.KINDS))
def test_lk_067_every_event_reaches_its_audience_and_carries_a_pointer(
    app: Flask, sockets: dict[str, Socket], kind: str
) -> None:
    for event, audience, key in cases(events.KINDS[kind]):
        happen(event)
        found = heard(sockets)
        assert set(found) == audience, (event, key)
        for packets in found.values():
            [(name, pointer)] = packets
            assert name in ("new", "changed", "access")
            assert pointer == ({"post": ids.encode(number(key))} if name != "access" else {})


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_lk_067_an_empty_audience_is_nobody(app: Flask, sockets: dict[str, Socket]) -> None:
    live._send([], "new", {"post": "x"})
    happen(events.PostPublished(clock.random_id()))
    assert heard(sockets) == {}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_label_made_stricter_tells_those_who_lose_it_to_look_again(app: Flask, sockets: dict[str, Socket]) -> None:
    note = WORLD.note["closed AMBER+STRICT"]
    happen(events.PostRelabelled(number(note.key), number("author"), "CLEAR"))
    found = heard(sockets)
    before = {one.key for one in PEOPLE if oracle.reads_group(WORLD, one, WORLD.room["closed"])}
    assert {key for key, packets in found.items() if packets[0][0] == "changed"} == _readers(note)
    assert {key for key, packets in found.items() if packets == [("access", {})]} == before - _readers(note)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_lk_072_who_came_later_hears_nothing_of_before(app: Flask, sockets: dict[str, Socket]) -> None:
    for kind in (events.PostEdited, events.PostWithdrawn):
        happen(kind(number("past old")))
        assert "newcomer" not in heard(sockets)
    happen(events.PostEdited(number("past new")))
    assert "newcomer" in heard(sockets)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_lk_074_a_socket_takes_no_messages_and_joins_one_room(app: Flask, sockets: dict[str, Socket]) -> None:
    socketio = app.extensions["socketio"]
    handlers = {(space, name) for space, named in socketio.server.handlers.items() for name in named}
    assert handlers == {("/", "connect")}
    assert not socketio.server.namespace_handlers
    for key, socket in sockets.items():
        rooms = set(socketio.server.rooms(socketio.server.manager.sid_from_eio_sid(socket.eio_sid, "/")))
        assert {one for one in rooms if one.startswith("member-")} == {live.room_of(number(key))}
    sockets["outsider"].emit("join", {"room": live.room_of(number("author"))})
    happen(events.PostPublished(number("hidden RED")))
    assert "outsider" not in heard(sockets)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("end", ["session", "suspended", "dormant", "expired"])
def test_lk_075_a_socket_ends_with_its_session(app: Flask, sockets: dict[str, Socket], end: str) -> None:
    row = db.session.scalars(select(SignIn).where(SignIn.member_id == number("contributor"), SignIn.browser == "test"))
    ended = row.all()[-1]
    _end(ended, end)
    app.extensions["musubi_sockets"].end_fallen()
    assert not sockets["contributor"].is_connected()
    assert sockets["reader"].is_connected()
    happen(events.PostPublished(number("closed GREEN")))
    assert "contributor" not in heard({key: one for key, one in sockets.items() if one.is_connected()})


@action
def _end(row: SignIn, end: str) -> None:
    held = db.session.get_one(SignIn, row.id)
    if end == "session":
        db.session.delete(held)
    elif end == "expired":
        held.expires_at = clock.now() - timedelta(seconds=1)
    else:
        db.session.get_one(Member, held.member_id).state = MemberState(end)


def test_lk_067_an_event_holds_no_words(world: Factory) -> None:
    author, group = world.member(), world.group()
    world.join(author, group, Role.MODERATOR)
    happen(events.PostPublished(world.thread(group, author, "Kingfisher", Tlp.RED, recipients=[author]).id))
    for payload in db.session.scalars(select(OutboxEvent.payload)):
        assert all(isinstance(value, int) for value in payload.values())
