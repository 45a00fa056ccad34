"""What one may look up: groups with their sectors and numbers, members, organizations."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select, true

from community import rosters, visibility
from community.access import GroupRow
from community.db import COMMA, constant, db, read
from community.models import (
    Group,
    GroupSector,
    Member,
    Membership,
    Organization,
    OrganizationSector,
    Post,
    PostState,
    Role,
    Thread,
    Visibility,
)
from community.versions import version_of
from community.viewer import Viewer

_mine = and_(Membership.group_id == Group.id, Membership.member_id == bindparam("viewer_id"))
_sectors = (
    select(func.aggregate_strings(GroupSector.sector_code, COMMA))
    .where(GroupSector.group_id == Group.id)
    .correlate(Group)
    .scalar_subquery()
)
_GROUPS = (
    visibility.visible_groups(
        Group.id,
        Group.name,
        Group.description,
        Group.visibility,
        Group.archived_at,
        Membership.role,
        _sectors.label("sectors"),
    )
    .outerjoin(Membership, _mine)
    .order_by(Group.archived_at.is_not(None), Group.name, Group.id)
)
_SECTORS_OF_GROUP = (
    select(GroupSector.sector_code)
    .where(GroupSector.group_id == bindparam("group_id"))
    .order_by(GroupSector.sector_code)
)
_of_each = visibility.count_in_group(func.count().label("members")).group_by(Member.organization_id).subquery("of_each")
_numbers = select(
    func.coalesce(func.sum(_of_each.c.members), constant(0)).label("members"), func.count().label("organizations")
).subquery("numbers")
_moderators = (
    visibility.members_of_group(Member.id, Member.name, Organization.short_name.label("organization_name"))
    .where(Membership.role == constant(Role.MODERATOR))
    .subquery("moderators")
)
_FACTS = (
    select(*_numbers.c, *_moderators.c)
    .select_from(_numbers.outerjoin(_moderators, true()))
    .order_by(_moderators.c.name, _moderators.c.id)
)


class GroupFacts(NamedTuple):
    """What a group's page says beside its threads. ``members`` is None when the viewer may not see the list."""

    members: int | None
    organizations: int | None
    moderators: list[Any]


def groups(viewer: Viewer) -> list[Any]:
    """All groups the viewer may know of, by name, archived ones last."""
    return list(db.session.execute(_GROUPS, viewer.binds).all())


def group_facts(viewer: Viewer, group: GroupRow) -> GroupFacts:
    """Numbers and moderators of a group, as far as the viewer may see them."""
    if group.role is None and group.visibility != Visibility.PUBLIC:
        return GroupFacts(None, None, [])
    given = viewer.binds | {"group_id": group.id}
    rows = read(_FACTS, given).all()
    return GroupFacts(rows[0].members, rows[0].organizations, [row for row in rows if row.id is not None])


def sectors_of_group(group: GroupRow) -> list[str]:
    """The codes of the sectors that a group is about."""
    return list(db.session.scalars(_SECTORS_OF_GROUP, {"group_id": group.id}))


def version_of_rules(group: GroupRow) -> str:
    """What the moderators of a group have decided about it, in a few letters."""
    decided = (group.name, group.description, group.hides_history, group.join_role, group.labels, group.anonymous)
    return version_of(*decided, sectors_of_group(group))


PAGE = 60
MOST_POSTS = 20
_organization_sectors = (
    select(func.aggregate_strings(OrganizationSector.sector_code, COMMA))
    .where(OrganizationSector.organization_id == Organization.id)
    .correlate(Organization)
    .scalar_subquery()
)
_PERSON = (
    Member.id,
    Member.name,
    Member.profile,
    Member.joined_on,
    Member.engagement,
    Member.site_moderator,
    Member.analyst,
    Organization.id.label("organization_id"),
    Organization.name.label("organization_name"),
    Organization.short_name.label("organization_short_name"),
    _organization_sectors.label("sectors"),
)
_BY_ORGANIZATION = (Organization.name, Organization.id, Member.name, Member.id)
_MEMBERS = visibility.visible_members(*_PERSON).order_by(*_BY_ORGANIZATION)
_IN_ORGANIZATION = _MEMBERS.where(Organization.id == bindparam("organization_id"))
_ORGANIZATIONS = (
    visibility.visible_members(
        Organization.id,
        Organization.name,
        Organization.short_name,
        Organization.kind,
        Organization.verified,
        _organization_sectors.label("sectors"),
        func.count().label("members"),
    )
    .group_by(Organization.id, Organization.name, Organization.short_name, Organization.kind, Organization.verified)
    .order_by(Organization.name, Organization.id)
)
_CONTRIBUTED = (
    visibility.visible_posts(
        Post.id,
        Post.thread_id,
        Post.tlp,
        Post.severity,
        Post.released_at,
        Thread.title,
        Thread.kind,
        Group.name.label("group_name"),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.author_id == bindparam("member_id"), Post.state == PostState.PUBLISHED)
    .order_by(Post.released_at.desc(), Post.id)
    .limit(MOST_POSTS)
)


class People(NamedTuple):
    """A page of members."""

    rows: list[Any]
    number: int
    more: bool


def members(viewer: Viewer, find: str, number: int) -> People:
    """Members of the community by organization, whose name or organization has all words of ``find``."""
    statement = _MEMBERS.where(rosters.named(find)).limit(PAGE + 1).offset((number - 1) * PAGE)
    rows = list(db.session.execute(statement, viewer.binds).all())
    return People(rows[:PAGE], number, len(rows) > PAGE)


def members_of_organization(viewer: Viewer, organization_id: int) -> list[Any]:
    """The members of one organization by name."""
    return list(db.session.execute(_IN_ORGANIZATION, viewer.binds | {"organization_id": organization_id}).all())


def organizations(viewer: Viewer) -> list[Any]:
    """The organizations that have members, by name, with their sectors and how many members each has."""
    return list(db.session.execute(_ORGANIZATIONS, viewer.binds).all())


def contributions(viewer: Viewer, member_id: int) -> list[Any]:
    """The latest posts under a member's name that the viewer sees."""
    return list(db.session.execute(_CONTRIBUTED, viewer.binds | {"member_id": member_id}).all())
