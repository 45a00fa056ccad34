"""A site moderator stops a member, and lets them in again (domain, section 5 points 4 and 5).

A site moderator is stopped by two: ``actions.proposals``.
"""

from typing import Any

from sqlalchemy import select

from community import audit, clock, mail, policy
from community.db import action, db
from community.models import LetterKind, Suspension
from community.policy import Permission
from community.viewer import Viewer
from trust import deciding
from trust.actions import proposals, stopping
from trust.actions.standing import act_as, move, weigh


@action
def suspend(viewer: Viewer, member_id: int, reason: str, misuse: bool) -> bool:
    """Stop a member, everywhere and at once; of a site moderator this is proposed to a second one.

    Returns whether it is done. Raises NotFound, NotAllowed, Unproved, and Refused when they are suspended already.
    """
    viewer = act_as(viewer, Permission.COMMUNITY_TRUST)
    member = deciding.access_person(viewer, member_id)
    deciding.ensure_stands(viewer, "suspend", member)
    policy.ensure_proved(viewer)
    if member.site_moderator:
        return proposals.propose_suspension(viewer, member, reason, misuse)
    stopping.stop(viewer, member, reason, misuse)
    return True


@action
def reinstate(viewer: Viewer, member_id: int, reason: str) -> None:
    """Let a suspended member in again, where they were before.

    Raises NotFound, NotAllowed, Unproved, and Refused when they are not suspended.
    """
    viewer = act_as(viewer, Permission.COMMUNITY_TRUST)
    member = deciding.access_person(viewer, member_id)
    deciding.ensure_stands(viewer, "reinstate", member)
    policy.ensure_proved(viewer)
    row = db.session.scalars(_running(member_id)).one()
    row.lifted_at, row.lifted_by_id, row.lift_reason = clock.now(), viewer.member_id, reason
    audit.record(viewer, "moderator:member:reinstated", subject_id=member_id, suspension=row.id)
    move(member, row.was)
    weigh(member)  # vouches for them may have gone meanwhile, or come
    mail.queue(LetterKind.REINSTATED, member_id)
    if row.misuse:
        stopping.let_words_count(member_id)


def _running(member_id: int) -> Any:
    return select(Suspension).where(Suspension.member_id == member_id, Suspension.lifted_at.is_(None))
