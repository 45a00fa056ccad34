"""How people work for their organizations: whose engagement nobody has noted yet."""

from typing import Any

from sqlalchemy import bindparam, select

from community.db import read
from community.models import SIGNING_IN, Member, Organization
from community.policy import Permission, can, is_trusted
from community.viewer import Viewer

_UNNOTED = (
    select(Member.id, Member.name, Organization.name.label("organization_name"), Member.state, Member.joined_on)
    .join(Organization, Organization.id == Member.organization_id)
    .where(Member.engagement_noted.is_(False), Member.state.in_(SIGNING_IN))
    .where(Member.organization_id != bindparam("organization_id"))
    .order_by(Member.joined_on, Organization.name, Member.name, Member.id)
)
_NOTED = select(Member.engagement_noted).where(Member.id == bindparam("viewer_id"))


def unnoted(viewer: Viewer) -> list[Any]:
    """Of whom this site moderator should note how they work, longest waiting first.

    ``id name organization_name state joined_on``; never people of the viewer's own organization.
    """
    if not can(viewer, Permission.COMMUNITY_TRUST):
        return []
    return list(read(_UNNOTED, {"organization_id": viewer.organization_id}).all())


def waits_to_be_noted(viewer: Viewer) -> bool:
    """Does this member read TLP:CLEAR only because nobody has noted yet how they work for their organization?"""
    return not is_trusted(viewer) and not read(_NOTED, {"viewer_id": viewer.member_id}).scalar_one_or_none()
