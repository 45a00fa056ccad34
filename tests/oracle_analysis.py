"""Who meets a request for analysis: section 2 and 7 of the domain. Plain Python, like `tests/oracle.py`."""

from __future__ import annotations

from dataclasses import replace

from tests import oracle
from tests.oracle_world import Inquiry, Note, Person, World


def answers(world: World, person: Person, note: Note) -> bool:
    """An active analyst who reads the post, as long as it stands; being an analyst opens nothing."""
    stands = not note.withdrawn and not note.removed
    return person.analyst and person.state == "active" and stands and oracle.sees_post(world, person, note)


def meets(world: World, person: Person, one: Inquiry) -> bool:
    note = world.note[one.note]
    if not oracle.sees_post(world, person, note):
        return False
    analyst = answers(world, person, note)
    if oracle.sees_post_in_thread(world, person, note):
        return one.openly or one.asker == person.key or analyst
    # By a grant: what its author asks, and nobody else of the group.
    return one.asker == person.key or (analyst and one.asker == note.author)


def without_hidden_inquiries(world: World, known: World, person: Person) -> World:
    """``known`` with the requests that this person meets."""
    kept = tuple(one for one in world.inquiries if one.note in known.note and meets(world, person, one))
    return replace(known, inquiries=kept)


def named(known: World) -> frozenset[str]:
    """Whom the requests that are known name."""
    return frozenset(key for one in known.inquiries for key in (one.asker, one.analyst) if key)
