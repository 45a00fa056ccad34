"""The reading rule, forwards and backwards, against the oracle: one statement each, over many drawn worlds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Select
from sqlalchemy.orm import aliased

from community import visibility
from community.db import read
from community.models import LISTED, Group, Member, Post
from community.viewer import Viewer, viewer_of_member
from tests import oracle
from tests.oracle_world import Note, Person, Room, World
from tests.security.keys import number
from tests.security.rows import settle
from tests.worlds import worlds
from tests.worlds_smaller import smallest

pytestmark = pytest.mark.timeout(400)  # a minute at most on an idle machine

_Said, _Counted = aliased(Post), aliased(Post)
_counted = visibility.visible_beside(_Counted, _Counted.id).where(_Counted.id == _Said.id).exists()


# Built once, and asked as pages ask.
_FORWARDS = {
    "in thread": visibility.visible_posts(Post.id),
    "opening": visibility.visible_openings(Post.id),
    "beside": visibility.visible_openings(_Said.id).join(_Said, _counted),
    "at all": visibility.visible_alone(Post.id),
    "groups": visibility.visible_groups(Group.id),
}
_MEMBERS = visibility.members_of_group(Member.id)
_AUDIENCE, _LISTED = visibility.audience(Member.id), visibility.audience(Member.id, states=LISTED)


def _found(statement: Select[Any], binds: dict[str, Any]) -> set[int]:
    return set(read(statement, binds).scalars())


def _forwards(viewer: Viewer) -> dict[str, set[int]]:
    return {name: _found(statement, viewer.binds) for name, statement in _FORWARDS.items()}


def _expected(world: World, person: Person) -> dict[str, set[int]]:
    in_thread = {one for one in world.notes if oracle.sees_post_in_thread(world, person, one)}
    return {
        "in thread": {number(one.key) for one in in_thread},
        "opening": {number(one.key) for one in in_thread if one.opening},
        "beside": {number(one.key) for one in in_thread},
        "at all": {number(one.key) for one in world.notes if oracle.sees_post(world, person, one)},
        "groups": {number(one.key) for one in world.rooms if _known(world, person, one)},
    }


def _known(world: World, person: Person, room: Room) -> bool:
    """An invitation into a secret group is shown by itself, not by the rule for groups."""
    hidden = room.visibility == "secret" and oracle.place(world, person, room) is None
    return oracle.sees_group_exists(world, person, room) and not hidden


def _disagreements(world: World) -> list[str]:
    settle(world, None, whole=True)
    found = [f"{person.key}: {line}" for person in world.people for line in _of_person(world, person)]
    return found + [f"{note.key}: {line}" for note in world.notes for line in _of_note(world, note)]


def _of_person(world: World, person: Person) -> Iterator[str]:
    viewer = viewer_of_member(number(person.key))
    binds = viewer.binds
    expected = _expected(world, person)
    for name, found in _forwards(viewer).items():
        if found != expected[name]:
            yield f"{name}: {_differ(world, found, expected[name])}"
    for room in world.rooms:
        listed = _found(_MEMBERS, binds | {"group_id": number(room.key)})
        wanted = {number(key) for key in oracle.members_listed(world, person, room)}
        if listed != wanted:
            yield f"members of {room.key}: {_differ(world, listed, wanted)}"


def _of_note(world: World, note: Note) -> Iterator[str]:
    binds = {"post_id": number(note.key)}
    reading = {number(one.key) for one in world.people if oracle.sees_post_in_thread(world, one, note)}
    if (found := _found(_AUDIENCE, binds)) != reading:
        yield f"audience: {_differ(world, found, reading)}"
    listed = {number(one.key) for one in world.people if oracle.sees_post_in_thread(world, oracle.awake(one), note)}
    if (found := _found(_LISTED, binds)) != listed:
        yield f"listed audience: {_differ(world, found, listed)}"


def _differ(world: World, found: set[int], wanted: set[int]) -> str:
    keys = {number(key): key for key in (*world.person, *world.room, *world.note)}
    return (
        f"application only {[keys[one] for one in found - wanted]}, oracle only {[keys[one] for one in wanted - found]}"
    )


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@settings(
    max_examples=80, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(world=worlds())
def test_the_reading_rule_is_the_oracles(app: Flask, world: World) -> None:
    if _disagreements(world):
        world = smallest(world, lambda one: bool(_disagreements(one)))
        pytest.fail("\n".join([repr(world), *_disagreements(world)]))
