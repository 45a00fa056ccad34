"""Copies on their way between the rooms of a drawn world; and the same as one person may know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests import oracle, oracle_promotion
from tests.oracle_world import Matter, Note, Person, Room, Speech, Thread, Way, World

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]
Kept = tuple[Way, list[Note]]


def promoted(draw: Draw[Any], world: World) -> World:
    """The world with a few proposals, some of them published."""
    fit = [one for one in world.notes if one.tlp != "RED" and not one.withdrawn and not one.removed]
    chosen = draw(st.sets(st.integers(0, len(fit) - 1), max_size=2)) if fit else ()
    for one in sorted(chosen):
        world = _propose(draw, world, fit[one])
    return world


def _propose(draw: Draw[Any], world: World, note: Note) -> World:
    rooms = [one for one in world.rooms if one is not world.room_of(note) and one.visibility != "secret"]
    taking = [one for one in rooms if not one.archived and _labels(one, note)]
    if not taking:
        return world
    target = draw(st.sampled_from(taking))
    people = st.sampled_from([one.key for one in world.people])
    stage = draw(st.sampled_from(("author", "source", "target", "published", "published")))
    way = Way(f"way {note.key}", note.key, target.key, draw(people), stage)
    if stage in ("target", "published"):
        way = replace(way, copy=f"copy {note.key}", let_go=draw(people))
        world = _copied(draw, world, way, draw(st.sampled_from(_labels(target, note))))
    matters = tuple(_matters(draw, world, way))
    said = [Speech(f"said {one.key}", one.key, way.by) for one in matters if one.kind == "promotion"]
    return replace(
        world, ways=(*world.ways, way), matters=(*world.matters, *matters), speeches=(*world.speeches, *said)
    )


def _labels(room: Room, note: Note) -> list[Any]:
    wide = [one for one in room.labels if one != "RED"]
    return [one for one in wide if note.tlp in ("GREEN", "CLEAR") or oracle.wider(one, note.tlp)]


def _copied(draw: Draw[Any], world: World, way: Way, tlp: Any) -> World:
    hidden = way.stage == "target" or draw(st.booleans())
    thread = Thread(f"thread {way.copy}", way.target)
    copy = Note(str(way.copy), thread.key, "", 90, opening=True, tlp=tlp, removed=hidden, copied=True)
    return replace(world, threads=(*world.threads, thread), notes=(*world.notes, copy))


def _matters(draw: Draw[Any], world: World, way: Way) -> Iterator[Matter]:
    key = f"asked {way.key}"
    if way.stage == "source":
        yield Matter(key, way.note, "promotion")
    elif way.stage != "author":
        yield Matter(key, way.note, "promotion", outcome="consented", by=way.let_go)
    if way.stage == "target":
        yield Matter(f"taken {way.key}", str(way.copy), "copy")
    elif way.stage == "published":
        judge = draw(st.sampled_from([one.key for one in world.people]))
        yield Matter(f"taken {way.key}", str(way.copy), "copy", outcome="accepted", by=judge)
        if world.note[str(way.copy)].removed:
            yield Matter(f"hidden {way.key}", str(way.copy), "copy")


def consistent(world: World) -> World:
    """Without what names something that is gone."""
    people, rooms, notes = set(world.person), set(world.room), set(world.note)
    kept = [one for one in world.ways if one.note in notes and one.target in rooms and one.by in people]
    kept = [one for one in kept if (one.copy or one.note) in notes and (one.let_go or one.by) in people]
    return replace(world, ways=tuple(kept))


def without_hidden_ways(world: World, known: World, person: Person) -> World:
    """``known`` with what this person may know of copies: an end that they do not see is put where nobody looks.

    Who did what they do not hear of is nobody there.
    """
    kept = [_as_known(world, known, person, one) for one in world.ways]
    ways = tuple(way for way, _ in kept if way is not None)
    veils = [note for way, notes in kept if way is not None for note in notes]
    threads = [Thread(one.thread, f"room {one.key}") for one in veils]
    rooms = [Room(f"room {one.key}", "secret") for one in veils]
    return replace(
        known,
        ways=ways,
        rooms=(*known.rooms, *rooms),
        threads=(*known.threads, *threads),
        notes=(*known.notes, *veils),
    )


def _as_known(world: World, known: World, person: Person, way: Way) -> tuple[Way | None, list[Note]]:
    sided = oracle_promotion.knows(world, person, way)
    cased = any((one.note, one.kind) == (way.copy, "copy") for one in known.matters)
    if not sided and not cased and not oracle_promotion.reads_both(world, person, way):
        return None, []
    ends = [key for key in (way.note, way.copy) if key is not None and key not in known.note]
    veiled = [_veil(world, person, world.note[key]) for key in ends]
    by = way.by if sided or way.by == person.key else ""
    let_go = way.let_go if way.let_go in (None, person.key) else ""
    return replace(way, by=by, let_go=let_go), veiled


def _veil(world: World, person: Person, note: Note) -> Note:
    """Alone in a room of its own; by who looks, if it is theirs."""
    other = next(one.key for one in world.people if one.key != person.key)
    author = person.key if note.author == person.key else other
    bare = replace(note, recipients=frozenset(), grants=frozenset(), quotes=frozenset(), follow_up=False, edits=0)
    return replace(bare, thread=f"veiled {note.key}", author=author, opening=True, tlp="RED", veiled=True)


def named(known: World) -> frozenset[str]:
    """Whom the ways that are known name."""
    return frozenset(key for one in known.ways for key in (one.by, one.let_go) if key)
