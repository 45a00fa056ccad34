"""Who is not seen for 90 days rests, until they show their passkey; re-vouching ends after its time.

Nobody but the member and the site moderators learns that a member rests.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update

from community import audit, clock
from community.db import action, db
from community.models import Member, MemberState
from community.viewer import viewer_of_member
from trust.actions.standing import move, person

ABSENCE = timedelta(days=90)


def sweep() -> None:
    """One round: a transaction for each member, so that nobody waits long."""
    _count_from_now()
    for member_id in _which(*_away()):
        rest(member_id)
    for member_id in _which(*_not_vouched_for()):
        end_revouching(member_id)


@action
def rest(member_id: int) -> None:
    """Let a member rest, if they still are not seen."""
    audit.hold()
    if member_id in _which(*_away(), Member.id == member_id):
        move(db.session.get_one(Member, member_id, populate_existing=True), MemberState.DORMANT)
        audit.record(None, "system:member:rested", subject_id=member_id)


@action
def end_revouching(member_id: int) -> None:
    """Let a member wait, if re-vouching has not brought enough vouches in its time."""
    audit.hold()
    if member_id in _which(*_not_vouched_for(), Member.id == member_id):
        move(db.session.get_one(Member, member_id, populate_existing=True), MemberState.PENDING)
        audit.record(None, "system:member:not_vouched_for", subject_id=member_id)


@action
def come_back(member_id: int) -> None:
    """The member shows their passkey: who rested is active again.

    Who lost vouches meanwhile was moved to re-vouching at that moment, resting or not.
    """
    if db.session.scalar(select(Member.state).where(Member.id == member_id)) != MemberState.DORMANT:
        return
    audit.hold()
    member = person(member_id)
    if member is None or member.state != MemberState.DORMANT:
        return
    member.seen_on = clock.now().date()
    move(member, MemberState.ACTIVE)
    audit.record(viewer_of_member(member_id), "member:member:reconfirmed", subject_id=member_id)


@action
def _count_from_now() -> None:
    """Who takes part since before days were kept is not away: their absence begins to count."""
    unknown = (Member.state == MemberState.ACTIVE, Member.seen_on.is_(None))
    if _which(*unknown):
        db.session.execute(update(Member).where(*unknown).values(seen_on=clock.now().date()))


def _away() -> tuple[ColumnElement[bool], ...]:
    return Member.state == MemberState.ACTIVE, Member.seen_on < clock.now().date() - ABSENCE


def _not_vouched_for() -> tuple[ColumnElement[bool], ...]:
    return Member.state == MemberState.REVOUCHING, Member.revouch_until <= clock.now()


def _which(*conditions: ColumnElement[bool]) -> list[int]:
    return list(db.session.scalars(select(Member.id).where(*conditions).order_by(Member.id)))
