"""Writes the copies on their way into the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from community import models
from tests.oracle_world import Way, World
from tests.security.keys import hashed, moment, number, words

Rows = Iterator[tuple[type[Any], list[dict[str, Any]]]]


def rows_of_promotion(world: World) -> Rows:
    yield models.Promotion, [_way(world, one) for one in world.ways]
    yield models.Consent, [consent for one in world.ways for consent in _consents(world, one)]


def _way(world: World, one: Way) -> dict[str, Any]:
    over = one.stage == "published"
    return {
        "id": number(one.key),
        "post_id": number(one.note),
        "target_id": number(one.target),
        "proposer_id": number(one.by) if one.by else None,
        "copy_id": number(one.copy) if one.copy else None,
        "stage": one.stage,
        "title": "" if over else f"Title {words(one.key)}",
        "body": "" if over else f"Text {words(one.key)}",
        "tlp": "GREEN",
        "kind": "discussion",
        "severity": "reference",
        "due_at": moment(10**6),
        "version": 1,
        "said": "",
        "said_by": None,
    }


def _consents(world: World, one: Way) -> Iterator[dict[str, Any]]:
    author = number(world.note[one.note].author)
    given: dict[str, int | None] = {"author": author} if one.stage != "author" else {}
    given |= {"source": number(one.let_go) if one.let_go else None} if one.let_go is not None else {}
    for side, member in given.items():
        yield {"promotion_id": number(one.key), "side": side, "member_id": member, "digest": hashed(one.key)}
