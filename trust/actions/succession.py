"""A group never has no moderator: when the last one who can act is gone, whoever has been there longest takes over.

Nobody is asked: nobody outside a secret group may learn that it needs somebody.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, select

from community import audit, events
from community.db import action, db
from community.models import (
    Group,
    Member,
    Membership,
    MemberState,
    Role,
)
from community.policy import trusted

LEADING = (MemberState.ACTIVE, MemberState.DORMANT)  # a new moderator would tell that the old one rests


def hand_over(member_id: int) -> None:
    """See to the groups that this member moderated and cannot moderate any more."""
    mine = select(Membership.group_id).where(Membership.member_id == member_id, Membership.role == Role.MODERATOR)
    for group_id in sorted(db.session.scalars(mine)):
        fill(group_id)


def fill(group_id: int) -> None:
    """Make somebody a moderator of a group that has none who can act. Nothing happens when nobody could be one."""
    db.session.execute(select(Group.id).where(Group.id == group_id).with_for_update(key_share=True))
    if db.session.scalar(_who(group_id, Membership.role == Role.MODERATOR, states=LEADING)):
        return
    next_one = db.session.scalar(_who(group_id))
    if next_one is None:
        return
    place = db.session.get_one(Membership, (group_id, next_one), populate_existing=True)
    place.role = Role.MODERATOR
    audit.record(None, "system:membership:succeeded", group_id=group_id, subject_id=next_one)
    events.record(events.RoleChanged(group_id, next_one))


@action
def sweep() -> None:
    """See to groups that had nobody who could moderate, and have by now: somebody came in, or may do so again."""
    led = _who(Group.id, Membership.role == Role.MODERATOR, states=LEADING).correlate(Group).exists()
    could_be = _who(Group.id).correlate(Group).exists()
    orphans = list(db.session.scalars(select(Group.id).where(Group.archived_at.is_(None), ~led, could_be)))
    if orphans:
        audit.hold()
    for group_id in sorted(orphans):
        fill(group_id)


def _who(group_id: Any, *which: ColumnElement[bool], states: tuple[MemberState, ...] = (MemberState.ACTIVE,)) -> Any:
    writers_first = case((Membership.role == Role.READER, 1), else_=0)
    return (
        select(Membership.member_id)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.group_id == group_id, Member.state.in_(states), *which)
        .where(trusted(Member))
        .order_by(writers_first, Membership.since, Membership.member_id)
        .limit(1)
    )
