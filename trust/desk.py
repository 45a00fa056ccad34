"""What waits for the site moderators about people."""

from typing import Any, NamedTuple

from sqlalchemy import func, select

from community.db import db
from community.models import Member, MemberState
from community.viewer import Viewer
from trust import departures, engagement, organizing, people, proposing, recovering, vouching


class Newcomer(NamedTuple):
    """Somebody who waits for vouches: who vouched so far, and how far that is."""

    person: Any
    vouches: list[Any]
    progress: vouching.Progress


class Waiting(NamedTuple):
    """The sections of the desk; ``numbers``: how many members there are in each state.

    ``recoveries``, ``leavers``, ``unnoted`` and ``unverified`` hold what the viewer may decide: nothing of their own
    organization.
    """

    newcomers: list[Newcomer]
    proposals: list[Any]
    recoveries: list[Any]
    leavers: list[Any]
    unnoted: list[Any]
    unverified: list[Any]
    suspended: list[tuple[Any, Any]]
    revouching: list[Newcomer]
    dormant: list[Any]
    numbers: dict[str, int]


def waiting(viewer: Viewer) -> Waiting:
    """Everything that waits."""
    proposals = [(row, proposing.may_answer(viewer, row)) for row in proposing.open_proposals()]
    suspended = people.in_state(MemberState.SUSPENDED)
    why = people.suspensions([row.id for row in suspended])
    return Waiting(
        newcomers=_with_vouches(MemberState.PENDING),
        proposals=proposals,
        recoveries=_recoveries(viewer),
        leavers=departures.reports(viewer),
        unnoted=engagement.unnoted(viewer),
        unverified=organizing.unverified(viewer),
        suspended=[(row, why[row.id][0]) for row in suspended if why[row.id]],
        revouching=_with_vouches(MemberState.REVOUCHING),
        dormant=people.in_state(MemberState.DORMANT),
        numbers=_numbers(),
    )


def _recoveries(viewer: Viewer) -> list[Any]:
    return [one for one in recovering.cases(viewer) if one.decides]


def _with_vouches(state: MemberState) -> list[Newcomer]:
    rows = people.in_state(state)
    vouches = people.vouches_for([row.id for row in rows])
    return [Newcomer(row, vouches[row.id], vouching.progress(row.id)) for row in rows]


def _numbers() -> dict[str, int]:
    counted = select(Member.state, func.count()).group_by(Member.state)
    return {str(state): number for state, number in db.session.execute(counted)}


def count(viewer: Viewer) -> int:
    """How much waits for this site moderator: the number beside the link to the desk."""
    answerable = sum(proposing.may_answer(viewer, row) for row in proposing.open_proposals())
    lists = (_recoveries(viewer), departures.reports(viewer), engagement.unnoted(viewer), organizing.unverified(viewer))
    return _numbers().get(MemberState.PENDING, 0) + answerable + sum(map(len, lists))
