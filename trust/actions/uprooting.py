"""What ends with somebody's employment: groups, grants, vouches and office. For callers that hold the audit log."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, not_, or_, select

from community import audit, clock, events
from community.actions.groups import threads_of
from community.db import db
from community.models import (
    Engagement,
    Follow,
    Grant,
    GroupInvitation,
    Invitation,
    JoinRequest,
    LeaverReport,
    Member,
    Membership,
    Organization,
    OrganizationKind,
    Post,
    ReadMark,
    Vouch,
    VouchRequest,
)
from community.viewer import Viewer
from trust.actions import succession

GONE = _l("This organization is not listed any more. Please choose again, or type its name.")
_NAMING: tuple[Any, ...] = (Member, Post, Vouch, Invitation)


def uproot(viewer: Viewer, member: Member, organization_id: int) -> None:
    """Put a member into another organization, as somebody of whom nothing is known yet.

    ``viewer`` is who causes it. The caller moves the member's state.
    """
    before, member.organization_id = member.organization_id, organization_id
    member.engagement, member.nda_signed, member.engagement_noted = Engagement.CONTRACTOR, False, False
    member.contact = member.analyst = member.founder = False
    db.session.flush()
    _leave_groups(viewer, member.id)
    _take_grants_back(viewer, member.id)
    db.session.execute(delete(Vouch).where(Vouch.person_id == member.id))
    # Who invited them is still asked whether this is the person.
    sponsor = exists().where(Invitation.member_id == member.id, Invitation.sponsor_id == VouchRequest.asked_id)
    db.session.execute(delete(VouchRequest).where(VouchRequest.person_id == member.id, not_(sponsor)))
    db.session.execute(delete(LeaverReport).where(LeaverReport.member_id == member.id))
    _forget(before)


def _leave_groups(viewer: Viewer, member_id: int) -> None:
    for group_id in _groups(Membership, member_id):
        _leave(viewer, group_id, member_id)
    for group_id in _groups(GroupInvitation, member_id):
        audit.record(viewer, "member:membership:declined", group_id=group_id, subject_id=member_id)
        events.record(events.InvitationClosed(group_id, member_id))
    for group_id in _groups(JoinRequest, member_id):
        audit.record(viewer, "member:membership:unasked", group_id=group_id, subject_id=member_id)
    for model in (GroupInvitation, JoinRequest):
        db.session.execute(delete(model).where(model.member_id == member_id))


def _groups(model: Any, member_id: int) -> list[int]:
    return sorted(db.session.scalars(select(model.group_id).where(model.member_id == member_id)))


def _leave(viewer: Viewer, group_id: int, member_id: int) -> None:
    """Out of one group, with what the member kept about it and whom they invited into it."""
    inside = threads_of(group_id)
    for kept in (Follow, ReadMark):
        db.session.execute(delete(kept).where(kept.member_id == member_id, kept.thread_id.in_(inside)))
    theirs = (GroupInvitation.group_id == group_id, GroupInvitation.inviter_id == member_id)
    for invited in sorted(db.session.scalars(select(GroupInvitation.member_id).where(*theirs))):
        audit.record(viewer, "moderator:membership:uninvited", group_id=group_id, subject_id=invited)
        events.record(events.InvitationClosed(group_id, invited))
    db.session.execute(delete(GroupInvitation).where(*theirs))
    place = (Membership.group_id == group_id, Membership.member_id == member_id)
    db.session.execute(delete(Membership).where(*place))
    by_oneself = viewer.member_id == member_id
    tag = "member:membership:left" if by_oneself else "moderator:membership:removed"
    audit.record(viewer, tag, group_id=group_id, subject_id=member_id)
    events.record(events.MemberRemoved(group_id, member_id, viewer.member_id))
    succession.fill(group_id)


def _take_grants_back(viewer: Viewer, member_id: int) -> None:
    for post_id in sorted(db.session.scalars(select(Grant.post_id).where(Grant.member_id == member_id))):
        audit.record(viewer, "member:grant:taken", subject_id=post_id, of=member_id)
        events.record(events.GrantTakenBack(post_id, member_id))
    db.session.execute(delete(Grant).where(Grant.member_id == member_id))


def _forget(organization_id: int) -> None:
    """What somebody only typed, and nobody checked or belongs to, is an organization no more."""
    named = [exists().where(model.organization_id == organization_id) for model in _NAMING]
    typed = (Organization.id == organization_id, Organization.verified.is_(False), not_(or_(*named)))
    db.session.execute(delete(Organization).where(*typed))


def found(name: str, kind: OrganizationKind) -> int:
    """A new organization that nobody has checked yet, by its name."""
    made = Organization(id=clock.random_id(), name=name, short_name=name[:60], kind=kind, verified=False)
    db.session.add(made)
    db.session.flush()
    return made.id
