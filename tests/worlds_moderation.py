"""Cases about the posts of a drawn world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.oracle_world import Matter, Note, Speech, World

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]


def disputed(draw: Draw[Any], world: World) -> World:
    """The world with flags, requests and appeals about some posts."""
    chosen = draw(st.sets(st.integers(0, len(world.notes) - 1), max_size=3)) if world.notes else ()
    matters: list[Matter] = []
    speeches: list[Speech] = []
    for one in sorted(chosen):
        for matter, by in _about(draw, world, world.notes[one]):
            matters.append(matter)
            speeches += [Speech(f"said {matter.key} {key}", matter.key, key) for key in by]
    return replace(world, matters=tuple(matters), speeches=tuple(speeches))


def _about(draw: Draw[Any], world: World, note: Note) -> Iterator[tuple[Matter, list[str]]]:
    others = [one.key for one in world.people if one.key != note.author]
    by = sorted(draw(st.sets(st.sampled_from(others), min_size=1, max_size=2)))
    decided = draw(st.sampled_from((None, None, "dismissed", "guided")))
    outcome: Any = "removed" if note.removed else decided
    judge = draw(st.sampled_from(others)) if outcome else None
    holder = draw(st.sampled_from((None, *others)))
    flag = Matter(f"flag {note.key}", note.key, outcome=outcome, by=judge, assignee=holder)
    yield flag, by
    if outcome in ("removed", "guided") and draw(st.booleans()):
        upheld: Any = draw(st.sampled_from((None, "upheld")))
        second = draw(st.sampled_from(others)) if upheld else None
        yield Matter(f"appeal {note.key}", note.key, "appeal", flag.key, upheld, second), [note.author]
    if draw(st.booleans()):
        yield Matter(f"redaction {note.key}", note.key, "redaction"), [note.author]
    if draw(st.booleans()):
        agreed: Any = draw(st.sampled_from((None, "unsealed")))
        second = draw(st.sampled_from(others)) if agreed else None
        asked = draw(st.sampled_from(others))
        yield Matter(f"unsealing {note.key}", note.key, "unsealing", outcome=agreed, by=second), [asked]


def settled(world: World) -> World:
    """Without what names something that is gone."""
    people, notes = set(world.person), set(world.note)
    here = [one for one in world.matters if one.note in notes and {one.by or "", one.assignee or ""} <= {*people, ""}]
    keys = {one.key for one in here}
    kept = [one for one in here if one.against is None or one.against in keys]
    keys = {one.key for one in kept}
    speeches = [one for one in world.speeches if one.matter in keys and one.by in people]
    return replace(world, matters=tuple(kept), speeches=tuple(speeches))
