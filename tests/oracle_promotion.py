"""Who knows of a copy on its way, and of both its ends: section 7 of the domain, "Promotion". Plain Python."""

from __future__ import annotations

from tests import oracle, oracle_moderation
from tests.oracle_world import Matter, Note, Person, Way, World


def promotes(world: World, person: Person, note: Note) -> bool:
    """The named author, who can still write there, and a moderator of the group who reads the post, while it stands."""
    mine = oracle.place(world, person, world.room_of(note))
    wrote = oracle.may_edit(world, person, note) and mine is not None and mine.role != "reader"
    stands = not note.withdrawn and not note.removed and not world.room_of(note).archived
    return wrote or (stands and oracle.may_moderate(world, person, note))


def hears(world: World, person: Person, note: Note) -> bool:
    """The same, and the named author while they read it: to say no it is enough to have written it."""
    stands = not note.withdrawn and not note.removed
    mine = note.author == person.key and stands and oracle.sees_post_in_thread(world, person, note)
    return mine or promotes(world, person, note)


def asked_about(world: World, note: str, kind: str) -> list[Matter]:
    return [one for one in world.matters if (one.note, one.kind) == (note, kind)]


def knows(world: World, person: Person, way: Way) -> bool:
    """Those of the source: author and moderators, and a site moderator who reads the post and decides."""
    note = world.note[way.note]
    cases = asked_about(world, way.note, "promotion")
    decides = any(oracle_moderation.sees_matter(world, person, one) for one in cases)
    return hears(world, person, note) or (decides and oracle.sees_post_in_thread(world, person, note))


def reads_both(world: World, person: Person, way: Way) -> bool:
    """The link is shown only to those who read both ends, and once there are two."""
    if way.stage != "published" or way.copy is None:
        return False
    return all(oracle.sees_post_in_thread(world, person, world.note[key]) for key in (way.note, way.copy))


def other_ends(world: World, person: Person, note: Note) -> list[Way]:
    here = [one for one in world.ways if note.key in (one.note, one.copy)]
    return [one for one in here if reads_both(world, person, one)]
