"""Ever smaller worlds, for finding the smallest one in which a test fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields, replace
from typing import Any

from tests.oracle_world import Note, World
from tests.worlds_analysis import settled_inquiries
from tests.worlds_moderation import settled
from tests.worlds_promotion import consistent as kept_ways
from tests.worlds_trust import KINDS, consistent


def smaller(world: World) -> Iterator[World]:
    """Every world with one thing less, for looking for the smallest one in which a test fails."""
    for kind in (
        "rooms",
        "people",
        "threads",
        "notes",
        "places",
        "invites",
        "asks",
        "opened",
        "matters",
        "speeches",
        "inquiries",
        "ways",
        *KINDS,
    ):
        things = getattr(world, kind)
        for one in things:
            yield _consistent(_with(world, kind, (other for other in things if other is not one)))
    for kind in ("people", "rooms", "threads", "notes", "places"):
        things = getattr(world, kind)
        for one in things:
            for plain in _plainer(one):
                yield _with(world, kind, (plain if other is one else other for other in things))


def _with(world: World, kind: str, things: Iterable[Any]) -> World:
    given: dict[str, Any] = {kind: tuple(things)}
    return replace(world, **given)


def smallest(world: World, fails: Callable[[World], bool]) -> World:
    """A world in which ``fails`` holds and no longer does when any one thing is taken away."""
    while found := next((one for one in smaller(world) if fails(one)), None):
        world = found
    return world


def _plainer(one: Any) -> Iterator[Any]:
    """The thing with one of its peculiarities gone."""
    for item in fields(one):
        if (
            item.default is not MISSING
            and getattr(one, item.name) != item.default
            and item.name not in ("opening", "copied")
        ):
            yield replace(one, **{item.name: item.default})


def _consistent(world: World) -> World:
    """Without what names something that is gone."""
    people, rooms = set(world.person), set(world.room)
    threads = {one.key: one for one in world.threads if one.room in rooms and one.key in world.openings}
    notes = [one for one in world.notes if (one.copied or one.author in people) and one.thread in threads]
    whole = {one.thread for one in notes if one.opening}
    kept = {one.key for one in notes if one.thread in whole}
    return kept_ways(
        settled_inquiries(
            settled(
                consistent(
                    replace(
                        world,
                        places=tuple(one for one in world.places if one.person in people and one.room in rooms),
                        threads=tuple(one for one in threads.values() if one.key in whole),
                        notes=tuple(_pruned(one, people, kept) for one in notes if one.key in kept),
                        invites=tuple(
                            one for one in world.invites if {one.person, one.inviter} <= people and one.room in rooms
                        ),
                        asks=tuple(one for one in world.asks if one.person in people and one.room in rooms),
                        opened=tuple(one for one in world.opened if one.note in kept and one.moderator in people),
                    )
                )
            )
        )
    )


def _pruned(note: Note, people: set[str], notes: set[str]) -> Note:
    named, granted = note.recipients & people, note.grants & people
    return replace(note, recipients=named, grants=granted, quotes=note.quotes & notes)
