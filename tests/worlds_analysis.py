"""Requests for analysis about the posts of a drawn world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.oracle_world import Inquiry, World

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]


def inquiring(draw: Draw[Any], world: World) -> World:
    """The world with requests about some posts."""
    notes = [one for one in world.notes if not one.withdrawn]
    chosen = draw(st.sets(st.sampled_from([one.key for one in notes]), max_size=3)) if notes else ()
    people = [one.key for one in world.people]
    analysts = [one.key for one in world.people if one.analyst]
    drawn = []
    for note in sorted(chosen):
        analyst = draw(st.sampled_from((None, *analysts)))
        answered = analyst is not None and draw(st.booleans())
        asker = draw(st.sampled_from(people))
        drawn.append(Inquiry(f"inquiry {note}", note, asker, draw(st.booleans()), analyst, answered))
    return replace(world, inquiries=tuple(drawn))


def settled_inquiries(world: World) -> World:
    """Without what names something that is gone."""
    people = {*world.person, None}
    kept = [one for one in world.inquiries if one.note in world.note and {one.asker, one.analyst} <= people]
    return replace(world, inquiries=tuple(kept))
