"""Who is reported to have left their organization: what its contact sees, and what site moderators decide about."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from community import visibility
from community.db import read
from community.models import LeaverReport, Member, MemberState, Organization
from community.policy import Permission, can
from community.viewer import Viewer

_CONTACT = select(Member.contact).where(Member.id == bindparam("viewer_id"))
_COLLEAGUES = (
    visibility.visible_members(Member.id, Member.name)
    .where(Member.organization_id == bindparam("organization_id"), Member.id != bindparam("viewer_id"))
    .order_by(Member.name, Member.id)
)
_by = aliased(Member, name="by")
_REPORTS = (
    select(
        Member.id,
        Member.name,
        Organization.name.label("organization_name"),
        _by.name.label("by_name"),
        LeaverReport.words,
        LeaverReport.reported_at,
    )
    .join(Member, Member.id == LeaverReport.member_id)
    .join(Organization, Organization.id == Member.organization_id)
    .join(_by, _by.id == LeaverReport.by_id)
    .where(Member.state != MemberState.LEFT, Member.organization_id != bindparam("viewer_organization"))
    .order_by(LeaverReport.reported_at, Member.id)
)


def speaks_for_organization(viewer: Viewer) -> bool:
    """Is this member the contact of their organization, and takes part?"""
    contact = read(_CONTACT, {"viewer_id": viewer.member_id}).scalar_one_or_none()
    return bool(contact) and viewer.state == MemberState.ACTIVE


def colleagues(viewer: Viewer) -> list[Any]:
    """The other members of the viewer's organization by name: ``id name``."""
    return list(read(_COLLEAGUES, viewer.binds | {"organization_id": viewer.organization_id}).all())


def reports(viewer: Viewer) -> list[Any]:
    """What waits for a decision of this site moderator, longest waiting first.

    ``id name organization_name by_name words reported_at``; ``id`` is the member's. Never about the viewer's own
    organization.
    """
    if not can(viewer, Permission.COMMUNITY_TRUST):
        return []
    return list(read(_REPORTS, {"viewer_organization": viewer.organization_id}).all())


def report_about(viewer: Viewer, member_id: int) -> Any:
    """What is reported about one person, or None."""
    return next((row for row in reports(viewer) if row.id == member_id), None)
