"""The doors of site moderators: they reach people and organizations that members do not see yet.

For everybody else the same thing answers as elsewhere: a 404 for what they do not see, a 403 for what they see.
"""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from community.access import NotAllowed, NotFound, access_member, access_organization
from community.db import read
from community.models import (
    Engagement,
    Member,
    MemberState,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    OrganizationNetwork,
    OrganizationSector,
)
from community.policy import Permission, can, ensure
from community.versions import version_of
from community.viewer import Viewer


class PersonRow(NamedTuple):
    """A person as a site moderator meets them who may decide about them."""

    id: int
    name: str
    organization_id: int
    organization_name: str
    state: MemberState
    engagement: Engagement
    nda_signed: bool
    analyst: bool
    contact: bool
    engagement_noted: bool

    @property
    def version(self) -> str:
        """What is noted about how they work, in a few letters."""
        return version_of(self[-5:], self.organization_id)


class KeptRow(NamedTuple):
    """An organization as site moderators keep it; the lists are in order."""

    id: int
    name: str
    short_name: str
    kind: OrganizationKind
    verified: bool
    sectors: tuple[str, ...]
    domains: tuple[str, ...]
    networks: tuple[str, ...]

    @property
    def version(self) -> str:
        """What is kept of it, in a few letters."""
        return version_of(*self)


_MET = (MemberState.PENDING, MemberState.ACTIVE, MemberState.DORMANT, MemberState.REVOUCHING, MemberState.SUSPENDED)
_PERSON = (
    select(
        Member.id,
        Member.name,
        Member.organization_id,
        Organization.name.label("organization_name"),
        Member.state,
        Member.engagement,
        Member.nda_signed,
        Member.analyst,
        Member.contact,
        Member.engagement_noted,
    )
    .join(Organization, Organization.id == Member.organization_id)
    .where(Member.id == bindparam("member_id"), Member.state.in_(_MET))
)
_ORGANIZATION = select(
    Organization.id, Organization.name, Organization.short_name, Organization.kind, Organization.verified
).where(Organization.id == bindparam("organization_id"))
_LISTS: tuple[Any, ...] = tuple(
    select(column).where(column.class_.organization_id == bindparam("organization_id")).order_by(column)
    for column in (OrganizationSector.sector_code, OrganizationDomain.domain, OrganizationNetwork.network)
)


def access_person(viewer: Viewer, member_id: int) -> PersonRow:
    """A person about whom the viewer decides. Raises NotFound, or NotAllowed for whom they see and do not decide on."""
    if not can(viewer, Permission.COMMUNITY_TRUST):
        access_member(viewer, member_id)
        raise NotAllowed(Permission.MEMBER_DECIDE)
    row = read(_PERSON, {"member_id": member_id}).one_or_none()
    if row is None:
        raise NotFound
    ensure(viewer, Permission.MEMBER_DECIDE, row)
    return PersonRow(*tuple(row))


def access_kept(viewer: Viewer, organization_id: int) -> KeptRow:
    """An organization, members or not, for who keeps them. Raises NotFound, or NotAllowed for others who see it."""
    if not can(viewer, Permission.COMMUNITY_TRUST):
        access_organization(viewer, organization_id)
        raise NotAllowed(Permission.COMMUNITY_TRUST)
    given = {"organization_id": organization_id}
    row = read(_ORGANIZATION, given).one_or_none()
    if row is None:
        raise NotFound
    values: list[Any] = [*row, *(tuple(read(statement, given).scalars()) for statement in _LISTS)]
    return KeptRow(*values)


def access_judged(viewer: Viewer, organization_id: int) -> KeptRow:
    """The same, for acts that nobody does to the organization they belong to. Raises NotFound or NotAllowed."""
    kept = access_kept(viewer, organization_id)
    if kept.id == viewer.organization_id:
        raise NotAllowed(Permission.COMMUNITY_TRUST)
    return kept
