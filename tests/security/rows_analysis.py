"""Writes the requests for analysis of a world into the database."""

from __future__ import annotations

from typing import Any

from community import models
from tests.oracle_world import Inquiry, World
from tests.security.keys import moment, number, pick, words
from tests.security.rows_trust import Rows


def rows_of_analysis(world: World) -> Rows:
    yield models.AnalysisRequest, [_request(one) for one in world.inquiries]


def _request(one: Inquiry) -> dict[str, Any]:
    return {
        "id": number(one.key),
        "post_id": number(one.note),
        "asker_id": number(one.asker),
        "openly": one.openly,
        "question": f"Asked {words(one.key)}",
        "asked_at": moment(pick(f"asked {one.key}", 90, 91)),
        "state": "answered" if one.answered else "open",
        "analyst_id": number(one.analyst) if one.analyst else None,
        "answer": f"Answered {words(one.key)}" if one.answered else "",
        "answer_id": None,
        "answered_at": moment(92) if one.answered else None,
    }
