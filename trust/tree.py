"""Who brought whom: the tree of invitations, a few levels at a time."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from community.db import db
from community.models import Invitation, Member, Organization

PAGE = 30
LEVELS = 3  # shown below the person on top; further down one opens the next page
MOST_BELOW = 8  # of one person, when they do not stand on top
_EDGES = (
    select(
        Member.id,
        Member.name,
        Member.state,
        Member.site_moderator,
        Member.joined_on,
        Organization.short_name.label("organization_name"),
        Invitation.sponsor_id,
    )
    .join(Organization, Organization.id == Member.organization_id)
    .outerjoin(Invitation, Invitation.member_id == Member.id)
    .order_by(Member.joined_on, Member.name, Member.id)
)


@dataclass
class Twig:
    """One person and whom they brought; ``below`` counts all who came by them, ``left_out`` those not drawn here."""

    person: Any
    children: list["Twig"] = field(default_factory=list)
    below: int = 0
    left_out: int = 0


@dataclass
class Branch:
    """A part of the tree: ``trail`` leads from the root to the person on top (``top``: None at the very top)."""

    trail: list[Any]
    top: Twig | None
    twigs: list[Twig]
    number: int
    more: bool
    total: int


def branch(top_id: int | None, number: int) -> Branch | None:
    """One page of those whom a person brought, or of those whom nobody did; None when there is no such person."""
    rows = {row.id: row for row in db.session.execute(_EDGES)}
    if top_id is not None and top_id not in rows:
        return None
    children: dict[int | None, list[int]] = {}
    for row in rows.values():
        children.setdefault(row.sponsor_id if row.sponsor_id in rows else None, []).append(row.id)
    below = _count(children)
    mine = children.get(top_id, [])
    first = (number - 1) * PAGE
    twigs = [_twig(one, rows, children, below, LEVELS - 1) for one in mine[first : first + PAGE]]
    top = Twig(rows[top_id], below=below[top_id]) if top_id is not None else None
    return Branch(_trail(top_id, rows), top, twigs, number, len(mine) > first + PAGE, len(mine))


def _count(children: dict[int | None, list[int]]) -> dict[int | None, int]:
    """How many came by each, themselves not counted. Without recursion: a chain may be as long as the community."""
    order: list[int | None] = [None]
    for one in order:
        order.extend(children.get(one, ()))
    below: dict[int | None, int] = {}
    for one in reversed(order):
        below[one] = sum(below[child] + 1 for child in children.get(one, ()))
    return below


def _twig(
    one: int, rows: dict[int, Any], children: dict[int | None, list[int]], below: dict[int | None, int], levels: int
) -> Twig:
    mine = children.get(one, [])
    drawn = mine[:MOST_BELOW] if levels else []
    twigs = [_twig(child, rows, children, below, levels - 1) for child in drawn]
    return Twig(rows[one], twigs, below[one], len(mine) - len(drawn))


def _trail(top_id: int | None, rows: dict[int, Any]) -> list[Any]:
    trail: list[Any] = []
    while top_id is not None and (sponsor := rows.get(rows[top_id].sponsor_id)) and sponsor not in trail:
        trail.insert(0, sponsor)
        top_id = sponsor.id
    return trail
