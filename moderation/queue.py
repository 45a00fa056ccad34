"""The queue: everything that waits for one moderator, the most urgent first.

Requests to join are looked up where they are kept; they take their place among the cases by the time they came in.
"""

from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, and_, bindparam, case, func, or_, select

from community import clock, rosters
from community.db import UTCDateTime, constant, is_one_of, read
from community.models import Case, CaseKind, CaseState, Group
from community.viewer import Viewer
from moderation import cases, scope

PAGE = 30
MOST_COUNTED = 100
JOINING_WAITS = timedelta(days=7)
_is_late = Case.due_at <= bindparam("now", type_=UTCDateTime)
_is_mine = Case.assignee_id == bindparam("viewer_id", type_=BigInteger)
_is_open = is_one_of(Case.state, [CaseState.OPEN])


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
    """A page of the queue; ``counts``: how many there are by kind, of all groups, at most ``MOST_COUNTED``."""

    items: list[Item]
    number: int
    more: bool
    counts: dict[str, int]

    @property
    def is_long(self) -> bool:
        """Are there more cases than are counted?"""
        return self.counts["all"] - self.counts["join"] >= MOST_COUNTED


def queue(viewer: Viewer, wanted: Filter, number: int) -> Queue:
    """What waits for the viewer, or with ``Which.CLOSED`` what was decided, the latest first."""
    last = number * PAGE + 1
    items = [Item(row.due_at, row, None) for row in _cases(viewer, wanted, last)]
    joining = rosters.waiting(viewer)
    items += [Item(row.asked_at + JOINING_WAITS, None, row) for row in _requests(joining, wanted)]
    if wanted.which != Which.CLOSED:
        items.sort(key=lambda item: item.due_at)
    shown = items[last - 1 - PAGE : last]
    return Queue(shown[:PAGE], number, len(shown) > PAGE, _counts(viewer, joining))


def _cases(viewer: Viewer, wanted: Filter, most: int) -> list[Any]:
    if wanted.which == Which.JOIN:
        return []
    lines = _lines(scope.keeps(viewer), wanted._replace(group_id=bool(wanted.group_id)))
    given = scope.binds(viewer) | {"now": clock.now(), "wanted_group": wanted.group_id, "most": most}
    return list(read(lines, given).all())


@cache
def _lines(kept: bool, wanted: Filter) -> Select[Any]:
    """The statement for this filter, built once; ``group_id`` tells whether one group is meant."""
    closed = wanted.which == Which.CLOSED
    rules = [scope.sees(kept), is_one_of(Case.state, [CaseState.CLOSED if closed else CaseState.OPEN])]
    if wanted.which not in (Which.ALL, Which.CLOSED):
        rules.append(is_one_of(Case.kind, [CaseKind(wanted.which.value)]))
    if wanted.group_id:
        rules.append(and_(Group.id == bindparam("wanted_group", type_=BigInteger), scope.readable))
    if wanted.mine:
        rules.append(_is_mine)
    if wanted.overdue:
        rules.append(_is_late)
    lines = scope.about_posts(*cases.COLUMNS).outerjoin(cases.Assignee, cases.Assignee.id == Case.assignee_id)
    order = (Case.closed_at.desc() if closed else Case.due_at, Case.opened_at, Case.id)
    return lines.where(*rules).order_by(*order).limit(bindparam("most"))


def _requests(joining: list[Any], wanted: Filter) -> list[Any]:
    if wanted.mine or wanted.which not in (Which.ALL, Which.JOIN):
        return []
    rows = [row for row in joining if wanted.group_id in (0, row.group_id)]
    due = [row for row in rows if row.asked_at + JOINING_WAITS <= clock.now()]
    return due if wanted.overdue else rows


def _counts(viewer: Viewer, joining: list[Any]) -> dict[str, int]:
    """Of open cases by kind, of the viewer's own, and of what should be done by now; of very many no more than so."""
    rows = read(_COUNTED[scope.keeps(viewer)], scope.binds(viewer) | {"now": clock.now()}).all()
    late_joining = len(_requests(joining, Filter(overdue=True)))
    found = {str(row.kind): row.number for row in rows} | {"join": len(joining)}
    return found | {
        "all": sum(found.values()),
        "mine": sum(row.mine for row in rows),
        "overdue": sum(row.late for row in rows) + late_joining,
    }


def _counted(kept: bool) -> Select[Any]:
    mine, late = (case((rule, constant(1)), else_=constant(0)) for rule in (_is_mine, _is_late))
    lines = scope.about_posts(Case.kind, mine.label("mine"), late.label("late")).where(scope.sees(kept), _is_open)
    few = lines.limit(constant(MOST_COUNTED)).subquery()  # any: sorted, all would be read
    numbers = (func.count().label("number"), func.sum(few.c.mine).label("mine"), func.sum(few.c.late).label("late"))
    return select(few.c.kind, *numbers).group_by(few.c.kind)


def _free(kept: bool) -> Select[Any]:
    free = or_(Case.assignee_id.is_(None), _is_mine)
    lines = scope.about_posts(Case.id).where(scope.sees(kept), _is_open, free, scope.apart())
    return select(func.count()).select_from(lines.limit(constant(MOST_COUNTED)).subquery())


_COUNTED = {kept: _counted(kept) for kept in (False, True)}
_FREE = {kept: _free(kept) for kept in (False, True)}


def count(viewer: Viewer) -> int:
    """How many open cases the viewer could decide: the number in the frame, without requests to join."""
    if not scope.keeps(viewer) and not scope.moderates(viewer):
        return 0
    given = scope.binds(viewer) | {"viewer_organization": viewer.organization_id}
    return int(read(_FREE[scope.keeps(viewer)], given).scalar_one())
