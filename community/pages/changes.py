"""How pages show what changed between the wordings of a post."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from community.differences import Op, differences
from community.single import Wording
from community.tlp import Tlp

Piece = tuple[str, str]
SIGNS = {Op.SAME: "=", Op.REMOVED: "-", Op.ADDED: "+"}
LONGEST_SAME, AROUND = 600, 200


class Step(NamedTuple):
    """From one wording to the next: ``tlp`` is the pair of labels when the label changed."""

    at: datetime
    title: list[Piece]
    body: list[Piece]
    tlp: tuple[Tlp, Tlp] | None


def steps(wordings: Sequence[Wording]) -> list[Step]:
    """What changed from each wording to the one after it; newest first, like the wordings."""
    return [_step(earlier, later) for later, earlier in pairwise(wordings)]


def _step(earlier: Wording, later: Wording) -> Step:
    labels = (earlier.tlp, later.tlp) if earlier.tlp != later.tlp else None
    return Step(later.written_at, _pieces(earlier.title, later.title), _pieces(earlier.body, later.body), labels)


def _pieces(old: str, new: str) -> list[Piece]:
    """The difference for the macro ``diff``; long stretches that stayed are cut short. Nothing when nothing changed."""
    if old == new:
        return []
    return [(SIGNS[segment.op], _short(segment.op, segment.text)) for segment in differences(old, new)]


def _short(op: Op, text: str) -> str:
    if op is not Op.SAME or len(text) <= LONGEST_SAME:
        return text
    return f"{text[:AROUND]} […] {text[-AROUND:]}"
