"""Organizations, members, groups and memberships of the demo, as rows."""

from collections.abc import Iterator
from datetime import timedelta

from community import models
from community.db import Base
from community.demo.content import Group, Member, Organization
from community.demo.garden import Garden
from community.demo.personas import mail_of
from community.demo.rules import began
from community.demo.trust import founders
from community.models import MemberState, Role, Visibility
from community.terms import VERSION
from community.tlp import STRICT_TO_WIDE

NEWCOMER = timedelta(days=7)
LAST_VISIT = timedelta(hours=20)
LONG_AWAY = timedelta(days=120)


def organization(garden: Garden, one: Organization) -> Iterator[Base]:
    """An organization with its sectors and mail domains."""
    number = garden.id("organization", one.key)
    yield models.Organization(id=number, name=one.name, short_name=one.short, kind=one.kind, verified=True)
    yield from (models.OrganizationSector(organization_id=number, sector_code=code) for code in one.sectors)
    yield from (models.OrganizationDomain(organization_id=number, domain=domain) for domain in one.domains)


def member(garden: Garden, one: Member) -> Iterator[Base]:
    """A member; who came within a week has not seen the first-visit guide yet."""
    yield models.Member(
        id=garden.id("member", one.key),
        organization_id=garden.id("organization", one.organization),
        name=one.name,
        mail=mail_of(one.key, garden.community),
        profile=one.profile,
        state=one.state,
        engagement=one.engagement,
        nda_signed=one.nda,
        site_moderator="site_moderator" in one.roles,
        analyst="analyst" in one.roles,
        locale=one.locale,
        joined_on=garden.at(one.since).date(),
        guided=one.since > NEWCOMER,
        founder=one in founders(garden.community),
        engagement_noted=one.state != MemberState.PENDING,
        terms=VERSION,
        seen_on=garden.at(LONG_AWAY if one.state == MemberState.DORMANT else LAST_VISIT).date(),
    )


def group(garden: Garden, one: Group) -> Iterator[Base]:
    """A group with its sectors, its members, and who stands at its door."""
    number = garden.id("group", one.key)
    yield models.Group(
        id=number,
        name=one.name,
        description=one.description,
        visibility=one.visibility,
        hides_history=one.hidden_history,
        anonymous=one.anonymous,
        join_role=Role.CONTRIBUTOR if one.visibility is Visibility.PUBLIC else Role.READER,
        labels=[str(label) for label in STRICT_TO_WIDE if label in one.labels],
        created_at=garden.at(one.created),
        archived_at=garden.at(one.archived) if one.archived else None,
    )
    yield from (models.GroupSector(group_id=number, sector_code=code) for code in one.sectors)
    yield from (_membership(garden, one, key, role) for key, role in one.roles.items())
    yield from _at_the_door(garden, one, number)


def _membership(garden: Garden, group: Group, key: str, role: Role) -> models.Membership:
    since = garden.at(began(garden.community, group, key))
    read_to = garden.at(LAST_VISIT).replace(hour=0, minute=0, second=0, microsecond=0)
    return models.Membership(
        group_id=garden.id("group", group.key),
        member_id=garden.id("member", key),
        role=role,
        since=since,
        read_to=read_to if read_to > since else None,
    )


def _at_the_door(garden: Garden, group: Group, number: int) -> Iterator[Base]:
    for asker in group.asked:
        yield models.JoinRequest(
            group_id=number,
            member_id=garden.id("member", asker.member),
            reason=asker.reason,
            asked_at=garden.at(asker.ago),
        )
    for guest in group.invited:
        yield models.GroupInvitation(
            group_id=number,
            member_id=garden.id("member", guest.member),
            inviter_id=garden.id("member", guest.by),
            role=Role.CONTRIBUTOR,
            invited_at=garden.at(guest.ago),
        )
