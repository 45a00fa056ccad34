"""The queue: everything that waits for one moderator, the most urgent first.

Requests to join are looked up where they are kept; they take their place among the cases by the time they came in.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from community import clock, rosters
from community.db import UTCDateTime, db
from community.models import Case, CaseState, Group
from community.viewer import Viewer
from moderation import cases, scope

PAGE = 30
MOST_COUNTED = 500
JOINING_WAITS = timedelta(days=7)
_now = bindparam("now", type_=UTCDateTime)


class Which(StrEnum):
    """The filters by kind; ``join`` are requests to join."""

    ALL = "all"
    FLAG = "flag"
    APPEAL = "appeal"
    REDACTION = "redaction"
    PROMOTION = "promotion"
    COPY = "copy"
    UNSEALING = "unsealing"
    JOIN = "join"
    CLOSED = "closed"


class Filter(NamedTuple):
    """What of the queue is shown: a kind, one group (0: all), only the viewer's own, only what is late."""

    which: Which = Which.ALL
    group_id: int = 0
    mine: bool = False
    overdue: bool = False


class Item(NamedTuple):
    """One line: a case (``request`` is None) or a request to join (``case`` is None)."""

    due_at: Any
    case: Any
    request: Any


class Queue(NamedTuple):
    """A page of the queue; ``counts``: how many there are by kind, of all groups."""

    items: list[Item]
    number: int
    more: bool
    counts: dict[str, int]


def _of(viewer: Viewer, *columns: Any) -> Select[Any]:
    return scope.about_posts(*columns).where(scope.sees(viewer))


def queue(viewer: Viewer, wanted: Filter, number: int) -> Queue:
    """What waits for the viewer, or with ``Which.CLOSED`` what was decided, the latest first."""
    last = number * PAGE + 1
    items = [Item(row.due_at, row, None) for row in _cases(viewer, wanted, last)]
    joining = _joining(viewer)
    items += [Item(row.asked_at + JOINING_WAITS, None, row) for row in _requests(joining, wanted)]
    if wanted.which != Which.CLOSED:
        items.sort(key=lambda item: item.due_at)
    shown = items[last - 1 - PAGE : last]
    return Queue(shown[:PAGE], number, len(shown) > PAGE, _counts(viewer, joining))


def _cases(viewer: Viewer, wanted: Filter, most: int) -> list[Any]:
    if wanted.which == Which.JOIN:
        return []
    closed = wanted.which == Which.CLOSED
    rules = [Case.state == (CaseState.CLOSED if closed else CaseState.OPEN)]
    if wanted.which not in (Which.ALL, Which.CLOSED):
        rules.append(Case.kind == wanted.which.value)
    if wanted.group_id:
        rules.append(and_(Group.id == wanted.group_id, scope.readable))
    if wanted.mine:
        rules.append(Case.assignee_id == bindparam("viewer_id"))
    if wanted.overdue:
        rules.append(Case.due_at <= _now)
    order = Case.closed_at.desc() if closed else Case.due_at
    lines = _of(viewer, *cases.COLUMNS).outerjoin(cases.Assignee, cases.Assignee.id == Case.assignee_id).where(*rules)
    given = scope.binds(viewer) | {"now": clock.now()}
    return list(db.session.execute(lines.order_by(order, Case.opened_at, Case.id).limit(most), given).all())


def _joining(viewer: Viewer) -> list[Any]:
    """Everybody who asks to join a group that the viewer moderates."""
    return rosters.requests(viewer, [room.id for room in rosters.rooms_to_moderate(viewer) if room.archived_at is None])


def _requests(joining: list[Any], wanted: Filter) -> list[Any]:
    if wanted.mine or wanted.which not in (Which.ALL, Which.JOIN):
        return []
    rows = [row for row in joining if wanted.group_id in (0, row.group_id)]
    due = [row for row in rows if row.asked_at + JOINING_WAITS <= clock.now()]
    return due if wanted.overdue else rows


def _counts(viewer: Viewer, joining: list[Any]) -> dict[str, int]:
    """Of open cases by kind, of the viewer's own, and of what should be done by now; of very many no more than so."""
    mine = case((Case.assignee_id == bindparam("viewer_id"), 1), else_=0)
    late = case((Case.due_at <= _now, 1), else_=0)
    lines = _of(viewer, Case.kind, mine.label("mine"), late.label("late")).where(Case.state == CaseState.OPEN)
    few = lines.order_by(Case.due_at).limit(MOST_COUNTED).subquery()
    counted = select(few.c.kind, func.count(), func.sum(few.c.mine), func.sum(few.c.late)).group_by(few.c.kind)
    rows: list[Any] = list(db.session.execute(counted, scope.binds(viewer) | {"now": clock.now()}).all())
    late_joining = len(_requests(joining, Filter(overdue=True)))
    found = {str(kind): number for kind, number, _, _ in rows} | {"join": len(joining)}
    return found | {
        "all": sum(found.values()),
        "mine": sum(row[2] for row in rows),
        "overdue": sum(row[3] for row in rows) + late_joining,
    }


def count(viewer: Viewer) -> int:
    """How many open cases the viewer could decide: the number in the frame, without requests to join."""
    if not scope.keeps(viewer) and not scope.moderates(viewer):
        return 0
    free = or_(Case.assignee_id.is_(None), Case.assignee_id == bindparam("viewer_id"))
    lines = _of(viewer, Case.id).where(Case.state == CaseState.OPEN, free, scope.apart()).limit(100).subquery()
    given = scope.binds(viewer) | {"viewer_organization": viewer.organization_id}
    return int(db.session.execute(select(func.count()).select_from(lines), given).scalar_one())
