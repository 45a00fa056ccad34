"""Writes the cases of a world into the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from community import models
from tests.oracle_world import Matter, Speech, World
from tests.security.keys import moment, number, pick, words

Rows = Iterator[tuple[type[Any], list[dict[str, Any]]]]


def rows_of_moderation(world: World) -> Rows:
    yield models.Case, [_case(world, one) for one in world.matters]
    yield models.CaseStep, [step for one in world.matters for step in _steps(one)]
    yield models.Submission, [_submission(world, one) for one in world.speeches]


def _case(world: World, one: Matter) -> dict[str, Any]:
    return {
        "id": number(one.key),
        "kind": one.kind,
        "group_id": number(world.room_of(world.note[one.note]).key),
        "post_id": number(one.note),
        "state": "closed" if one.outcome else "open",
        "assignee_id": number(one.assignee) if one.assignee else None,
        "outcome": one.outcome,
        # After every reading on the record: nobody has read what they would decide about but by membership.
        "opened_at": moment(98),
        "due_at": moment(pick(f"due {one.key}", 99, 120)),
        "closed_at": moment(99) if one.outcome else None,
        "version": 1,
    }


def _steps(one: Matter) -> Iterator[dict[str, Any]]:
    yield _step(one, "opened", None, 98)
    if one.outcome:
        yield _step(one, one.outcome, one.by, 99)


def _step(one: Matter, what: str, by: str | None, tick: int) -> dict[str, Any]:
    key = f"{what} {one.key}"
    said = "" if by is None else f"Decided {words(key)}"
    row = {"id": number(key), "case_id": number(one.key), "what": what, "by_id": number(by) if by else None}
    return row | {"at": moment(tick), "standard": "", "words": said, "facts": ""}


def _submission(world: World, one: Speech) -> dict[str, Any]:
    matter = world.matter[one.matter]
    before = world.matter.get(matter.against or "")
    return {
        "id": number(one.key),
        "case_id": number(one.matter),
        "member_id": number(one.by),
        "reason": pick(f"reason {one.key}", "label", "wrong", "other") if matter.kind == "flag" else None,
        "words": f"Said {words(one.key)}",
        "at": moment(98),
        "step_id": number(f"{before.outcome} {before.key}") if before else None,
    }
