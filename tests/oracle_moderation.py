"""Which cases somebody sees, decides and hears of: section 7 of the domain. Plain Python, like `tests/oracle.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests import oracle
from tests.oracle_trust import keeps_trust
from tests.oracle_world import Matter, Note, Person, Room, Speech, Thread, World

# What the author of a post is told of by itself; an answer to what they asked for is told as well.
TOLD = frozenset({"guided", "removed", "upheld"})


def is_colleague(world: World, person: Person, matter: Matter) -> bool:
    author = world.person.get(world.note[matter.note].author)
    return author is not None and author.org == person.org


def took_part(world: World, person: Person, matter: Matter) -> bool:
    """Flagged or asked for it, or made the decision that the appeal is against."""
    spoke = any((one.matter, one.by) == (matter.key, person.key) for one in world.speeches)
    before = world.matter.get(matter.against or "")
    return spoke or (before is not None and before.by == person.key)


def could_decide(world: World, person: Person, matter: Matter) -> bool:
    """A moderator of the group who reads the post, and nobody's advocate or colleague (5.8)."""
    apart = not took_part(world, person, matter) and not is_colleague(world, person, matter)
    return apart and oracle.may_moderate(world, person, world.note[matter.note])


def sees_matter(world: World, person: Person, matter: Matter) -> bool:
    """A group moderator of what they read; a site moderator of what they read and of what nobody there can decide."""
    note = world.note[matter.note]
    if note.author == person.key:
        return False
    if matter.kind == "unsealing":
        return keeps_trust(person)  # all of them, whoever reads the post, and no moderator of the group
    if oracle.may_moderate(world, person, note):
        return True
    if note.copied and keeps_trust(person):
        return True  # of a copy nobody is told who had a part in it
    left = not any(could_decide(world, one, matter) for one in world.people)
    return keeps_trust(person) and (left or oracle.sees_post_in_thread(world, person, note))


def sees_case(world: World, person: Person, keys: Mapping[str, str]) -> bool:
    """The same of the case that an address names."""
    matter = world.matter.get(keys["case_id"])
    return matter is not None and sees_matter(world, person, matter)


def asks_who(world: World, person: Person, keys: Mapping[str, str]) -> bool:
    """What a site moderator reads in its thread. What they opened counts where it names nobody: here all posts name."""
    note = world.note.get(keys["post_id"])
    return bool(note and keeps_trust(person) and oracle.sees_post_in_thread(world, person, note))


def hears_of(world: World, person: Person, matter: Matter) -> bool:
    """The author is told what was decided, and knows what they asked for."""
    if world.note[matter.note].author != person.key:
        return False
    return matter.outcome in TOLD or matter.kind in ("redaction", "appeal")


def without_hidden_matters(world: World, known: World, person: Person) -> World:
    """``known`` with what this person may know of cases; who spoke is replaced by somebody who stands nowhere else."""
    seen = [one for one in world.matters if sees_matter(world, person, one)]
    for matter in seen:
        if matter.note not in known.note:
            known = _veil(world, known, person, world.note[matter.note])
    told = [one for one in world.matters if one not in seen and hears_of(world, person, one)]
    own = {one.matter for one in world.speeches if one.by == person.key}
    flagged = [one for one in world.matters if one.key in own and one not in seen and one not in told]
    # What an appeal is against stands behind it.
    behind = {one.against for one in (*seen, *told)}
    before = [one for one in world.matters if one.key in behind and one not in (*seen, *told, *flagged)]
    kept = [one for one in (*seen, *told, *flagged, *before) if one.note in known.note]
    open_to, here = {one.key for one in seen}, {one.key for one in kept}
    said = [one for one in world.speeches if one.matter in here]
    speeches = [one for one in said if one.by == person.key or one.matter in open_to]
    return replace(
        known,
        matters=tuple(kept),
        speeches=tuple(one if keeps_trust(person) or one.by == person.key else _nameless(one) for one in speeches),
    )


def _nameless(one: Speech) -> Speech:
    return replace(one, by=f"veil {one.key}")


def veils(world: World, known: World) -> tuple[Person, ...]:
    """Those who stand in the place of who spoke."""
    org = world.people[0].org
    return tuple(Person(one.by, org, state="left") for one in known.speeches if one.by.startswith("veil "))


def _veil(world: World, known: World, person: Person, note: Note) -> World:
    """A post of which a site moderator knows that something waits about it, its label, and how urgent it is."""
    room = Room(f"desk-{note.key}", "secret")
    own = Thread(f"desk-{note.key}", room.key)
    author = next(one.key for one in world.people if one.key != person.key)
    alone = replace(note, recipients=frozenset(), grants=frozenset(), quotes=frozenset(), follow_up=False)
    bare = replace(alone, thread=own.key, author=author, veiled=True)
    opening = Note(f"{own.key}-0", own.key, author, note.released_at, opening=True, tlp="RED", veiled=True)
    notes = (bare,) if note.opening else (opening, bare)
    threads, rooms = (*known.threads, own), (*known.rooms, room)
    return replace(known, rooms=rooms, threads=threads, notes=(*known.notes, *notes))


def named(known: World) -> frozenset[str]:
    """Whom the cases that are known name."""
    deciding = {key for one in known.matters for key in (one.by, one.assignee) if key}
    return frozenset(deciding | {one.by for one in known.speeches if not one.by.startswith("veil ")})
