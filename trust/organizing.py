"""The organizations as site moderators keep them: all of them, those to be checked, and those that look alike."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select

from community.db import COMMA, read
from community.models import Member, MemberState, Organization, OrganizationDomain, OrganizationSector
from community.policy import Permission, can
from community.viewer import Viewer
from trust.doors import KeptRow

_people = (
    select(func.count())
    .where(Member.organization_id == Organization.id, Member.state != MemberState.LEFT)
    .correlate(Organization)
    .scalar_subquery()
)
_sectors = (
    select(func.aggregate_strings(OrganizationSector.sector_code, COMMA))
    .where(OrganizationSector.organization_id == Organization.id)
    .correlate(Organization)
    .scalar_subquery()
)
_ALL = select(
    Organization.id,
    Organization.name,
    Organization.short_name,
    Organization.kind,
    Organization.verified,
    _sectors.label("sectors"),
    _people.label("members"),
).order_by(Organization.name, Organization.id)
_somebody = exists().where(Member.organization_id == Organization.id, Member.state != MemberState.LEFT)
_UNVERIFIED = _ALL.where(
    Organization.verified.is_(False), _somebody, Organization.id != bindparam("viewer_organization")
)
_PEOPLE = (
    select(Member.id, Member.name, Member.state, Member.engagement, Member.nda_signed, Member.engagement_noted)
    .where(Member.organization_id == bindparam("organization_id"), Member.state != MemberState.LEFT)
    .order_by(Member.name, Member.id)
)


def _ask(viewer: Viewer, statement: Any, **given: object) -> list[Any]:
    return list(read(statement, given).all()) if can(viewer, Permission.COMMUNITY_TRUST) else []


def unverified(viewer: Viewer) -> list[Any]:
    """Organizations with people that this site moderator should check: ``id name short_name kind sectors members``.

    Never the viewer's own: nobody checks that.
    """
    return _ask(viewer, _UNVERIFIED, viewer_organization=viewer.organization_id)


def everything(viewer: Viewer) -> list[Any]:
    """All organizations by name, those without visible members as well."""
    return _ask(viewer, _ALL)


def others(viewer: Viewer, organization_id: int) -> list[Any]:
    """The organizations into which the viewer may merge this one: neither itself nor their own."""
    return [one for one in everything(viewer) if one.id not in (organization_id, viewer.organization_id)]


def people(viewer: Viewer, organization_id: int) -> list[Any]:
    """Who belongs to an organization, also who waits or is stopped."""
    return _ask(viewer, _PEOPLE, organization_id=organization_id)


def alike(viewer: Viewer, kept: KeptRow) -> list[Any]:
    """Other organizations with the same name, short name or mail domain: perhaps the same one twice."""
    return _ask(viewer, _ALL.where(Organization.id != kept.id, or_(*_same(kept))))


def _same(kept: KeptRow) -> list[ColumnElement[bool]]:
    shared = exists().where(
        OrganizationDomain.organization_id == Organization.id, OrganizationDomain.domain.in_(kept.domains)
    )
    names = [kept.name.lower(), kept.short_name.lower()]
    return [func.lower(Organization.name).in_(names), func.lower(Organization.short_name).in_(names), shared]
