"""Who is in a group, who asks to come in, who is invited; whom one could invite."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from community import visibility
from community.db import db, read
from community.models import Group, GroupInvitation, JoinRequest, Member, Membership, MemberState, Organization, Role
from community.policy import Permission, can, is_trusted
from community.viewer import Viewer

PAGE = 50
MOST_FOUND = 20
MOST_WORDS = 5
_NAMES = (
    Member.id,
    Member.name,
    Member.engagement,
    Organization.short_name.label("organization_name"),
)
_BY_NAME = (Organization.short_name, Member.name, Member.id)
_moderators_first = case((Membership.role == Role.MODERATOR, 0), else_=1)
_MEMBERS = visibility.members_of_group(*_NAMES, Membership.role).order_by(_moderators_first, *_BY_NAME)
_COUNT = visibility.members_of_group(func.count())


class Roster(NamedTuple):
    """A page of a list of members: ``rows``, the page's number from 1, whether more follow, and how many there are."""

    rows: list[Any]
    number: int
    more: bool
    total: int


def members(viewer: Viewer, group_id: int, find: str, number: int) -> Roster:
    """Members of a group whose name or organization has all words of ``find``; moderators first."""
    given = viewer.binds | {"group_id": group_id}
    wanted = named(find)
    page = _MEMBERS.where(wanted).limit(PAGE + 1).offset((number - 1) * PAGE)
    rows = list(db.session.execute(page, given).all())
    total = db.session.execute(_COUNT.where(wanted), given).scalar_one()
    return Roster(rows[:PAGE], number, len(rows) > PAGE, total)


def member(viewer: Viewer, group_id: int, member_id: int) -> Any:
    """One member of a group with their role, or None."""
    given = viewer.binds | {"group_id": group_id}
    return db.session.execute(_MEMBERS.where(Member.id == member_id), given).one_or_none()


def find_people(viewer: Viewer, find: str) -> list[Any]:
    """At most 20 members of the community whose name or organization has all words of ``find``; none for no words."""
    if not find.split():
        return []
    found = visibility.visible_members(*_NAMES).where(named(find)).order_by(*_BY_NAME).limit(MOST_FOUND)
    return list(db.session.execute(found, viewer.binds).all())


def named(find: str) -> ColumnElement[bool]:
    """As a condition beside members and organizations: their names have all words of ``find``."""
    words = find.replace("\0", " ").split()[:MOST_WORDS]
    return and_(True, *(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)) for word in words))


_SEARCHED = (Member.name, Organization.name, Organization.short_name)
_place = aliased(Membership, name="moderator_place")


def _for_moderators(statement: Select[Any], row: type[JoinRequest | GroupInvitation]) -> Select[Any]:
    """Joined to its group, and only where the viewer is a moderator."""
    mine = and_(
        _place.group_id == row.group_id,
        _place.member_id == bindparam("viewer_id"),
        _place.role == Role.MODERATOR,
    )
    return statement.join(row, row.member_id == Member.id).join(Group, Group.id == row.group_id).join(_place, mine)


_GROUP = (Group.id.label("group_id"), Group.name.label("group_name"))
_REQUESTS = _for_moderators(
    visibility.visible_members(
        *_NAMES, *_GROUP, JoinRequest.id.label("request_id"), JoinRequest.reason, JoinRequest.asked_at
    ),
    JoinRequest,
).order_by(JoinRequest.asked_at, JoinRequest.id)
_inviter = aliased(Member, name="inviter")
_INVITATIONS = (
    _for_moderators(
        visibility.visible_members(
            *_NAMES, *_GROUP, GroupInvitation.invited_at, GroupInvitation.role, _inviter.name.label("inviter_name")
        ),
        GroupInvitation,
    )
    .join(_inviter, _inviter.id == GroupInvitation.inviter_id)
    .order_by(GroupInvitation.invited_at, GroupInvitation.id)
)


_WAITING = _REQUESTS.where(Group.archived_at.is_(None))
_COUNT_WAITING = select(func.count()).select_from(_WAITING.order_by(None).subquery())


def waiting(viewer: Viewer) -> list[Any]:
    """Who asks to come into the groups that the viewer moderates now, longest waiting first."""
    return list(read(_WAITING, viewer.binds).all()) if _may_decide(viewer) else []


def count_waiting(viewer: Viewer) -> int:
    """How many ``waiting`` gives."""
    return int(read(_COUNT_WAITING, viewer.binds).scalar_one()) if _may_decide(viewer) else 0


def _may_decide(viewer: Viewer) -> bool:
    """What Permission.GROUP_MODERATE asks of the viewer; being a moderator of the group is asked in the statement."""
    return viewer.state == MemberState.ACTIVE and is_trusted(viewer)


def requests(viewer: Viewer, group_ids: Iterable[int]) -> list[Any]:
    """Who asks to come into these groups, longest waiting first, where the viewer is a moderator."""
    asked = _REQUESTS.where(JoinRequest.group_id.in_(list(group_ids)))
    return list(db.session.execute(asked, viewer.binds).all())


def invitations(viewer: Viewer, group_ids: Iterable[int]) -> list[Any]:
    """Who is invited into these groups and has not answered, where the viewer is a moderator."""
    open_ones = _INVITATIONS.where(GroupInvitation.group_id.in_(list(group_ids)))
    return list(db.session.execute(open_ones, viewer.binds).all())


_MINE = (
    select(Group.id, Group.name, Group.visibility, Group.archived_at, Membership.role)
    .join(Membership, Membership.group_id == Group.id)
    .where(Membership.member_id == bindparam("viewer_id"), Membership.role == Role.MODERATOR)
    .order_by(Group.archived_at.is_not(None), Group.name, Group.id)
)


def rooms_to_moderate(viewer: Viewer) -> list[Any]:
    """The groups that the viewer moderates, by name, archived ones last."""
    rooms = db.session.execute(_MINE, {"viewer_id": viewer.member_id}).all()
    return [room for room in rooms if can(viewer, Permission.GROUP_MODERATE, room)]


def my_request(viewer: Viewer, group_id: int) -> Any:
    """The viewer's own open request to come into a group (``reason``, ``asked_at``), or None."""
    mine = (JoinRequest.group_id == group_id, JoinRequest.member_id == viewer.member_id)
    return db.session.execute(select(JoinRequest.reason, JoinRequest.asked_at).where(*mine)).one_or_none()


def my_invitation(viewer: Viewer, group_id: int) -> int | None:
    """The id of the viewer's own open invitation into a group."""
    mine = (GroupInvitation.group_id == group_id, GroupInvitation.member_id == viewer.member_id)
    return db.session.scalar(select(GroupInvitation.id).where(*mine))
