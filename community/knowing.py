"""What is known here about a member that their own text could give away. For their own eyes, and for nothing else."""

from sqlalchemy import bindparam, select

from community.db import read
from community.models import Member, Organization, OrganizationDomain, OrganizationNetwork
from community.text_check import Author
from community.viewer import Viewer

_WHO = (
    select(Member.name, Member.mail, Organization.name.label("organization"), Organization.short_name)
    .join(Organization, Organization.id == Member.organization_id)
    .where(Member.id == bindparam("member_id"))
)
_DOMAINS = select(OrganizationDomain.domain).where(OrganizationDomain.organization_id == bindparam("organization_id"))
_NETWORKS = select(OrganizationNetwork.network).where(
    OrganizationNetwork.organization_id == bindparam("organization_id")
)


def author_of(viewer: Viewer) -> Author:
    """The viewer as the author of a text that must not tell who wrote it: themselves and their organization."""
    who = read(_WHO, {"member_id": viewer.member_id}).one_or_none()
    if who is None:
        return Author()
    house = {"organization_id": viewer.organization_id}
    return Author(
        name=who.name,
        mail=who.mail or "",
        organizations=tuple(name for name in (who.organization, who.short_name) if name),
        domains=tuple(row.domain for row in read(_DOMAINS, house)),
        networks=tuple(row.network for row in read(_NETWORKS, house)),
    )
